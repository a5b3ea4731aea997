"""States of figures: final, provisional, unknown or withheld. Every figure shows its state."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from trueup_dashboards.period import Period
from trueup_dashboards.published import Published
from trueup_dashboards.queries import coverage


class State(StrEnum):
    """Ordered from the best to the worst."""

    FINAL = "final"
    PROVISIONAL = "provisional"  # the source may still restate it
    BEYOND_REACH = "beyond the vendor's reach"  # too old for the vendor: unknown for good
    MISSING = "missing"  # not read, which is not zero
    HELD = "withheld"  # an older version is shown until its gates pass


SIGNS = {
    State.FINAL: "●",
    State.PROVISIONAL: "◐",
    State.BEYOND_REACH: "◌",
    State.MISSING: "○",
    State.HELD: "▣",
}
UNKNOWN_DAYS = frozenset({State.BEYOND_REACH, State.MISSING})
_ORDER = list(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableState:
    """One published table: the time of its figures, and the gates that hold back newer ones."""

    name: str
    as_of: datetime
    held_by: tuple[str, ...] = ()
    held_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliance:
    """State of a figure over some days, with the number of days in each state."""

    state: State
    final: int
    provisional: int
    missing: int
    as_of: datetime
    held_by: tuple[str, ...] = ()
    beyond_reach: int = 0

    @property
    def words(self) -> str:
        days = self.final + self.provisional + self.beyond_reach + self.missing
        match self.state:
            case State.FINAL:
                return "final"
            case State.PROVISIONAL:
                return f"provisional {self.provisional} of {days} d"
            case State.BEYOND_REACH:
                return f"beyond reach {self.beyond_reach} of {days} d"
            case State.MISSING:
                return f"missing {self.missing} of {days} d"
            case State.HELD:
                return "withheld"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayStates:
    """The state of each day's spend and revenue. Days that are not named are missing.

    Days before `revenue_since` are not read. Days before `revenue_final_until` get no more orders.
    Later days may get some, up to `revenue_read_until`, the day of the shop's last read.
    """

    spend: dict[date, State]
    revenue_final_until: date
    revenue_read_until: date
    revenue_since: date = date.min

    def of_spend(self, day: date) -> State:
        return self.spend.get(day, State.MISSING)

    def of_revenue(self, day: date) -> State:
        if day < self.revenue_since:
            return State.MISSING
        if day < self.revenue_final_until:
            return State.FINAL
        return State.PROVISIONAL if day <= self.revenue_read_until else State.MISSING

    def of_both(self, day: date) -> State:
        return worst(self.of_spend(day), self.of_revenue(day))


def worst(*states: State) -> State:
    return max(states, key=_ORDER.index)


def reliance(days: list[State], table: TableState) -> Reliance:
    """A figure over `days`, read from `table`."""
    held = State.HELD if table.held_by else State.FINAL
    return Reliance(
        state=worst(held, *days),
        final=days.count(State.FINAL),
        provisional=days.count(State.PROVISIONAL),
        beyond_reach=days.count(State.BEYOND_REACH),
        missing=days.count(State.MISSING),
        as_of=table.as_of,
        held_by=table.held_by,
    )


def table_states(published: Published) -> dict[str, TableState]:
    """Every table of this version by name."""
    known = published.columns("ops.published_tables")
    since = "held_since" if "held_since" in known else "cast(null as timestamp)"
    found = published.rows(
        f"select table_name, as_of, held_by, {since} as held_since from ops.published_tables"
    )
    return {
        row["table_name"]: TableState(
            name=row["table_name"],
            as_of=row["as_of"],
            held_by=tuple(name for name in row["held_by"].split(", ") if name),
            held_since=row["held_since"],
        )
        for row in found
    }


def day_states(published: Published, timezone: str) -> DayStates:
    """The state of each day as of this version."""
    spend = published.rows(coverage.spend_states(coverage_of(published)))
    has_cursor = "cursor_until" in published.columns("ops.batches")
    has_streams = bool(published.columns("ops.streams"))
    sql = coverage.orders_until(has_cursor=has_cursor, has_streams=has_streams)
    [found] = published.rows(sql)
    until = found["complete_until"]
    read_until = local_date(until, timezone) if until else date.min
    late = timedelta(days=found["late_days"]) if until else timedelta(0)
    return DayStates(
        spend={row["day"]: State(row["state"]) for row in spend},
        revenue_final_until=read_until - late,
        revenue_read_until=read_until,
        revenue_since=_start(published),
    )


def _start(published: Published) -> date:
    """The first day that the project reads; the earliest date where the version does not say."""
    if not published.columns("ops.project"):
        return date.min
    found: date = published.rows("select start_date from ops.project")[0]["start_date"]
    return found


def coverage_of(published: Published) -> str:
    return coverage.coverage_cte(
        has_streams=bool(published.columns("ops.streams")),
        has_project=bool(published.columns("ops.project")),
        has_reach="answered_from" in published.columns("ops.syncs"),
    )


def local_date(moment: datetime, timezone: str) -> date:
    """The date in `timezone` at a naive UTC `moment`."""
    return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(ZoneInfo(timezone)).date()


def over(period: Period, states: DayStates, kind: str) -> list[State]:
    """The states of the days of `period` for `kind`: spend, revenue or both."""
    read = {"spend": states.of_spend, "revenue": states.of_revenue, "both": states.of_both}[kind]
    return [read(day) for day in period.each_day()]
