"""Coverage: days of each account's streams that were read, may change, or are missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trueup.core.stream import Stream, StreamKind
from trueup.errors import IntegrityError
from trueup.lake.table import StreamTable
from trueup.pipeline.inspect.state_tables import Row, State, key_of
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.streams import configured_streams
from trueup.pipeline.sync.plan import answered_from, closed_until

Days = tuple[date, date]
"""First and last day, both inclusive, in the account's zone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """One account's stream: which days are in, may still change, or are missing and why.

    A day that is in with zero rows is complete: unknown is not zero. Days `beyond_reach` are older
    than the source answers for: they are not missing, and can never be read. For cursor streams
    `complete_until` says up to when everything is in.
    """

    source: str
    stream: str
    account: str
    timezone: str
    complete: tuple[Days, ...] = ()
    provisional: tuple[Days, ...] = ()
    missing: tuple[Days, ...] = ()
    beyond_reach: tuple[Days, ...] = ()
    reason: str = ""
    complete_until: datetime | None = None


def coverage_of(project: Project, state: State, now: datetime) -> tuple[Coverage, ...]:
    """Of report streams by their days, of cursor streams by how far they reach."""
    days: dict[tuple[str, str, str], set[date]] = {}
    for row in state["ops.windows"]:
        days.setdefault(key_of(row), set()).add(row["window_day"])
    why = {key_of(row): row["message"] for row in state["ops.syncs"] if row["status"] != "ok"}
    told = {key_of(row): row.get("answered_from") for row in state["ops.syncs"]}
    found = []
    for source, stream in configured_streams(project, now):
        if stream.kind is not StreamKind.REPORT:
            continue
        for account in _accounts_of(source, state):
            key = (source, stream.name, account["scope"])
            reason = account["reason"] or why.get(key, "") or why.get((source, "*", "*"), "")
            calendar = _Calendar(project.config.start_date, stream, account, now)
            found.append(calendar.coverage(source, days.get(key, set()), reason, told.get(key)))
    return (*found, *_cursors(project, state["ops.batches"]))


def _accounts_of(source: str, state: State) -> list[Row]:
    """The accounts that the source has told of; one for all of them where it never has."""
    found = [row for row in state["ops.accounts"] if row["source"] == source]
    nothing = {"source": source, "scope": "*", "timezone": "UTC", "reason": ""}
    return found or [nothing]


@dataclass(frozen=True, slots=True)
class _Calendar:
    """The days that one account's report stream is expected to have."""

    start: date
    stream: Stream
    account: Row
    now: datetime

    def coverage(
        self, source: str, known: set[date], reason: str, told_from: date | None
    ) -> Coverage:
        zone = self.account["timezone"] or "UTC"
        today = self.now.astimezone(ZoneInfo(zone)).date()
        settled = closed_until(self.stream, today)
        expected = [self.start + timedelta(days=n) for n in range((today - self.start).days + 1)]
        # Reports of today may not be there before the first run of the day: that is no gap.
        unread = [day for day in expected if day not in known and day < today]
        reached = max(told_from or date.min, answered_from(self.stream, today) or date.min)
        missing = [day for day in unread if day >= reached]
        return Coverage(
            source=source,
            stream=self.stream.name,
            account=self.account["scope"],
            timezone=zone,
            complete=ranges(day for day in known if day < settled),
            provisional=ranges(day for day in known if day >= settled),
            missing=ranges(missing),
            beyond_reach=ranges(day for day in unread if day < reached),
            reason=(reason or "never read") if missing else "",
        )


def ranges(days: Iterable[date]) -> tuple[Days, ...]:
    """Days as runs of consecutive ones, each by its first and last day."""
    runs: list[Days] = []
    for day in sorted(days):
        if runs and day - runs[-1][1] == timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return tuple(runs)


def _cursors(project: Project, batches: list[Row]) -> Iterator[Coverage]:
    """Time up to which each cursor stream is complete, from its newest batch in the lake."""
    kinds = {
        (source, stream.name): stream.kind
        for source, streams in project.streams().items()
        for stream in streams
    }
    for row in batches:
        if kinds.get((row["source"], row["stream"])) is StreamKind.INCREMENTAL:
            until, reason = _reached(project.table(row["source"], row["stream"]), row["scope"])
            yield Coverage(
                source=row["source"],
                stream=row["stream"],
                account=row["scope"],
                timezone="UTC",
                reason=reason,
                complete_until=until,
            )


def _reached(table: StreamTable, scope: str) -> tuple[datetime | None, str]:
    """Up to when a scope is complete, or why that cannot be told."""
    try:
        last = table.last_commit(scope)
    except IntegrityError as error:  # of one table; all else can still be shown
        return None, f"{error.code} {error.message}"
    return (last.header.state.cursor_until, "") if last else (None, "its lake table is gone")
