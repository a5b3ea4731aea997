"""The vendor's Date against our own clock."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.unit.sources.source_builders import NOW, FakeClock, a_context, a_server, json_answer
from trueup.errors import ConfigError
from trueup.sources.vendor_clock import http_date


def date_of(moment: datetime) -> str:
    return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("hours", [-24 * 365, -1, 1, 72])
def test_clocks_that_differ_are_an_error_that_names_both_times(hours: int) -> None:
    theirs = NOW + timedelta(hours=hours)
    with (
        a_server(json_answer(date=date_of(theirs))) as server,
        pytest.raises(ConfigError) as raised,
    ):
        server.client(a_context(FakeClock())).get("/x")
    assert raised.value.code == "TUP-367"
    for moment in (theirs, NOW):
        assert f"{moment:%Y-%m-%d %H:%M:%S} UTC" in raised.value.message


@pytest.mark.parametrize("minutes", [-9, 0, 9])
def test_a_few_minutes_are_no_error_and_the_vendors_time_is_kept(minutes: int) -> None:
    theirs = NOW + timedelta(minutes=minutes)
    context = a_context(FakeClock())
    with a_server(json_answer(date=date_of(theirs))) as server:
        server.client(context).get("/x")
    assert context.vendor_clock.first_answer == theirs


def test_only_the_first_good_answer_counts() -> None:
    late, wrong = date_of(NOW + timedelta(hours=9)), date_of(NOW - timedelta(days=9))
    context = a_context(FakeClock())
    steps = [json_answer(status=503, date=wrong), json_answer(date=date_of(NOW))]
    with a_server(*steps, json_answer(date=late)) as server:
        client = server.client(context)
        assert [client.get("/x").status, client.get("/x").status] == [200, 200]
    assert context.vendor_clock.first_answer == NOW


def test_time_that_was_waited_passes_here_too() -> None:
    theirs = date_of(NOW + timedelta(minutes=30))
    steps = [json_answer(status=429, retry_after="1800"), json_answer(date=theirs)]
    context = a_context(FakeClock(), max_wait_seconds=3600.0)
    with a_server(*steps) as server:
        assert server.client(context).get("/x").status == 200


@pytest.mark.parametrize("text", ["", "soon", "Fri, 31 Dec 99999 23:59:59 GMT", "0", "Mon, 0 0 0"])
def test_a_date_that_is_none_says_nothing(text: str) -> None:
    context = a_context(FakeClock())
    with a_server(json_answer(date=text)) as server:
        server.client(context).get("/x")
    assert context.vendor_clock.first_answer is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Fri, 31 Dec 9999 23:59:59 GMT", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
        ("Fri, 31 Dec 9999 23:59:59 -2359", None),
        ("Mon, 01 Jan 0101 00:00:00 GMT", datetime(101, 1, 1, tzinfo=UTC)),
        ("Fri, 31 Dec 2026 23:59:59 +99999999", None),
    ],
)
def test_dates_at_the_end_of_the_calendar_never_break_anything(
    text: str, found: datetime | None
) -> None:
    assert http_date(text) == found


@pytest.mark.parametrize(
    "text",
    ["9" * 400, "-5", "nan", "inf", "1e999", "Fri, 31 Dec 9999 23:59:59 GMT", "-" + "9" * 400,
     "Fri, 31 Dec 99999 23:59:59 GMT", "Fri, 31 Dec 9999 23:59:59 -2359", "soon", "١٢"],
)  # fmt: skip
def test_an_absurd_retry_after_is_bounded_and_never_breaks_anything(text: str) -> None:
    clock = FakeClock()
    headers = {"retry_after": text} if text.isascii() else {}
    context = a_context(clock, max_wait_seconds=100_000.0)
    with a_server(json_answer(status=429, **headers), json_answer()) as server:
        server.client(context).get("/x")
    assert sum(clock.sleeps) < 86_402
