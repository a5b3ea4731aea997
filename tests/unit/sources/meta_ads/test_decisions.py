"""Decisions that need no vendor: what an error means, what adds up, what to split, when to wait."""

import json
from datetime import date

import pytest

from trueup.sources.meta_ads.errors import GraphError
from trueup.sources.meta_ads.rate_limit_headers import read_usage
from trueup.sources.meta_ads.reconciliation import DayFigures, RowSums
from trueup.sources.meta_ads.reports import Slice

MAY_1, MAY_2 = date(2026, 5, 1), date(2026, 5, 2)


def sums_of(rows):
    sums = RowSums(("ad_id", "date_start"))
    sums.add(rows)
    return sums


def a_row(day=MAY_1, impressions="10", clicks="2", **more):
    row = {"ad_id": "1", "date_start": day.isoformat(), "impressions": impressions}
    return json.dumps(row | {"inline_link_clicks": clicks} | more).encode()


def figures(day=MAY_1, impressions=10, clicks=2):
    return {day: DayFigures(date_start=day, impressions=impressions, inline_link_clicks=clicks)}


@pytest.mark.parametrize(
    ("code", "subcode", "message", "meaning"),
    [
        (100, 1487534, "", "asks_for_less"),
        (100, 1504018, "", "asks_for_less"),
        (2, 1504038, "", "asks_for_less"),
        (1, 99, "Please reduce the amount of data you're asking for", "asks_for_less"),
        (1, 0, "An unknown error occurred", "passes"),
        (2, 1504043, "", "passes"),
        (-2, 2490547, "", "passes"),
        (100, 0, "(#100) Cannot include spend in summary param", "passes"),
        (4, 1504022, "", "is_throttle"),
        (17, 2446079, "", "is_throttle"),
        (80004, 2446079, "", "is_throttle"),
        (2, 1504041, "no such breakdown", None),
        (100, 0, "(#100) unknown field", None),
        (190, 463, "", None),
    ],
)
def test_an_error_means_one_thing(code, subcode, message, meaning):
    error = GraphError(code=code, error_subcode=subcode, message=message)
    found = [name for name in ("asks_for_less", "is_throttle", "passes") if getattr(error, name)]
    assert found[:1] == ([meaning] if meaning else [])


def test_rows_that_add_up_fit():
    sums = sums_of(
        [a_row(impressions="4", clicks="2"), a_row(impressions="6", clicks="0", ad_id="2")]
    )
    assert sums.misfit([MAY_1, MAY_2], figures(), figures()) is None


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [a_row(impressions="9")],
        [a_row(impressions="11")],
        [a_row(clicks="1")],
        [a_row(), a_row(ad_id="2")],
        [a_row(), a_row(day=MAY_2)],
    ],
    ids=["none", "too few", "too many", "a click short", "one more", "a day not asked for"],
)
def test_rows_that_do_not_add_up_do_not_fit(rows):
    assert sums_of(rows).misfit([MAY_1], figures(), figures())


@pytest.mark.parametrize("again", [a_row(), a_row(impressions="3")], ids=["same", "other"])
def test_a_row_sent_twice_counts_once(again):
    assert sums_of([a_row(), again]).misfit([MAY_1], figures(), figures()) is None


@pytest.mark.parametrize(("impressions", "fits"), [("9", False), ("11", True), ("13", False)])
def test_a_day_that_is_still_counted_fits_between_both_looks(impressions, fits):
    sums = sums_of([a_row(impressions=impressions)])
    assert (sums.misfit([MAY_1], figures(), figures(impressions=12)) is None) is fits


def test_an_unreadable_row_excuses_too_little_but_not_too_much():
    unreadable = b'{"date_start": "2026-05-01", "impressions": NaN}'
    assert (
        sums_of([a_row(impressions="9"), unreadable]).misfit([MAY_1], figures(), figures()) is None
    )
    assert sums_of([a_row(impressions="11"), unreadable]).misfit([MAY_1], figures(), figures())


def test_a_slice_is_halved_by_days_and_then_by_campaigns():
    whole = Slice(account_id="1", first=MAY_1, last=date(2026, 5, 3))
    first, second = whole.halves(tuple)
    assert first.days + second.days == whole.days
    one, other = second.halves(lambda: ("a", "b", "c"))
    assert (one.campaign_ids, other.campaign_ids) == (("a",), ("b", "c"))
    assert one.halves(tuple) == []


def test_the_longest_pause_and_the_highest_share_count():
    case = {"call_count": 3, "total_time": 97, "estimated_time_to_regain_access": 4}
    usage = read_usage(
        {
            "x-business-use-case-usage": json.dumps({"1": [case]}),
            "x-ad-account-usage": '{"acc_id_util_pct": 12.5, "reset_time_duration": 30}',
            "x-app-usage": '{"call_count": 41}',
        }
    )
    assert (usage.account_percent, usage.app_percent, usage.pause_seconds) == (97.0, 41.0, 240.0)


@pytest.mark.parametrize("text", ["", "[]", "{", '{"1": 7}', '{"1": [{"call_count": "many"}]}'])
def test_unreadable_usage_headers_say_nothing(text):
    assert read_usage({"x-business-use-case-usage": text}).account_percent == 0.0
