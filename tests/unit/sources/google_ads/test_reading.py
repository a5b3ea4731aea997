"""Reads equal the world's data on days without faults."""

import hashlib
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.unit.sources.alive import pages_alive
from tests.unit.sources.google_ads.simulated import (
    DAY,
    DE,
    MANAGER,
    MOMENT,
    NOW,
    STREAM,
    US,
    decoded,
    figure,
    google,
    local_days,
    world,
)
from trueup.core.stream import Stream, StreamKind
from trueup.errors import ContractError
from trueup_simulators.google_ads import auth


@pytest.mark.parametrize("account", [US, DE])
def test_campaign_days_hold_every_micro_that_was_spent(account) -> None:
    with google() as here:
        rows = here.rows("campaign_days", DAY, 3, account)
    spent = world().ad_days(account.account_id, DAY, DAY + timedelta(days=3), NOW)
    assert figure(rows, "costMicros") == sum(spent["spend_micros"].to_pylist())
    assert figure(rows, "clicks") == sum(spent["clicks"].to_pylist())
    assert "PERFORMANCE_MAX" in {row["campaign"]["advertisingChannelType"] for row in rows}
    assert {row["customer"]["currencyCode"] for row in rows} == {account.currency}


def test_ad_days_hold_every_ad_and_no_performance_max() -> None:
    with google() as here:
        rows = here.rows("ad_days", DAY, 3)
    spent = world().ad_days(US.account_id, DAY, DAY + timedelta(days=3), NOW).to_pylist()
    expected = {
        (row["ad_id"], str(row["day"])): row["spend_micros"] for row in spent if row["ad_id"]
    }
    found = {
        (row["adGroupAd"]["ad"]["id"], row["segments"]["date"]): figure([row], "costMicros")
        for row in rows
    }
    assert found == expected


def test_several_days_at_once_equal_each_day_alone() -> None:
    with google() as here:
        together = here.rows("ad_days", DAY, 3)
        alone = [row for n in range(3) for row in here.rows("ad_days", DAY + timedelta(days=n))]
    assert together == alone


@pytest.mark.parametrize(
    ("name", "path"),
    [("campaigns", "campaign"), ("ad_groups", "adGroup"), ("ads", "adGroupAd")],
)
def test_snapshots_hold_removed_entities_too(name: str, path: str) -> None:
    with google() as here:
        rows = decoded(here.pages(name))
    of_world = {
        "campaigns": world().campaigns,
        "ad_groups": world().ad_groups,
        "ads": world().ads,
    }[name](US.account_id, NOW)
    assert len(rows) == len(of_world)
    assert sorted(row[path]["status"] for row in rows) == sorted(one.status for one in of_world)


def test_an_account_tells_its_currency_and_zone() -> None:
    with google() as here:
        (row,) = decoded(here.pages("accounts", DE))
    account = row["customer"]
    assert (account["id"], account["currencyCode"], account["timeZone"], account["status"]) == (
        DE.account_id,
        "EUR",
        "Europe/Berlin",
        "ENABLED",
    )


def test_every_click_is_read_with_its_ad() -> None:
    with google() as here:
        rows = here.rows("click_views")
    clicks = world().clicks(US.account_id, DAY, NOW)
    assert [row["clickView"]["gclid"] for row in rows] == clicks["click_id"].to_pylist()
    ads = [row["clickView"].get("adGroupAd", "~").split("~")[-1] or None for row in rows]
    assert ads == clicks["ad_id"].to_pylist()


def test_records_are_kept_byte_for_byte() -> None:
    with google() as here:
        (page,) = here.pages("accounts")
        sent = bytes(page.records[0])
        assert sent.startswith(b'{"customer":{"id":"5550001001","descriptiveName":"BrightCart US",')
    assert page.trace.status == 200
    assert page.trace.request_id
    assert page.trace.body_bytes > len(sent)
    assert len(page.trace.body_sha256) == len(hashlib.sha256().hexdigest())


def test_the_trail_tells_the_query_and_no_secret() -> None:
    with google() as here:
        (page,) = here.pages("accounts")
    body = json.loads(page.trace.request_body)
    assert body["query"].startswith("SELECT customer.id, ")
    assert hashlib.sha256(page.trace.request_body.encode()).hexdigest() == page.trace.request_sha256
    for secret in (auth.DEVELOPER_TOKEN, auth.REFRESH_TOKEN, "ya29"):
        assert secret not in repr(page.trace)


def test_control_totals_equal_the_sum_of_the_campaigns() -> None:
    with google() as here:
        totals = here.totals(DAY, 3)
        rows = here.rows("campaign_days", DAY, 3)
    for name, column in [("spend", "costMicros"), ("clicks", "clicks")]:
        found = [total.value for total in totals if total.name == name]
        scale = Decimal(1_000_000) if name == "spend" else Decimal(1)
        assert sum(found) * scale == figure(rows, column)
        assert len(found) == 3
    assert {total.window for total in totals} == {
        local_days(DAY + timedelta(days=n), 1, US) for n in range(3)
    }


def test_a_day_without_delivery_has_totals_of_zero() -> None:
    with google() as here:
        totals = here.totals(world().config.start - timedelta(days=2), 1)
    assert {total.name: total.value for total in totals} == {
        "spend": 0,
        "impressions": 0,
        "clicks": 0,
    }


def test_the_unfinished_day_has_no_totals() -> None:
    with google() as here:
        today = NOW.date()
        assert here.totals(today, 1) == []
        assert here.totals(DAY, 0) == []
        assert here.source.totals(STREAM["ads"], US, MOMENT) == []


def test_a_stream_of_another_source_is_refused() -> None:
    other = Stream(name="orders", kind=StreamKind.SNAPSHOT, key=("id",))
    with google() as here:
        with pytest.raises(TypeError):
            list(here.source.read(other, US, MOMENT))
        with pytest.raises(ContractError):
            list(here.source.read(STREAM["ads"], US, MOMENT, bookmark="x"))


def test_accounts_are_found_through_the_manager_closed_ones_marked() -> None:
    with google() as here:
        accounts = {account.account_id: account for account in here.source.accounts()}
    assert MANAGER not in accounts
    assert accounts[US.account_id].timezone == "America/New_York"
    assert accounts[DE.account_id].currency == "EUR"
    assert [a.reason for a in accounts.values() if a.reason] == ["the account is canceled"]


@pytest.mark.parametrize("name", ["ad_days", "click_views"])
def test_a_few_pages_are_in_memory_however_many_come(name: str) -> None:
    with google() as here:
        days = 12 if name == "ad_days" else 1
        window = local_days(DAY, days, US)
        given, at_once = pages_alive(lambda: here.source.read(STREAM[name], US, window))
    assert given > 5
    assert at_once <= 3
