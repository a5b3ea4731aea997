"""Unreadable records are quarantined, counted and shown; no other record is lost."""

from datetime import timedelta

import pytest

from tests.end_to_end.prepared import PUBLISHED, SYNCED, a_prepared_company
from tests.end_to_end.trouble import trueup_here, with_settings
from tests.end_to_end.truth import differences
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run import run_backfill, run_load, run_publish, run_sync
from trueup_simulators.faults import FaultRule

SOURCES = ("google_ads", "meta_ads", "shopify")


def google(mode):
    # The fifth page of this account's is one of figures.
    match, params = "5550001001/googleAds:search", {"mode": mode}
    return "google_ads", FaultRule(kind="bad_record", match=match, after=4, params=params)


def meta(op, field, mode):
    params = {"mode": mode, "field": field}
    return "meta_ads", FaultRule(kind="bad_record", op=op, params=params)


def shop(value, after=0):
    params = {"value": value}
    return "shopify", FaultRule(kind="bad_value", op="orders", after=after, params=params)


BAD_RECORDS = {
    "google: NaN": (*google("nan"), "not_json"),
    "google: 1e400": (*google("huge"), "number_out_of_range"),
    "google: key twice": (*google("duplicate_key"), "duplicate_json_key"),
    "google: lone surrogate": (*google("lone_surrogate"), "invalid_text"),
    "google: 10 MB": (*google("long"), "too_large"),
    "meta: NaN": (*meta("campaigns", "name", "nan"), "not_json"),
    "meta: 1e400": (*meta("report_insights", "spend", "huge"), "number_out_of_range"),
    "meta: no key": (*meta("campaigns", "id", "missing"), "missing_key"),
    "meta: key twice": (*meta("report_insights", "spend", "duplicate_key"), "duplicate_json_key"),
    "meta: lone surrogate": (*meta("ads", "name", "lone_surrogate"), "invalid_text"),
    "meta: NUL as an id": (*meta("campaigns", "id", "nul"), "nul_character"),
    "shop: NaN": (*shop("nan"), "not_json"),
    "shop: no key": (*shop("no_key"), "missing_key"),
    "shop: key twice": (*shop("duplicate_key"), "duplicate_json_key"),
    "shop: lone surrogate": (*shop("lone_surrogate"), "invalid_text"),
    "shop: 10 MB": (*shop("huge_text"), "too_large"),
}
GARBAGE = FaultRule(kind="garbage", match="act_1010000000000002/campaigns", times=None)


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was read once."""
    with a_prepared_company(tmp_path_factory.mktemp("records") / "company", SYNCED) as company:
        yield one_at_a_time(company)


def one_at_a_time(company):
    """The company with one worker, so that faults are met in one order."""
    text = (company.folder / "trueup.yml").read_text()
    (company.folder / "trueup.yml").write_text(text.replace("workers: 4", "workers: 1"))
    return company.reopened_at(company.folder)


@pytest.fixture(scope="module")
def landed(company):
    """Number of records of each source."""
    streams = company.project.streams()
    return {
        name: sum(
            commit.header.counts.landed
            for stream in streams[name]
            for commit in company.project.table(name, stream.name).commits_after(-1)
        )
        for name in SOURCES
    }


@pytest.mark.parametrize("name", BAD_RECORDS)
def test_a_bad_record_is_kept_aside_shown_and_harms_no_other(company, landed, tmp_path, name):
    source, rule, reason = BAD_RECORDS[name]
    project, now = with_settings(company, tmp_path / "bad").project, company.clock.now()
    before = company.faults.fired().get(rule.kind, 0)
    company.faults.add(rule)
    synced = run_sync(project, now, [source])
    assert company.faults.fired()[rule.kind] == before + 1
    assert synced.errors() == []
    assert sum(r.tally.landed for r in synced.streams) == landed[source] - 1
    run_load(project, now)
    [aside] = status(project, now).quarantine
    assert (aside["source"], aside["reason"], aside["records"]) == (source, reason, 1)


def test_a_nul_in_a_text_is_a_character_like_others(company, landed, tmp_path):
    project, now = with_settings(company, tmp_path / "nul").project, company.clock.now()
    source, rule = shop("nul")
    before = company.faults.fired().get("bad_value", 0)
    company.faults.add(rule)
    synced = run_sync(project, now, [source])
    assert company.faults.fired().get("bad_value", 0) == before + 1
    assert sum(r.tally.landed for r in synced.streams) == landed[source]


def test_a_record_that_is_bad_again_is_counted_once(company, tmp_path):
    project, now = with_settings(company, tmp_path / "twice").project, company.clock.now()
    source, rule = meta("campaigns", "id", "missing")
    for _ in range(2):
        company.faults.add(rule)
        synced = run_sync(project, now, [source])
    assert [r.tally.quarantined for r in synced.streams if r.tally.quarantined] == []
    run_load(project, now)
    assert [row["records"] for row in status(project, now).quarantine] == [1]


def test_a_record_that_is_good_again_lands(company, landed, tmp_path):
    project, now = with_settings(company, tmp_path / "again").project, company.clock.now()
    source, rule = meta("report_insights", "spend", "huge")
    company.faults.add(rule)
    run_sync(project, now, [source])
    run_sync(project, now, [source])
    run_load(project, now)
    windows = "select scope, window_day, arg_max(row_count, load_id) from raw.windows group by all"
    whole = with_settings(company, tmp_path / "whole").project
    run_sync(whole, now, [source])
    run_load(whole, now)
    assert project.warehouse.query(f"from ({windows}) order by all") == whole.warehouse.query(
        f"from ({windows}) order by all"
    )


def test_a_total_that_is_no_amount_stops_nothing_and_is_named(company, landed, tmp_path):
    project, now = with_settings(company, tmp_path / "total").project, company.clock.now()
    before = company.faults.fired().get("bad_value", 0)
    # After three pages of orders comes the shop's own listing of what they sum up to.
    company.faults.add(shop("huge_number", after=3)[1])
    synced = run_sync(project, now, ["shopify"])
    assert company.faults.fired().get("bad_value", 0) == before + 1
    assert synced.errors() == []
    assert sum(r.tally.landed for r in synced.streams) == landed["shopify"]
    run_load(project, now)
    totals = (
        "select name, count(*) as days from raw.control_totals where value is null group by all"
    )
    assert project.warehouse.query(totals) == [{"name": "total_amount", "days": 1}]


def test_an_answer_that_stays_unreadable_fails_its_stream_alone(
    company, tmp_path, capsys, monkeypatch
):
    monkeypatch.setenv("TRUEUP_NOW", company.clock.now().isoformat())
    bad = with_settings(company, tmp_path / "bad")
    company.faults.add(GARBAGE)
    ended = trueup_here(capsys, bad, "sync", "meta_ads")
    company.faults.clear()
    assert company.faults.fired()["garbage"] > 1
    assert (ended.code, ended.error["code"]) == (5, "TUP-510")
    assert ended.error["why"]
    assert ended.error["do"]
    failed = [s for s in ended.data["sync"]["streams"] if s["status"] == "failed"]
    assert [(s["stream"], s["account"]) for s in failed] == [("campaigns", "1010000000000002")]
    assert trueup_here(capsys, bad, "sync", "meta_ads").code == 0


@pytest.fixture(scope="module")
def disturbed(tmp_path_factory):
    """A published company that then met bad figures of all vendors, and ran again."""
    with a_prepared_company(tmp_path_factory.mktemp("disturbed") / "c", PUBLISHED) as company:
        company = one_at_a_time(company)
        good = company.content()
        company.a_day_later()
        company.faults.add(google("nan")[1], meta("report_insights", "spend", "huge")[1])
        # The third page is of orders that were not there before.
        company.faults.add(shop("no_key")[1], shop("huge_number", after=1)[1])
        result = company.run()
        assert company.faults.fired() == {"bad_record": 2, "bad_value": 2}
        yield company, good, result


def test_an_ad_that_cannot_be_read_is_quarantined_and_the_accounts_total_stays(disturbed):
    company, _, result = disturbed
    assert "fact_ad_spend" not in result.published.withheld_tables
    told = "select message from ops.checks where gate = 'ads_explain_spend'"
    [(message,)] = company.published(told)
    assert message.startswith("meta_ads 1010000000000001 2026-06-01: ")
    day = (
        "platform = 'meta_ads' and account_id = '1010000000000001' and platform_date = '2026-06-01'"
    )
    levels = (
        "select report_level, sum(spend_amount) > 0 from core.fact_ad_spend "
        f"where {day} group by all order by all"
    )
    assert company.published(levels) == [("account", True), ("ad", True)]


def test_an_order_that_cannot_be_read_is_quarantined_and_holds_up_no_other(disturbed):
    company, good, result = disturbed
    assert "fact_orders" not in result.published.withheld_tables
    assert company.content()["fact_orders"] != good["fact_orders"]
    told = "select violations from ops.checks where gate = 'orders_not_quarantined'"
    assert company.published(told) == [(1,)]


def test_status_shows_what_is_quarantined(disturbed):
    company, _, _ = disturbed
    found = status(company.project, company.clock.now())
    assert found.held == ()
    assert sorted(row["reason"] for row in found.quarantine) == [
        "missing_key",
        "not_json",
        "number_out_of_range",
    ]


def test_once_the_vendors_answer_well_the_figures_equal_the_truth(disturbed):
    company, _, _ = disturbed
    company.faults.clear()
    now = company.clock.now()
    tomorrow = now.date() + timedelta(days=1)
    company.run()
    # Orders are read by when they changed: a bad one is read again by the day of that.
    result = run_backfill(company.project, "shopify", now.date() - timedelta(2), tomorrow, now)
    assert result.error() is None
    assert differences(company) == {}


def test_publishing_again_without_news_changes_nothing(disturbed):
    company, _, _ = disturbed
    before = company.content()
    run_publish(company.project, company.clock.now())
    assert company.content() == before
