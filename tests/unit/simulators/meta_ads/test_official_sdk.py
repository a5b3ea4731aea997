"""The vendor's SDK judges: it pages through lists, insights and report runs, and parses errors."""

from decimal import Decimal

import pyarrow.compute as pc
import pytest
from facebook_business.adobjects.adreportrun import AdReportRun
from facebook_business.adobjects.adsinsights import AdsInsights
from facebook_business.adobjects.user import User
from facebook_business.exceptions import FacebookRequestError

from tests.unit.simulators.meta_ads.official_sdk import (
    AD_ROWS,
    CONFIG,
    DE,
    EVERY_STATUS,
    JP,
    LAST_WEEK,
    US,
    simulation,
    small_world,
)
from trueup_simulators.faults import FaultRule

FIELDS = ["account_id", "campaign_id", "adset_id", "ad_id", "impressions", "spend", "actions"]
NOW = CONFIG.clock_start


def spend_of_last_week(account_id: str) -> Decimal:
    first, end = (pc.cast(LAST_WEEK[key], "date32").as_py() for key in ("since", "until"))
    table = small_world().ad_days(account_id, first, end.replace(day=end.day + 1), NOW)
    return Decimal(pc.sum(table["spend_micros"]).as_py()).scaleb(-6)


def finished_run(account) -> AdReportRun:
    run = account.get_insights_async(fields=FIELDS, params=dict(AD_ROWS))
    while run.api_get()["async_status"] != "Job Completed":
        pass
    return run


def test_the_sdk_finds_every_account_with_currency_and_zone():
    with simulation() as here:
        fields = ["account_id", "currency", "timezone_name", "account_status"]
        found = User("me", api=here.api).get_ad_accounts(fields=fields, params={"limit": 2})
        seen = {item["account_id"]: item["currency"] for item in found}
    assert seen == {US: "USD", DE: "EUR", JP: "JPY"}


@pytest.mark.parametrize("edge", ["campaigns", "ad_sets", "ads"])
def test_the_sdk_pages_through_every_entity(edge):
    # Not every status is one of every kind: the SDK knows which.
    method, truth, statuses = {
        "campaigns": ("get_campaigns", small_world().campaigns, EVERY_STATUS[2:]),
        "ad_sets": ("get_ad_sets", small_world().ad_groups, EVERY_STATUS[1:]),
        "ads": ("get_ads", small_world().ads, EVERY_STATUS),
    }[edge]
    with simulation() as here:
        params = {"effective_status": statuses, "limit": 1}
        cursor = getattr(here.account(), method)(fields=["name", "updated_time"], params=params)
        total, found = cursor.total(), [item["id"] for item in cursor]
    assert found == [item.id for item in truth(US, NOW)]
    assert total == len(found) > 2


def test_removed_entities_are_hidden_until_their_status_is_asked_for():
    truth = small_world().campaigns(US, NOW)
    kept = {item.id for item in truth if item.status != "REMOVED"}
    with simulation() as here:
        shown = {item["id"] for item in here.account().get_campaigns(fields=["name"])}
        ads_of = {ad["campaign_id"] for ad in here.account().get_ads(fields=["campaign_id"])}
    assert shown == kept != {item.id for item in truth}
    assert ads_of <= kept


@pytest.mark.parametrize("account_id", [US, DE, JP])
def test_synchronous_insights_add_up_to_the_worlds_spend(account_id):
    with simulation() as here:
        params = AD_ROWS | {"limit": 7}
        rows = list(here.account(account_id).get_insights(fields=FIELDS, params=params))
    assert sum(Decimal(row["spend"]) for row in rows) == spend_of_last_week(account_id)
    assert all(isinstance(row, AdsInsights) for row in rows)


def test_yen_come_without_decimals_and_dollars_with_two():
    with simulation() as here:
        asked = {"fields": ["spend"], "params": {"time_range": LAST_WEEK}}
        yen = here.account(JP).get_insights(**asked)[0]["spend"]
        dollars = here.account(US).get_insights(**asked)[0]["spend"]
    assert "." not in yen
    assert dollars[-3] == "."


def test_a_report_run_gives_the_same_rows_as_a_synchronous_call():
    with simulation() as here:
        run = finished_run(here.account())
        by_run = [row.export_all_data() for row in run.get_insights(params={"limit": 11})]
        direct = here.account().get_insights(fields=FIELDS, params=dict(AD_ROWS))
        assert by_run == [row.export_all_data() for row in direct]
    assert run["async_percent_completion"] == 100


def test_a_failed_run_says_why():
    with simulation(FaultRule(kind="job_failed")) as here:
        run = here.account().get_insights_async(fields=FIELDS, params=dict(AD_ROWS))
        states = [run.api_get()["async_status"] for _ in range(4)]
        assert here.faults.fired() == {"job_failed": 1}
    assert states[-1] == "Job Failed"
    assert (run["error_code"], run["error_subcode"]) == (-2, 2490547)


@pytest.mark.parametrize(
    ("rule", "code", "subcode", "transient"),
    [
        (FaultRule(kind="token_expired"), 190, 463, False),
        (FaultRule(kind="permission"), 200, None, False),
        (FaultRule(kind="too_much_data"), 100, 1487534, False),
        (FaultRule(kind="throttle", params={"code": 4}), 4, 1504022, True),
        (FaultRule(kind="throttle", params={"code": 17}), 17, 2446079, True),
        (FaultRule(kind="throttle", params={"code": 80004}), 80004, 2446079, False),
        (FaultRule(kind="status", params={"status": 503}), 2, None, True),
    ],
    ids=lambda value: value.kind if isinstance(value, FaultRule) else None,
)
def test_the_sdk_parses_every_refusal(rule, code, subcode, transient):
    with simulation(rule) as here, pytest.raises(FacebookRequestError) as refused:
        here.account().get_ads(fields=["name"])
    error = refused.value
    assert (error.api_error_code(), error.api_error_subcode()) == (code, subcode)
    assert error.api_transient_error() is transient
    assert error.body()["error"]["fbtrace_id"]


def test_another_token_is_refused_with_190():
    with simulation(token="EAAWrong") as here, pytest.raises(FacebookRequestError) as refused:
        here.account().api_get(fields=["currency"])
    assert refused.value.api_error_code() == 190
