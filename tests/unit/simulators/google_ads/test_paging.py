"""Pages, their tokens, and streams."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.simulators.google_ads.conftest import DE, US, Api, error_code
from trueup_simulators.faults import FaultRule

QUERY = "SELECT ad_group_ad.ad.id FROM ad_group_ad"


def small_pages(api: Api, rows: int = 3) -> None:
    api.faults.add(FaultRule(kind="small_pages", times=None, params={"rows": rows}))


def results(pages: list[dict[str, Any]]) -> list[Any]:
    return [row for page in pages for row in page["results"]]


def test_pages_join_to_the_whole(api: Api) -> None:
    whole = api.rows(QUERY)
    small_pages(api)
    pages = api.pages(QUERY)
    assert len(pages) == -(-len(whole) // 3)
    assert results(pages) == whole
    assert {page["totalResultsCount"] for page in pages} == {str(len(whole))}


def test_an_exact_multiple_has_no_empty_last_page(api: Api) -> None:
    count = len(api.rows(QUERY))
    small_pages(api, count)
    (page,) = api.pages(QUERY)
    assert len(page["results"]) == count


def test_pages_show_the_instant_of_the_first(api: Api) -> None:
    small_pages(api)
    day = api.clock.now().date() - timedelta(days=1)
    query = (
        "SELECT ad_group_ad.ad.id, segments.date, metrics.cost_micros FROM ad_group_ad "
        f"WHERE segments.date = '{day}'"
    )
    undisturbed = results(api.pages(query))
    first = api.search(query).json()
    # An hour and a half later the token still stands; the bearer token does not.
    api.clock.advance(timedelta(minutes=90))
    api.headers = api.sign_in()
    second = api.search(query, pageToken=first["nextPageToken"]).json()
    assert first["results"] + second["results"] == undisturbed[:6]


@pytest.mark.parametrize(
    ("hours", "customer", "query", "token", "code"),
    [
        (3, US, QUERY, None, "EXPIRED_PAGE_TOKEN"),
        (0, DE, QUERY, None, "INVALID_PAGE_TOKEN"),
        (0, US, f"{QUERY} LIMIT 9", None, "INVALID_PAGE_TOKEN"),
        (0, US, QUERY, "garbage!", "INVALID_PAGE_TOKEN"),
        (0, US, QUERY, "bm90IGpzb24", "INVALID_PAGE_TOKEN"),
    ],
)
def test_tokens_are_bound_and_go_stale(
    hours: int, customer: str, query: str, token: str | None, code: str, api: Api
) -> None:
    small_pages(api)
    given = token or api.search(QUERY).json()["nextPageToken"]
    api.clock.advance(timedelta(hours=hours))
    api.headers = api.sign_in()
    answer = api.search(query, customer, pageToken=given)
    assert error_code(answer) == {"requestError": code}


def test_later_pages_cannot_ask_for_more_than_the_first(api: Api) -> None:
    small_pages(api)
    token = api.search(QUERY, searchSettings={}).json()["nextPageToken"]
    answer = api.search(QUERY, pageToken=token)
    assert error_code(answer) == {"requestError": "TOTAL_RESULTS_COUNT_NOT_ORIGINALLY_REQUESTED"}


def test_a_stream_gives_the_same_rows_in_batches(api: Api) -> None:
    whole = api.rows(QUERY)
    small_pages(api)
    batches = api.stream(QUERY).json()
    assert results(batches) == whole
    assert len(batches) > 1
    assert "queryResourceConsumption" in batches[-1]


def test_an_empty_answer_still_names_its_fields(api: Api) -> None:
    empty = f"{QUERY} WHERE ad_group_ad.ad.id = 1"
    expected = {"fieldMask": "adGroupAd.ad.id", "queryResourceConsumption": "100"}
    assert api.search(empty).json() == expected
    (batch,) = api.stream(empty).json()
    assert batch == expected | {"requestId": batch["requestId"]}


def test_answers_are_indented_unless_asked_otherwise(api: Api) -> None:
    path = f"/v26/customers/{US}/googleAds:search"
    pretty = api.http.post(path, json={"query": QUERY}, headers=api.headers)
    assert pretty.text.startswith('{\n  "results": [\n')
    assert pretty.json() == api.search(QUERY, searchSettings={}).json()
