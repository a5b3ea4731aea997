"""Faults: each one fires, and does what it says."""

import json
from typing import Any

import pytest

from tests.unit.simulators.google_ads.conftest import US, Api, error_code
from trueup_simulators.faults import FaultRule
from trueup_simulators.google_ads.faults import spoiled

QUERY = "SELECT ad_group_ad.ad.id FROM ad_group_ad"
RECORD = '{"campaign":{"id":"7","name":"A, b"},"metrics":{"clicks":"3","costMicros":"1230000"}}'


def disturbed(api: Api, kind: str, **params: Any) -> list[dict[str, Any]]:
    api.faults.add(
        FaultRule(kind="small_pages", times=None, params={"rows": 2}),
        FaultRule(kind=kind, params=params),
    )
    before = api.faults.fired().get(kind, 0)
    pages = api.pages(QUERY)
    assert api.faults.fired()[kind] == before + 1
    return pages


def ids(pages: list[dict[str, Any]]) -> list[str]:
    return [row["adGroupAd"]["ad"]["id"] for page in pages for row in page.get("results", [])]


def test_a_lost_last_page_is_missed_only_by_the_count(api: Api) -> None:
    whole = ids(api.pages(QUERY))
    pages = disturbed(api, "last_page_lost")
    assert 0 < len(whole) - len(ids(pages)) <= 2
    assert pages[-1]["totalResultsCount"] == str(len(whole))


def test_a_repeated_cursor_leads_back(api: Api) -> None:
    pages = disturbed(api, "repeat_cursor")
    assert pages[0]["results"] == pages[1]["results"]


def test_a_duplicate_page_comes_in_place_of_another(api: Api) -> None:
    whole = ids(api.pages(QUERY))
    pages = disturbed(api, "duplicate_page")
    assert pages[0]["results"] == pages[1]["results"]
    assert len(ids(pages)) == len(whole)


@pytest.mark.parametrize(
    ("kind", "params", "rows", "announced"),
    [
        ("count_mismatch", {"delta": 2}, 0, 2),
        ("duplicate_delivery", {}, 1, 1),
        ("duplicate_delivery", {"counted": False}, 1, 0),
        ("row_lost", {}, -1, 0),
    ],
)
def test_rows_and_announced_totals_part(
    kind: str, params: dict[str, Any], rows: int, announced: int, api: Api
) -> None:
    whole = len(ids(api.pages(QUERY)))
    pages = disturbed(api, kind, **params)
    assert len(ids(pages)) == whole + rows
    assert int(pages[0]["totalResultsCount"]) == whole + announced


def test_lost_permission_looks_like_an_empty_account(api: Api) -> None:
    (page,) = disturbed(api, "permission_lost")
    assert set(page) == {"fieldMask", "queryResourceConsumption"}


def test_a_page_token_can_be_made_to_expire(api: Api) -> None:
    api.faults.add(
        FaultRule(kind="small_pages", times=None, params={"rows": 2}),
        FaultRule(kind="expired_page_token"),
    )
    token = api.search(QUERY).json()["nextPageToken"]
    expired = api.search(QUERY, pageToken=token)
    assert error_code(expired) == {"requestError": "EXPIRED_PAGE_TOKEN"}
    assert api.search(QUERY, pageToken=token).status_code == 200


@pytest.mark.parametrize(
    ("kind", "params", "status", "code"),
    [
        ("status", {}, 500, {"internalError": "INTERNAL_ERROR"}),
        ("status", {"status": 504}, 504, {"internalError": "DEADLINE_EXCEEDED"}),
        ("throttle", {}, 429, {"quotaError": "RESOURCE_TEMPORARILY_EXHAUSTED"}),
        ("daily_quota", {}, 429, {"quotaError": "RESOURCE_EXHAUSTED"}),
        ("account_disabled", {}, 403, {"authorizationError": "CUSTOMER_NOT_ENABLED"}),
        ("account_revoked", {}, 403, {"authorizationError": "USER_PERMISSION_DENIED"}),
    ],
)
def test_refusals_come_on_demand(
    kind: str, params: dict[str, Any], status: int, code: dict[str, str], api: Api
) -> None:
    api.faults.add(FaultRule(kind=kind, match=US, params=params))
    answer = api.search(QUERY)
    assert (answer.status_code, error_code(answer)) == (status, code)
    assert api.search(QUERY).status_code == 200


def test_a_status_without_a_failure_is_a_bare_status(api: Api) -> None:
    api.faults.add(FaultRule(kind="status", params={"status": 503}))
    error = api.search(QUERY).json()["error"]
    assert error["status"] == "UNAVAILABLE"
    assert "details" not in error


def test_quota_errors_say_whose_and_how_long(api: Api) -> None:
    api.faults.add(FaultRule(kind="throttle", params={"retry_delay_seconds": 2.5}))
    details = api.search(QUERY).json()["error"]["details"][0]["errors"][0]["details"]
    assert details["quotaErrorDetails"]["rateScope"] == "ACCOUNT"
    assert details["quotaErrorDetails"]["retryDelay"] == "2.5s"


def test_a_dead_refresh_token_comes_on_demand(api: Api) -> None:
    api.faults.add(FaultRule(kind="invalid_grant"))
    assert api.search(QUERY).status_code == 200
    refused = api.http.post("/oauth2/token", data={})
    assert refused.json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("mode", "field", "expected"),
    [
        ("nan", "costMicros", '"costMicros":NaN}}'),
        ("huge", "costMicros", '"costMicros":1e400}}'),
        ("missing", "id", '{"campaign":{"name":"A, b"}'),
        ("missing", "costMicros", '"metrics":{"clicks":"3"}}'),
        ("duplicate_key", "id", '{"campaign":{"id":"0","id":"7","name"'),
        ("lone_surrogate", "name", '"name":"\\ud800"}'),
        ("nul", "name", '"name":"a\\u0000b"}'),
    ],
)
def test_records_are_spoiled_where_asked(mode: str, field: str, expected: str) -> None:
    assert expected in spoiled(RECORD, {"mode": mode, "field": field})


def test_only_the_chosen_record_of_a_page_is_spoiled(api: Api) -> None:
    api.faults.add(FaultRule(kind="bad_record", params={"record": 1, "mode": "missing"}))
    rows = json.loads(api.search(QUERY).text)["results"]
    assert ["id" in row["adGroupAd"]["ad"] for row in rows[:3]] == [True, False, True]
