"""States of a figure: final, provisional, unknown."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

from tests.unit.dashboards.small_publish import FIRST_DAY, Shape, publish
from trueup_dashboards.period import Period
from trueup_dashboards.published import Published, open_published
from trueup_dashboards.queries import coverage
from trueup_dashboards.states import (
    DayStates,
    State,
    TableState,
    coverage_of,
    day_states,
    over,
    reliance,
    table_states,
    worst,
)

TABLE = TableState(name="mart", as_of=datetime.fromisoformat("2026-07-02T06:04:00"))
LAST = date(2026, 7, 1)


def version(folder: Path, shape: Shape) -> Published:
    return open_published(publish(folder, shape))


def strips(published: Published, stream: str) -> dict[tuple[str, date], str]:
    found = published.rows(
        coverage.strips(coverage_of(published)), since=FIRST_DAY, until=date(2026, 7, 3)
    )
    return {
        (row["account_id"], row["day"]): row["state"] for row in found if row["stream"] == stream
    }


def test_the_worst_day_says_what_a_figure_is() -> None:
    days = [State.FINAL, State.PROVISIONAL, State.MISSING]
    assert reliance(days, TABLE).words == "missing 1 of 3 d"
    assert reliance(days[:2], TABLE).words == "provisional 1 of 2 d"
    assert reliance(days[:1], TABLE).words == "final"
    assert worst(State.MISSING, State.HELD) is State.HELD


def test_a_held_table_outranks_its_days() -> None:
    held = replace(TABLE, held_by=("control_totals",))
    assert reliance([State.MISSING], held).state is State.HELD


def test_days_are_final_when_their_lookback_is_over(tmp_path: Path) -> None:
    clicks = strips(version(tmp_path, Shape()), "click_views")
    counted = Counter(clicks["1112223333", LAST - timedelta(days=back)] for back in range(8))
    # Published on July 2: the three days before it are read again, all earlier ones are final.
    assert counted == {"provisional": 3, "final": 5}


def test_a_day_without_rows_is_complete_and_a_day_not_read_is_missing(tmp_path: Path) -> None:
    quiet, lost = FIRST_DAY + timedelta(days=16), date(2026, 6, 20)
    found = strips(version(tmp_path, Shape(missing_days=(lost,))), "ad_days")
    assert found["act_501", quiet] == "final"
    assert found["act_501", lost] == "missing"
    assert found["act_502", lost] == "provisional"


def test_the_running_day_is_no_gap(tmp_path: Path) -> None:
    found = strips(version(tmp_path, Shape()), "ad_days")
    assert ("1112223333", date(2026, 7, 2)) not in found


def test_one_account_without_a_day_makes_the_days_spend_missing(tmp_path: Path) -> None:
    published = version(tmp_path, Shape(missing_days=(date(2026, 5, 10),)))
    days = day_states(published, "UTC")
    assert days.of_spend(date(2026, 5, 10)) is State.MISSING
    assert days.of_spend(date(2026, 5, 11)) is State.FINAL


def test_spend_of_a_day_that_nobody_names_is_missing() -> None:
    days = DayStates(spend={}, revenue_final_until=LAST, revenue_read_until=LAST)
    assert days.of_spend(LAST) is State.MISSING


def test_revenue_is_final_before_the_day_of_the_last_order_sync(tmp_path: Path) -> None:
    days = day_states(version(tmp_path, Shape()), "UTC")
    states = over(Period(LAST, date(2026, 7, 4)), days, "revenue")
    assert states == [State.FINAL, State.PROVISIONAL, State.MISSING]


def test_the_last_order_sync_counts_in_the_reporting_zone(tmp_path: Path) -> None:
    days = day_states(version(tmp_path, Shape()), "America/Los_Angeles")
    assert days.of_revenue(LAST) is State.PROVISIONAL


def test_without_published_lookbacks_the_longest_known_is_assumed(tmp_path: Path) -> None:
    shape = Shape(without=("ops.streams", "ops.project"))
    clicks = strips(version(tmp_path, shape), "click_views")
    assert clicks["1112223333", date(2026, 6, 2)] == "provisional"
    assert clicks["1112223333", date(2026, 6, 1)] == "final"


def test_held_tables_name_their_gates_and_since_when(tmp_path: Path) -> None:
    shape = Shape(held={"mart_channel_daily": "control_totals, keys_unique"})
    table = table_states(version(tmp_path, shape))["mart_channel_daily"]
    assert table.held_by == ("control_totals", "keys_unique")
    assert table.held_since is not None
    assert table.held_since > table.as_of
