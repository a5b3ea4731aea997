from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.core.account import Account
from trueup.core.batch import ScopeState
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import ConfigError
from trueup.pipeline.settings.project import declared_streams
from trueup.pipeline.sync.plan import (
    check_backfill,
    closed_until,
    plan_backfill,
    plan_reads,
    report_days,
    settled_until,
)
from trueup.sources.registry import REGISTRY

DAY = timedelta(days=1)
START = date(2026, 6, 1)
REPORT = Stream(
    name="ad_days",
    kind=StreamKind.REPORT,
    key=("id",),
    day="date",
    lookback=timedelta(days=28),
    days_per_request=7,
)
ORDERS = Stream(
    name="orders",
    kind=StreamKind.INCREMENTAL,
    key=("id",),
    cursor="updatedAt",
    settle_lag=timedelta(minutes=1),
    overlap=timedelta(hours=1),
)
TOKYO = Account(account_id="1", timezone="Asia/Tokyo")


def test_a_first_read_reaches_from_the_start_to_the_accounts_own_today():
    late_in_utc = datetime(2026, 6, 9, 20, tzinfo=UTC)  # already the 10th in Tokyo
    reads = plan_reads(REPORT, TOKYO, ScopeState(), late_in_utc, START)
    assert reads[-1].window.since == datetime(2026, 5, 31, 15, tzinfo=UTC)
    assert reads[0].window.until == datetime(2026, 6, 10, 15, tzinfo=UTC)


def june(*days):
    return [date(2026, 6, day) for day in days]


def test_open_days_are_read_again_and_closed_ones_are_not():
    state = ScopeState(first_day=START, closed_until=date(2026, 6, 30))
    earlier, days = report_days(replace(REPORT, lookback=DAY), state, date(2026, 7, 1), START)
    assert (earlier, days) == ([], [date(2026, 6, 30), date(2026, 7, 1)])


def test_days_missed_during_an_outage_are_read():
    state = ScopeState(first_day=START, closed_until=date(2026, 7, 1))
    _, days = report_days(REPORT, state, date(2026, 9, 1), START)
    assert days[0] == date(2026, 7, 1)
    assert len(days) == 63


def test_a_longer_lookback_reads_days_again_that_were_closed():
    state = ScopeState(first_day=START, closed_until=date(2026, 9, 1))
    longer = replace(REPORT, lookback=60 * DAY)
    assert report_days(longer, state, date(2026, 9, 20), START)[1][0] == date(2026, 7, 22)


def test_days_that_a_source_no_longer_answers_for_are_not_asked_for():
    state = ScopeState(first_day=START, closed_until=date(2026, 6, 10))
    reaching = replace(REPORT, lookback=DAY, reach=90 * DAY)
    assert report_days(reaching, state, date(2026, 12, 1), START)[1][0] == date(2026, 9, 2)


def test_an_earlier_start_is_filled_up():
    state = ScopeState(first_day=date(2026, 6, 3), closed_until=date(2026, 6, 3))
    earlier, days = report_days(replace(REPORT, lookback=DAY), state, date(2026, 6, 4), START)
    assert (earlier, days) == (june(1, 2), june(3, 4))


def test_an_earlier_start_is_filled_from_what_is_in_backwards():
    state = ScopeState(first_day=date(2026, 6, 30), closed_until=date(2026, 6, 30))
    now = datetime(2026, 7, 1, 12, tzinfo=UTC)
    reads = plan_reads(REPORT, Account(account_id="1"), state, now, START)
    ends = [read.window.until.date() for read in reads]
    assert ends == [date(2026, 7, 2), date(2026, 6, 30), *june(29, 22, 15, 8)]


def test_an_earlier_start_reads_records_of_the_time_before_all_that_is_in():
    covered = datetime(2026, 6, 10, tzinfo=UTC)
    state = ScopeState(cursor_until=datetime(2026, 7, 1, tzinfo=UTC), covered_from=covered)
    now = datetime(2026, 7, 2, tzinfo=UTC)
    _, earlier = plan_reads(ORDERS, TOKYO, state, now, START)
    assert earlier.window == Window(datetime(2026, 5, 30, 15, tzinfo=UTC), covered)
    assert (earlier.advances, earlier.extends) == (False, True)


def test_a_backfill_asks_for_no_day_that_is_yet_to_come():
    late = datetime(2026, 6, 9, 20, tzinfo=UTC)  # already the 10th in Tokyo
    reads = plan_backfill(REPORT, TOKYO, date(2026, 6, 9), date(2026, 7, 1), late)
    assert reads[-1].window.until == datetime(2026, 6, 10, 15, tzinfo=UTC)


@pytest.mark.parametrize(("since", "code"), [("2026-05-31", "TUP-320"), ("2026-06-11", "TUP-321")])
def test_a_backfill_of_days_outside_of_the_project_is_refused(since, code):
    with pytest.raises(ConfigError) as raised:
        check_backfill(date.fromisoformat(since), START, datetime(2026, 6, 9, 12, tzinfo=UTC))
    assert raised.value.code == code


@given(st.integers(1, 400), st.integers(1, 31))
def test_requests_meet_without_gap_or_overlap(days, per_request):
    stream = Stream(
        name="r", kind=StreamKind.REPORT, key=("id",), day="d", days_per_request=per_request
    )
    now = datetime(2026, 6, 1, 12, tzinfo=UTC) + timedelta(days=days)
    account = Account(account_id="1")
    windows = [r.window for r in plan_reads(stream, account, ScopeState(), now, START)]
    assert [w.since for w in windows[:-1]] == [w.until for w in windows[1:]]
    assert all((w.until - w.since).days <= per_request for w in windows)
    assert sum((w.until - w.since).days for w in windows) == days + 1


def test_an_incremental_read_goes_up_to_now_and_the_cursor_stays_behind():
    state = ScopeState(cursor_until=datetime(2026, 6, 2, tzinfo=UTC))
    [read] = plan_reads(ORDERS, TOKYO, state, datetime(2026, 6, 3, tzinfo=UTC), START)
    assert read.window.since == datetime(2026, 6, 1, 23, tzinfo=UTC)
    assert read.window.until == datetime(2026, 6, 3, tzinfo=UTC)
    assert settled_until(ORDERS, read.window, read.window.until) == read.window.until - timedelta(
        minutes=1
    )


def test_a_stopped_read_goes_on_with_its_own_window():
    state = ScopeState(
        reading_since=datetime(2026, 6, 1, tzinfo=UTC),
        reading_until=datetime(2026, 6, 2, tzinfo=UTC),
        bookmark="page-7",
    )
    [read] = plan_reads(ORDERS, TOKYO, state, datetime(2026, 6, 9, tzinfo=UTC), START)
    assert (read.bookmark, read.window.until) == ("page-7", datetime(2026, 6, 2, tzinfo=UTC))


@pytest.mark.parametrize("hours_back", [1, 48])
def test_a_clock_set_back_reads_nothing_rather_than_moving_the_cursor_back(hours_back):
    state = ScopeState(cursor_until=datetime(2026, 6, 9, tzinfo=UTC))
    now = datetime(2026, 6, 9, tzinfo=UTC) - timedelta(hours=hours_back)
    assert plan_reads(ORDERS, TOKYO, state, now, START) == []


def test_a_day_closes_when_it_is_older_than_the_lookback():
    assert closed_until(REPORT, date(2026, 7, 29)) == date(2026, 7, 1)


def test_days_beyond_the_reach_of_the_source_are_not_asked_for():
    clicks = replace(REPORT, reach=timedelta(days=3))
    now = datetime(2026, 7, 10, 12, tzinfo=UTC)
    reads = plan_reads(clicks, Account(account_id="1"), ScopeState(), now, START)
    assert reads[-1].window.since == datetime(2026, 7, 7, tzinfo=UTC)


@pytest.mark.parametrize("source", REGISTRY)
def test_every_report_that_is_limited_by_its_vendor_says_so(source):
    unlimited = {
        stream.name
        for stream in declared_streams(source)
        if stream.kind is StreamKind.REPORT and stream.reach is None
    }
    assert unlimited == set()


def test_days_before_the_first_one_are_never_asked_for():
    young = ScopeState(first_day=START, closed_until=START - timedelta(days=20))
    assert report_days(REPORT, young, START + DAY, START)[1][0] == START
