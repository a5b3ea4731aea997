"""Vendor faults are retried, or stop the read before any page is handed on."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.sources.meta_ads.simulated import AD_DAYS, DE, NOW, US, decoded, meta, records
from trueup.core.account import AccountStatus
from trueup.errors import (
    AccessError,
    AccountUnavailableError,
    BeyondReachError,
    ContractError,
    TransientError,
    TrueupError,
)
from trueup_simulators.faults import FaultRule

JULY_6 = date(2026, 7, 6)
ANSWERED_AT_ONCE, BY_RUN = 3, 9


def rule(kind, **params):
    match = params.pop("match", "")
    times = params.pop("times", 1)
    return FaultRule(kind=kind, match=match, times=times, params=params)


def sound_rows(days):
    with meta() as here:
        return here.rows(JULY_6, days)


@pytest.mark.parametrize(
    "fault",
    [
        rule("job_failed"),
        rule("job_failed", code=2, subcode=1504043),
        rule("job_failed", too_much_data=True),
        rule("job_failed", too_much_data=True, times=4),
        rule("job_skipped"),
        rule("job_stuck"),
        rule("job_incomplete", looks=3),
        rule("job_incomplete", looks=None),
        rule("job_empty_first_page"),
        rule("too_much_data", match="POST"),
    ],
    ids=lambda fault: f"{fault.kind}-{dict(fault.params)}",
)
def test_a_report_run_that_goes_wrong_loses_nothing(fault):
    with meta(fault) as here:
        assert sorted(here.rows(JULY_6, BY_RUN)) == sorted(sound_rows(BY_RUN))
        assert here.faults.fired()[fault.kind] >= 1


def test_a_run_that_calls_itself_completed_too_early_is_waited_for():
    with meta(rule("job_incomplete", looks=3, times=None)) as here:
        assert here.rows(JULY_6, BY_RUN) == sound_rows(BY_RUN)
        assert [item.method for item in here.faults.requests].count("POST") == 1


@pytest.mark.parametrize("days", [ANSWERED_AT_ONCE, BY_RUN])
@pytest.mark.parametrize(
    "kind", ["last_page_lost", "duplicate_page", "row_lost", "repeat_cursor", "short_page"]
)
def test_a_report_with_broken_pages_is_read_again(kind, days):
    op = "insights" if days == ANSWERED_AT_ONCE else "report_insights"
    with meta(FaultRule(kind=kind, op=op)) as here:
        assert here.rows(JULY_6, days) == sound_rows(days)
        assert here.faults.fired() == {kind: 1}


@pytest.mark.parametrize(
    "kind",
    [
        "last_page_lost",
        "duplicate_page",
        "duplicate_delivery",
        "row_lost",
        "repeat_cursor",
        "short_page",
    ],
)
def test_a_snapshot_with_broken_pages_is_read_again(kind):
    with meta() as here:
        sound = records(here.read("ads"))
    with meta(FaultRule(kind=kind), page_size=2) as here:
        found = records(here.read("ads"))
        assert here.faults.fired() == {kind: 1}
    assert set(found) == set(sound)


@pytest.mark.parametrize("days", [ANSWERED_AT_ONCE, BY_RUN])
def test_pages_that_are_all_short_are_followed_to_the_end(days):
    with meta(FaultRule(kind="short_page", times=None)) as here:
        assert here.rows(JULY_6, days) == sound_rows(days)
        assert here.faults.fired()["short_page"] > 3


@pytest.mark.parametrize("name", ["ads", "ad_days"])
def test_a_cursor_that_expires_on_the_way_starts_the_read_again(name):
    with meta(FaultRule(kind="cursor_expired")) as here:
        found = records(here.read("ads")) if name == "ads" else here.rows(JULY_6, 3)
        assert here.faults.fired() == {"cursor_expired": 1}
    with meta() as here:
        assert found == (records(here.read("ads")) if name == "ads" else here.rows(JULY_6, 3))


@pytest.mark.parametrize("days", [ANSWERED_AT_ONCE, BY_RUN])
def test_a_last_page_that_stays_lost_hands_nothing_on(days):
    with meta(FaultRule(kind="last_page_lost", times=None)) as here:
        pages = []
        with pytest.raises(ContractError, match="impressions"):
            pages += here.rows(JULY_6, days)
    assert pages == []


def test_a_record_sent_twice_is_handed_on_and_not_taken_for_a_surplus():
    with meta(FaultRule(kind="duplicate_delivery", op="insights", times=None, after=1)) as here:
        rows = here.rows(JULY_6, ANSWERED_AT_ONCE)
    assert set(rows) == set(sound_rows(ANSWERED_AT_ONCE))
    assert len(rows) > len(set(rows))


@pytest.mark.parametrize("mode", ["nan", "huge", "lone_surrogate", "missing", "duplicate_key"])
def test_a_record_that_cannot_be_read_is_handed_on_beside_its_siblings(mode):
    bad = FaultRule(kind="bad_record", op="insights", after=1, params={"mode": mode})
    with meta(bad) as here:
        rows = here.rows(JULY_6, ANSWERED_AT_ONCE)
        assert here.faults.fired() == {"bad_record": 1}
    sound = sound_rows(ANSWERED_AT_ONCE)
    assert len(rows) == len(sound)
    assert [number for number, row in enumerate(rows) if row != sound[number]] == [0]


@pytest.mark.parametrize(
    "fault",
    [
        rule("throttle", code=4),
        rule("throttle", code=17),
        rule("throttle", code=613),
        rule("throttle", code=80004, minutes=2),
        rule("status", status=500, code=1),
        rule("status", status=400, code=2, subcode=1504043),
        rule("status", status=400, code=999, is_transient=True),
        rule("status", status=503),
        rule("summary_param"),
        rule("garbage"),
        rule("html_200"),
        rule("truncate"),
        rule("truncate", mode="length"),
        rule("disconnect"),
    ],
    ids=lambda fault: f"{fault.kind}-{dict(fault.params)}",
)
@pytest.mark.parametrize("days", [ANSWERED_AT_ONCE, BY_RUN])
def test_passing_troubles_lose_nothing(fault, days):
    with meta(fault) as here:
        assert here.rows(JULY_6, days) == sound_rows(days)
        assert here.faults.fired() == {fault.kind: 1}


def test_a_throttled_account_waits_as_long_as_the_usage_header_says():
    with meta(rule("throttle", code=80004, minutes=2)) as here:
        here.read("ads")
    assert max(here.waiting.sleeps) >= 120


def test_an_account_near_its_limit_pauses_and_its_siblings_do_not():
    with meta(FaultRule(kind="usage", params={"percent": 95, "minutes": 3})) as here:
        here.read("campaigns", US)
        here.read("campaigns", DE)
        assert here.waiting.sleeps == []
        here.read("campaigns", US)
        assert max(here.waiting.sleeps) == pytest.approx(180)


def test_a_long_pause_ends_the_read_as_passing():
    with (
        meta(rule("usage", percent=100, minutes=45)) as here,
        pytest.raises(TransientError) as told,
    ):
        here.read("ads")
    assert told.value.retry_after_seconds == 45 * 60


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("token_expired", AccessError),
        ("permission", AccountUnavailableError),
        ("account_revoked", AccountUnavailableError),
    ],
)
def test_refusals_name_the_permission(kind, error):
    with meta(FaultRule(kind=kind, times=None)) as here, pytest.raises(error) as refused:
        here.rows(JULY_6, 3)
    assert refused.value.exit_code == 4
    assert "ads_read" in refused.value.hint


def test_the_last_days_of_a_closed_account_are_read_until_meta_refuses(monkeypatch):
    monkeypatch.setattr("trueup_simulators.meta_ads.entities._ACTIVE", 101)
    with meta() as here:
        closed = next(a for a in here.source.accounts() if a.account_id == US.account_id)
        assert (closed.status, "closed" in closed.reason) == (AccountStatus.ACTIVE, True)
        assert here.rows(JULY_6, 3, closed) == here.rows(JULY_6, 3, US)
    refusing = FaultRule(kind="token_expired", times=None)
    with meta(refusing) as here, pytest.raises(AccountUnavailableError, match="closed"):
        here.rows(JULY_6, 3, closed)


@pytest.mark.parametrize("name", ["ads", "ad_days"])
def test_an_empty_answer_for_lack_of_permission_is_not_taken_for_no_data(name):
    lost = FaultRule(kind="permission_lost", times=None, match=f"act_{US.account_id}")
    with meta(lost) as here, pytest.raises(TrueupError):
        assert not (here.read("ads") if name == "ads" else here.rows(JULY_6, 3))


def test_no_accounts_at_all_is_a_lack_of_permission():
    with meta(FaultRule(kind="permission_lost")) as here, pytest.raises(AccessError):
        here.source.accounts()


def test_too_much_data_is_split_down_to_campaigns(monkeypatch):
    sound = sound_rows(BY_RUN)
    monkeypatch.setattr("trueup_simulators.meta_ads.app.SYNC_ROW_LIMIT", 4)
    monkeypatch.setattr("trueup_simulators.meta_ads.app.ASYNC_ROW_LIMIT", 4)
    with meta(sync_days=1) as here:
        assert sorted(here.rows(JULY_6, BY_RUN)) == sorted(sound)
    per_day = {row["date_start"] for row in decoded(sound)}
    assert len(per_day) == BY_RUN


def test_what_cannot_be_made_smaller_is_an_error(monkeypatch):
    monkeypatch.setattr("trueup_simulators.meta_ads.app.ASYNC_ROW_LIMIT", 0)
    with meta(sync_days=0) as here, pytest.raises(ContractError, match="reduce the amount"):
        here.rows(JULY_6, 1)


def test_days_within_the_declared_reach_are_answered_and_older_ones_are_refused():
    first = NOW.astimezone(ZoneInfo(US.timezone)).date() - AD_DAYS.reach
    with meta() as here:
        assert here.rows(first, 1) == []
        with pytest.raises(BeyondReachError, match="3018"):
            here.rows(first - timedelta(days=6), 1)


@pytest.mark.parametrize(("name", "days"), [("ads", 0), ("ad_days", BY_RUN)])
def test_pages_that_are_too_much_become_smaller(name, days):
    too_large = rule("page_too_large", above=3, times=None)
    with meta() as here:
        sound = here.rows(JULY_6, days) if days else records(here.read(name))
    with meta(too_large, page_size=16) as here:
        found = here.rows(JULY_6, days) if days else records(here.read(name))
        assert 0 < 2 * here.faults.fired()["page_too_large"] < len(here.faults.requests)
    assert sorted(found) == sorted(sound)


def test_days_that_were_too_many_once_are_not_asked_for_again(monkeypatch):
    monkeypatch.setattr("trueup_simulators.meta_ads.app.ASYNC_ROW_LIMIT", 40)
    with meta(sync_days=0) as here:
        here.rows(JULY_6, 8)
        first = [item.method for item in here.faults.requests].count("POST")
        here.rows(JULY_6, 8)
        again = [item.method for item in here.faults.requests].count("POST") - first
    assert again < first
