"""Well-formed requests that the vendor refuses."""

from datetime import date, timedelta

import pytest

from tests.unit.simulators.google_ads.conftest import MANAGER, US, Api, error_code
from trueup_simulators.google_ads.dates import Days, predefined_ranges

DAY = "segments.date = '2026-07-01'"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("SELECT campaign.id FROM campaigns", "BAD_RESOURCE_TYPE_IN_FROM_CLAUSE"),
        ("SELECT campaign.nme FROM campaign", "UNRECOGNIZED_FIELD"),
        ("SELECT campaign.id FROM campaign WHERE campaign.nme = 'x'", "UNRECOGNIZED_FIELD"),
        ("SELECT ad_group_ad.ad FROM ad_group_ad", "PROHIBITED_FIELD_IN_SELECT_CLAUSE"),
        ("SELECT ad_group.id FROM campaign", "PROHIBITED_RESOURCE_TYPE_IN_SELECT_CLAUSE"),
        (
            "SELECT campaign.id FROM campaign WHERE ad_group.id = 1",
            "PROHIBITED_RESOURCE_TYPE_IN_WHERE_CLAUSE",
        ),
        (
            "SELECT metrics.clicks FROM campaign_budget",
            "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            f"SELECT metrics.impressions FROM click_view WHERE {DAY}",
            "PROHIBITED_METRIC_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            f"SELECT campaign_budget.id FROM campaign_budget WHERE {DAY}",
            "PROHIBITED_SEGMENT_IN_SELECT_OR_WHERE_CLAUSE",
        ),
        (
            "SELECT campaign.id FROM campaign WHERE metrics.clicks > 1",
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
        ),
        (
            "SELECT campaign.id FROM campaign ORDER BY metrics.clicks",
            "EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE",
        ),
        (
            "SELECT ad_group_ad.ad.id FROM ad_group_ad ORDER BY ad_group_ad.ad.final_urls",
            "PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE",
        ),
        ("SELECT segments.date FROM campaign", "EXPECTED_FILTERS_ON_DATE_RANGE"),
        (
            "SELECT metrics.clicks FROM campaign WHERE segments.date >= '2026-07-01'",
            "EXPECTED_FILTERS_ON_DATE_RANGE",
        ),
        (
            "SELECT metrics.clicks FROM campaign WHERE segments.date = '01/07/2026'",
            "INVALID_DATE_FORMAT",
        ),
        (
            "SELECT metrics.clicks FROM campaign WHERE segments.date DURING LAST_WEEK",
            "INVALID_VALUE_WITH_DURING_OPERATOR",
        ),
        (
            "SELECT metrics.clicks FROM campaign WHERE segments.month = '2026-07-02'",
            "MISALIGNED_DATE_FOR_FILTER",
        ),
        (
            "SELECT campaign.id FROM campaign WHERE campaign.status = 'ON'",
            "BAD_ENUM_CONSTANT",
        ),
        ("SELECT campaign.id FROM campaign WHERE campaign.id = 'x'", "BAD_NUMBER"),
        ("SELECT campaign.id FROM campaign WHERE campaign.name = 5", "INVALID_STRING_VALUE"),
        (
            "SELECT campaign.id FROM campaign WHERE campaign.id LIKE '1%'",
            "OPERATOR_FIELD_MISMATCH",
        ),
        ("SELECT campaign.id FROM campaign PARAMETERS page_size=5", "BAD_PARAMETER_NAME"),
        ("SELECT campaign.id FROM campaign PARAMETERS include_drafts=9", "BAD_PARAMETER_VALUE"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(query: str, code: str, api: Api) -> None:
    answer = api.search(query)
    assert (answer.status_code, error_code(answer)) == (400, {"queryError": code})


def test_a_manager_has_no_metrics(api: Api) -> None:
    answer = api.search("SELECT metrics.clicks FROM customer", MANAGER)
    assert error_code(answer) == {"queryError": "REQUESTED_METRICS_FOR_MANAGER"}
    assert api.search("SELECT customer.id FROM customer", MANAGER).status_code == 200


def test_clicks_are_asked_for_one_recent_day_at_a_time(api: Api) -> None:
    today = api.clock.now().date()
    query = "SELECT click_view.gclid FROM click_view WHERE segments.date "
    two_days = f"BETWEEN '{today - timedelta(days=2)}' AND '{today - timedelta(days=1)}'"
    single_day = {"clickViewError": "EXPECTED_FILTER_ON_A_SINGLE_DAY"}
    assert error_code(api.search(query + two_days)) == single_day
    too_old = f"= '{today - timedelta(days=92)}'"
    assert error_code(api.search(query + too_old)) == {"clickViewError": "DATE_TOO_OLD"}
    assert api.search(query + f"= '{today - timedelta(days=89)}'").status_code == 200


def test_a_page_size_is_refused(api: Api) -> None:
    answer = api.search("SELECT campaign.id FROM campaign", pageSize=100)
    assert error_code(answer) == {"requestError": "PAGE_SIZE_NOT_SUPPORTED"}


def test_names_that_the_request_has_not_are_refused(api: Api) -> None:
    answer = api.search("SELECT campaign.id FROM campaign", page_token="x")
    assert answer.status_code == 400
    assert 'Unknown name "page_token"' in answer.json()["error"]["message"]
    path = f"/v26/customers/{US}/googleAds:search"
    bound = api.http.post(path, params={"key_": "1"}, json={}, headers=api.headers)
    assert "Cannot bind query parameter" in bound.json()["error"]["message"]


def test_a_summary_needs_metrics(api: Api) -> None:
    query = "SELECT campaign.id FROM campaign"
    answer = api.search(query, searchSettings={"returnSummaryRow": True})
    code = {"requestError": "CANNOT_RETURN_SUMMARY_ROW_FOR_REQUEST_WITHOUT_METRICS"}
    assert error_code(answer) == code


def test_named_ranges_end_where_the_vendor_ends_them() -> None:
    # 2026-07-15 is a Wednesday.
    ranges = predefined_ranges(date(2026, 7, 15))
    assert ranges["LAST_7_DAYS"] == Days(date(2026, 7, 8), date(2026, 7, 15))
    assert ranges["LAST_MONTH"] == Days(date(2026, 6, 1), date(2026, 7, 1))
    assert ranges["THIS_WEEK_SUN_TODAY"] == Days(date(2026, 7, 12), date(2026, 7, 16))
    assert ranges["LAST_BUSINESS_WEEK"] == Days(date(2026, 7, 6), date(2026, 7, 11))
