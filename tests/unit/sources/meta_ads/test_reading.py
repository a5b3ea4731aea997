"""Everything the world holds arrives, as sent."""

from datetime import date, timedelta
from decimal import Decimal
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pyarrow.compute as pc
import pytest
from pydantic import SecretStr

from tests.unit.sources.alive import pages_alive
from tests.unit.sources.meta_ads.simulated import (
    AD_DAYS,
    CONFIG,
    DE,
    JP,
    NOW,
    STREAM,
    US,
    decoded,
    meta,
    records,
    world,
)
from trueup.core.account import AccountStatus
from trueup.core.window import Window
from trueup.errors import AccessError
from trueup_simulators.meta_ads.auth import ACCESS_TOKEN, APP_SECRET
from trueup_simulators.world import Plant, World

JULY_20 = date(2026, 7, 20)
JP_ZONE = ZoneInfo(JP.timezone)


def truth(account, first, days, at=NOW):
    return world().ad_days(account.account_id, first, first + timedelta(days=days), at)


def test_every_account_comes_with_currency_and_zone():
    with meta() as here:
        found = {item.account_id: (item.currency, item.timezone) for item in here.source.accounts()}
    assert found == {item.account_id: (item.currency, item.timezone) for item in (US, DE, JP)}


def test_a_named_account_that_is_out_of_reach_is_unavailable_and_its_sibling_is_not():
    with meta(accounts=("act_1010000000000002", "42")) as here:
        reached, missing = here.source.accounts()
    assert reached.status is AccountStatus.ACTIVE
    assert missing.status is AccountStatus.UNAVAILABLE
    assert "ads_read" in missing.reason


@pytest.mark.parametrize("account", [US, DE, JP], ids=lambda account: account.currency)
@pytest.mark.parametrize("name", ["campaigns", "ad_sets", "ads"])
def test_snapshots_hold_everything_removed_things_included(name, account):
    of_world = {"campaigns": "campaigns", "ad_sets": "ad_groups", "ads": "ads"}[name]
    with meta(page_size=3) as here:
        found = [item["id"] for item in decoded(records(here.read(name, account)))]
    expected = getattr(world(), of_world)(account.account_id, NOW)
    assert found == [item.id for item in expected]


def test_the_accounts_stream_holds_every_account():
    with meta(page_size=2) as here:
        assert len(records(here.read("accounts"))) == 3


@pytest.mark.parametrize("account", [US, DE, JP], ids=lambda account: account.currency)
@pytest.mark.parametrize("days", [1, 3, 4, 14], ids=lambda days: f"{days}-days")
def test_ad_days_equal_the_world(days, account):
    with meta(page_size=11) as here:
        rows = decoded(here.rows(JULY_20 - timedelta(days=10), days, account))
    table = truth(account, JULY_20 - timedelta(days=10), days)
    spend = sum((Decimal(row["spend"]) for row in rows), Decimal(0))
    assert spend == Decimal(pc.sum(table["spend_micros"]).as_py()).scaleb(-6)
    clicks = sum(int(row.get("inline_link_clicks", 0)) for row in rows)
    assert clicks == pc.sum(table["clicks"]).as_py()
    keys = {(row["ad_id"], row["date_start"]) for row in rows}
    assert len(keys) == len(rows) == table.num_rows


def test_few_days_are_read_at_once_and_many_by_a_report_run():
    with meta(sync_days=3) as here:
        here.rows(JULY_20, 3)
        assert {item.method for item in here.faults.requests} == {"GET"}
        here.rows(JULY_20, 4)
        assert "POST" in {item.method for item in here.faults.requests}


def test_totals_are_the_worlds_and_zero_where_nothing_ran():
    first = (CONFIG.clock_start + timedelta(days=-3)).date()
    window = Window.of_days(first, first + timedelta(days=10), JP_ZONE)
    with meta() as here:
        totals = here.source.totals(AD_DAYS, JP, window)
    summed = {
        name: sum(item.value for item in totals if item.name == name) for name in AD_DAYS.totals
    }
    table = truth(JP, first, 10)
    assert summed["spend"] == Decimal(pc.sum(table["spend_micros"]).as_py()).scaleb(-6)
    assert summed["clicks"] == pc.sum(table["clicks"]).as_py()
    assert [item.value for item in totals[-3:]] == [0, 0, 0]


def test_days_without_delivery_are_complete_and_empty():
    with meta() as here:
        window = Window.of_days(date(2026, 8, 20), date(2026, 8, 22), JP_ZONE)
        pages = here.read("ad_days", JP, window)
    assert [list(page.records) for page in pages] == [[]]


def test_records_are_kept_byte_for_byte():
    named = World(CONFIG)
    campaign = named.campaigns(US.account_id, NOW)[0]
    named.plant(Plant(kind="name", known_from=NOW, entity_id=campaign.id, name="Größe 1/2 \x00"))
    with meta(of=named) as here:
        record = records(here.read("campaigns"))[0]
    assert b'"name":"Gr\\u00f6\\u00dfe 1\\/2 \\u0000"' in record


def test_restated_days_are_read_as_they_are_now():
    first = CONFIG.clock_start.date() - timedelta(days=2)
    with meta() as here:
        before = here.rows(first, 2)
        later = here.clock.advance(timedelta(days=5))
        after = here.rows(first, 2)
    table = truth(US, first, 2, later)
    spend = sum((Decimal(row["spend"]) for row in decoded(after)), Decimal(0))
    assert before != after
    assert spend == Decimal(pc.sum(table["spend_micros"]).as_py()).scaleb(-6)


def test_requests_can_be_signed_and_no_trace_holds_a_secret():
    with meta(app_secret=SecretStr(APP_SECRET)) as here:
        pages = here.read("ads")
        queries = [item.query for item in here.faults.requests]
    assert all("appsecret_proof=" in query for query in queries)
    assert not any(ACCESS_TOKEN in query for query in queries)
    assert all("appsecret_proof=REDACTED" in page.trace.url for page in pages)


def test_a_wrong_token_is_refused_by_name_of_the_permission():
    with meta(access_token=SecretStr("EAAWrongToken")) as here, pytest.raises(AccessError) as error:
        here.source.accounts()
    assert "ads_read" in error.value.hint
    assert "EAAWrongToken" not in str(error.value)


def test_a_page_of_a_report_run_tells_the_question_that_made_the_run():
    window = Window.of_days(JULY_20, JULY_20 + timedelta(days=4), ZoneInfo(US.timezone))
    with meta(sync_days=3) as here:
        traces = [page.trace for page in here.read("ad_days", US, window)]
    asked = [dict(parse_qsl(trace.request_body)) for trace in traces]
    assert {form["time_range"] for form in asked} == {'{"since":"2026-07-20","until":"2026-07-23"}'}
    assert ACCESS_TOKEN not in repr(traces)


@pytest.mark.parametrize(("name", "days"), [("ads", 0), ("ad_days", 3), ("ad_days", 4)])
def test_a_few_pages_are_in_memory_however_many_come(name, days):
    window = Window.of_days(JULY_20, JULY_20 + timedelta(days=days), ZoneInfo(US.timezone))
    with meta(sync_days=3, page_size=1) as here:
        given, at_once = pages_alive(lambda: here.source.read(STREAM[name], US, window))
    assert given > 5
    assert at_once <= 3
