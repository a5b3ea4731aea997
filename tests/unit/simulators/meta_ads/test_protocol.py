"""Protocol details that the SDK ignores: headers, limits, refused requests, faulty pages."""

import json
from decimal import Decimal

import httpx
import pytest

from tests.unit.simulators.meta_ads.official_sdk import (
    AD_ROWS,
    US,
    Simulation,
    simulation,
)
from trueup_simulators.faults import FaultRule
from trueup_simulators.meta_ads.auth import ACCESS_TOKEN

WEEK = {
    key: value if isinstance(value, str) else json.dumps(value) for key, value in AD_ROWS.items()
}
FIELDS = "ad_id,impressions,clicks,inline_link_clicks,spend,actions"


def ask(here: Simulation, path: str = f"act_{US}/insights", **params: str) -> httpx.Response:
    url = path if path.startswith("http") else f"{here.base_url}/meta/v26.0/{path}"
    return httpx.get(url, params={"access_token": ACCESS_TOKEN} | params if params else None)


def summed(rows: list[dict[str, str]], field: str) -> Decimal:
    return sum((Decimal(row.get(field, "0")) for row in rows), Decimal(0))


def rows_of(pages: list[list[dict[str, str]]]) -> list[dict[str, str]]:
    return [row for page in pages for row in page]


def all_pages(here: Simulation, limit: str) -> list[list[dict[str, str]]]:
    body = ask(here, fields=FIELDS, limit=limit, **WEEK).json()
    pages = [body["data"]]
    while "next" in body["paging"]:
        body = ask(here, body["paging"]["next"]).json()
        pages.append(body["data"])
    return pages


def test_following_next_reaches_every_row_once():
    with simulation() as here:
        rows = rows_of(all_pages(here, "5"))
        assert rows == all_pages(here, "5000")[0]
    assert len({(row["ad_id"], row["date_start"]) for row in rows}) == len(rows) > 20


@pytest.mark.parametrize("field", ["impressions", "clicks", "inline_link_clicks", "spend"])
def test_levels_add_up(field):
    by_level = {}
    with simulation() as here:
        for level in ("ad", "adset", "campaign", "account"):
            asked = WEEK | {"level": level, "time_increment": "all_days", "limit": "5000"}
            by_level[level] = summed(ask(here, fields=field, **asked).json()["data"], field)
    assert len(set(by_level.values())) == 1


def test_rows_of_removed_ads_are_missing_below_the_account_unless_asked_for():
    days = {"time_range": json.dumps({"since": "2026-06-02", "until": "2026-07-30"})}
    with simulation() as here:
        parts = ask(here, level="ad", fields="spend", limit="5000", **days).json()["data"]
        whole = ask(here, level="account", fields="spend", **days).json()["data"]
    assert summed(parts, "spend") < summed(whole, "spend")


def test_days_without_figures_are_absent():
    future = json.dumps({"since": "2026-08-10", "until": "2026-08-11"})
    with simulation() as here:
        body = ask(here, fields="spend", time_increment="1", time_range=future).json()
    assert body == {"data": []}


def test_usage_headers_come_with_every_answer_and_say_what_a_rule_says():
    rule = FaultRule(kind="usage", params={"percent": 96, "minutes": 3})
    with simulation(rule) as here:
        first, second = (ask(here, f"act_{US}", fields="currency") for _ in range(2))
    case = json.loads(first.headers["x-business-use-case-usage"])[US][0]
    assert (case["call_count"], case["estimated_time_to_regain_access"]) == (96, 3)
    assert json.loads(second.headers["x-fb-ads-insights-throttle"])["acc_id_util_pct"] == 0


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"level": "planet"}, 100),
        ({"fields": "spend,no_such_field"}, 100),
        ({"breakdowns": "no_such_breakdown"}, 100),
        ({"action_attribution_windows": '["90d_click"]'}, 100),
        ({"time_range": '{"since":"2026-07-02","until":"2026-07-01"}'}, 100),
        ({"time_range": '{"since":"2023-01-01","until":"2026-07-01"}'}, 3018),
        ({"time_increment": "0"}, 100),
        ({"filtering": '[{"field":"ad.mood","operator":"IN","value":[]}]'}, 100),
        ({"filtering": '[{"field":"ad.effective_status","operator":"IN","value":["X"]}]'}, 100),
        ({"after": "notacursor"}, 100),
        ({"appsecret_proof": "00"}, 100),
        ({"access_token": "other"}, 190),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_bad_questions_are_refused(params, code):
    with simulation() as here:
        answer = ask(here, **({"access_token": ACCESS_TOKEN} | params))
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


def test_a_large_synchronous_query_is_told_to_ask_for_less(monkeypatch):
    monkeypatch.setattr("trueup_simulators.meta_ads.app.SYNC_ROW_LIMIT", 10)
    with simulation() as here:
        error = ask(here, fields=FIELDS, **WEEK).json()["error"]
    assert (error["code"], error["error_subcode"]) == (100, 1487534)


@pytest.mark.parametrize(
    ("kind", "check"),
    [
        ("last_page_lost", lambda sound, bad: len(bad) == len(sound) - 1),
        ("duplicate_page", lambda sound, bad: bad[1] == bad[0] != sound[1]),
        ("duplicate_delivery", lambda sound, bad: bad[0] == [*sound[0], sound[0][0]]),
        ("row_lost", lambda sound, bad: bad[0] == sound[0][:-1]),
        ("short_page", lambda sound, bad: len(bad[0]) == 5 and rows_of(bad) == rows_of(sound)),
    ],
)
def test_disturbed_pages_are_disturbed_as_they_say(kind, check):
    with simulation() as here:
        sound = all_pages(here, "10")
    with simulation(FaultRule(kind=kind)) as here:
        disturbed = all_pages(here, "10")
        assert here.faults.fired() == {kind: 1}
    assert check(sound, disturbed)


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        ("nan", '"spend":NaN'),
        ("huge", '"spend":1e400'),
        ("duplicate_key", '{"spend":"0",'),
        ("lone_surrogate", '"spend":"\\ud800"'),
        ("nul", '"spend":"\\u0000"'),
    ],
)
def test_bad_records_are_bad_as_they_say(mode, expected):
    with simulation(FaultRule(kind="bad_record", params={"mode": mode})) as here:
        text = ask(here, fields=FIELDS, **WEEK).text
    assert text.count(expected) == 1


def test_a_completed_run_below_one_hundred_percent_gives_a_part_that_looks_whole():
    with simulation(FaultRule(kind="job_incomplete", params={"looks": 1})) as here:
        params = {"access_token": ACCESS_TOKEN, "fields": FIELDS} | WEEK
        created = httpx.post(f"{here.base_url}/meta/v26.0/act_{US}/insights", data=params)
        run = created.json()["report_run_id"]
        states, parts = [], []
        for _ in range(2):
            states.append(ask(here, run, fields="async_status,async_percent_completion").json())
            parts.append(len(ask(here, f"{run}/insights", limit="5000").json()["data"]))
    assert [state["async_percent_completion"] for state in states] == [60, 100]
    assert parts[0] == parts[1] * 60 // 100


def test_clicks_count_more_than_link_clicks():
    with simulation() as here:
        row = ask(here, fields="clicks,inline_link_clicks").json()["data"][0]
    assert int(row["clicks"]) > int(row["inline_link_clicks"]) > 0


def test_a_result_is_refused_before_it_is_there_and_with_fields_not_asked_for_at_first():
    with simulation() as here:
        params = {"access_token": ACCESS_TOKEN, "fields": "spend"}
        created = httpx.post(f"{here.base_url}/meta/v26.0/act_{US}/insights", data=params)
        run = created.json()["report_run_id"]
        early = ask(here, f"{run}/insights", fields="spend").json()["error"]
        while ask(here, run, fields="async_status").json()["async_status"] != "Job Completed":
            pass
        other = ask(here, f"{run}/insights", fields="spend,clicks").json()["error"]
    assert (early["code"], other["code"]) == (2601, 100)
    assert "summary param" in other["message"]
