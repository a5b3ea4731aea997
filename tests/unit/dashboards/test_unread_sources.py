"""A source that was never read, and days that may still get orders, are said beside the figures."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.unit.dashboards.small_publish import FIRST_DAY, Shape, publish
from trueup_dashboards.known_days import BEYOND_REACH, NOT_READ, completed, reasons, whole
from trueup_dashboards.published import Published, open_published
from trueup_dashboards.queries import channels, coverage, overview
from trueup_dashboards.states import State, coverage_of, day_states

LAST = date(2026, 7, 1)
WITHIN = {"since": FIRST_DAY, "until": LAST + timedelta(days=1)}


def changed(folder: Path, *statements: str) -> Published:
    """A small version in which `statements` were done to the state of the run."""
    file = publish(folder, Shape())
    with duckdb.connect(str(file)) as connection:
        for statement in statements:
            connection.execute(statement)
    return open_published(file)


@pytest.fixture
def with_unread(tmp_path: Path) -> Published:
    """One more ad platform is configured and was never read: its channel has no spend."""
    rows = "select * from marts.mart_channel_daily"
    unread = (
        "select * replace ('new_ads' as channel_code, null as spend_amount_reporting, "
        "'never_read' as spend_status, 'new_ads has never been read' as spend_reason) "
        f"from ({rows}) where channel_code = 'affiliate'"
    )
    not_bought = (
        "select * replace ('no_ads' as channel_code, null as spend_amount_reporting, "
        f"'not_configured' as spend_status) from ({rows}) where channel_code = 'affiliate'"
    )
    return changed(
        tmp_path,
        "insert into ops.streams values ('new_ads', 'ad_days', 'report', 28)",
        f"create table kept as {rows} union all {unread} union all {not_bought}",
        "drop view marts.mart_channel_daily",
        "create view marts.mart_channel_daily as select * from kept",
    )


def test_no_day_of_spend_is_known_while_a_source_was_never_read(with_unread: Published) -> None:
    states = day_states(with_unread, "UTC")
    assert {states.of_spend(FIRST_DAY + timedelta(days=n)) for n in range(50)} == {State.MISSING}
    strips = with_unread.rows(coverage.strips(coverage_of(with_unread)), **WITHIN)
    told = {row["says"] for row in strips if row["source"] == "new_ads"}
    assert told == {"new_ads has never been read"}


def test_spend_and_what_needs_it_is_unknown_and_says_why(with_unread: Published) -> None:
    [totals] = with_unread.rows(overview.TOTALS, **WITHIN)
    assert (totals["spend"], totals["roas"], totals["mer"], totals["cac"]) == (None,) * 4
    assert totals["net_revenue"] > 0
    reasons = with_unread.rows(overview.REASONS, **WITHIN)
    assert reasons == [{"reason": "new_ads has never been read"}]
    rows = {row["channel_code"]: row for row in with_unread.rows(channels.TABLE, **WITHIN)}
    assert rows["new_ads"]["spend"] is None
    assert rows["new_ads"]["spend_reason"] == "new_ads has never been read"
    assert rows["paid_search"]["spend"] > 0


def test_a_channel_that_no_source_is_configured_for_hides_no_other(tmp_path: Path) -> None:
    rows = "select * from marts.mart_channel_daily"
    other = (
        "select * replace ('no_ads' as channel_code, null as spend_amount_reporting, "
        f"'not_configured' as spend_status) from ({rows}) where channel_code = 'affiliate'"
    )
    published = changed(
        tmp_path,
        f"create table kept as {rows} union all {other}",
        "drop view marts.mart_channel_daily",
        "create view marts.mart_channel_daily as select * from kept",
    )
    [totals] = published.rows(overview.TOTALS, **WITHIN)
    [[plain]] = published.connection.execute(
        "select sum(spend_amount_reporting) from kept"
    ).fetchall()
    assert totals["spend"] == plain
    assert totals["roas"] is not None


def test_revenue_is_provisional_while_orders_may_still_come(tmp_path: Path) -> None:
    late = "update ops.streams set lookback_days = 7 where stream = 'orders'"
    states = day_states(changed(tmp_path, late), "UTC")
    read_on = date(2026, 7, 2)
    assert states.of_revenue(read_on - timedelta(days=8)) is State.FINAL
    assert states.of_revenue(read_on - timedelta(days=7)) is State.PROVISIONAL
    assert states.of_revenue(read_on) is State.PROVISIONAL
    assert states.of_revenue(read_on + timedelta(days=1)) is State.MISSING


REACHED = FIRST_DAY + timedelta(days=10)
TOO_OLD = (
    "alter table ops.syncs add column answered_from date",
    f"update ops.syncs set answered_from = date '{REACHED}' where source = 'meta_ads'",
    f"delete from ops.windows where source = 'meta_ads' and window_day < date '{REACHED}'",
)
WITHOUT_ROWS = (
    f"create table kept as select * from marts.mart_channel_daily where report_date >= '{REACHED}'",
    "drop view marts.mart_channel_daily",
    "create view marts.mart_channel_daily as select * from kept",
)


def test_days_that_the_vendor_no_longer_answers_for_are_not_missing(tmp_path: Path) -> None:
    published = changed(tmp_path, *TOO_OLD)
    strips = published.rows(coverage.strips(coverage_of(published)), **WITHIN)
    old = [row for row in strips if row["source"] == "meta_ads" and row["day"] < REACHED]
    assert {row["state"] for row in old} == {"beyond the vendor's reach"}
    assert {row["says"] for row in old} == {"the vendor no longer answers for this day"}
    states = day_states(published, "UTC")
    assert states.of_spend(REACHED - timedelta(days=1)) is State.BEYOND_REACH
    assert states.of_spend(REACHED) is State.FINAL


def test_an_unread_day_within_reach_is_missing(tmp_path: Path) -> None:
    gap = f"delete from ops.windows where source = 'meta_ads' and window_day = date '{REACHED}'"
    states = day_states(changed(tmp_path, *TOO_OLD, gap), "UTC")
    assert states.of_spend(REACHED) is State.MISSING


def test_a_total_over_days_beyond_reach_is_unknown_and_says_why(tmp_path: Path) -> None:
    published = changed(tmp_path, *TOO_OLD, *WITHOUT_ROWS)
    days = completed(published.table(overview.DAYS, **WITHIN), day_states(published, "UTC"))
    totals = whole(published.rows(overview.TOTALS, **WITHIN)[0], days)
    assert (totals["spend"], totals["roas"], totals["mer"], totals["cac"]) == (None,) * 4
    assert totals["net_revenue"] > 0
    assert reasons(days, "spend") == [BEYOND_REACH]


def test_net_revenue_over_a_day_that_was_not_read_is_unknown(tmp_path: Path) -> None:
    published = changed(tmp_path)
    later = {"since": FIRST_DAY, "until": LAST + timedelta(days=5)}
    days = completed(published.table(overview.DAYS, **later), day_states(published, "UTC"))
    totals = whole(published.rows(overview.TOTALS, **later)[0], days)
    assert (totals["net_revenue"], totals["orders"], totals["cac"]) == (None,) * 3
    assert reasons(days, "revenue") == [NOT_READ]
