import httpx
import pytest

from tests.unit.sources.source_builders import NOW
from trueup.sources.retries import Retry, backoff_seconds, retry_after_seconds, wait_seconds

SENT = "Sun, 01 Nov 2026 00:00:00 GMT"


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("1.5", 1.5),
        ("-5", 0),
        ("9" * 400, 86_400),
        ("Sun, 01 Nov 2026 00:00:30 GMT", 30),
        ("Sunday, 01-Nov-26 00:00:30 GMT", 30),
        ("Fri, 01 Nov 2019 00:00:30 GMT", 0),
        ("Sun, 01 Nov 2426 00:00:30 GMT", 86_400),
        ("soon", None),
        ("nan", None),
        ("1e9", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_every_form(text: str, seconds: float | None) -> None:
    headers = httpx.Headers({"Retry-After": text, "Date": SENT})
    assert retry_after_seconds(headers, NOW) == seconds


@pytest.mark.parametrize("date", [{}, {"Date": "yesterday"}], ids=["absent", "unreadable"])
def test_without_the_date_of_the_answer_the_time_of_the_run_counts(date: dict[str, str]) -> None:
    headers = httpx.Headers({"Retry-After": "Mon, 02 Nov 2026 06:00:10 GMT"} | date)
    assert retry_after_seconds(headers, NOW) == 10


def test_no_header_no_wait() -> None:
    assert retry_after_seconds(httpx.Headers(), NOW) is None


def test_backoff_doubles_up_to_a_cap() -> None:
    assert [backoff_seconds(n, 1.0) for n in (1, 2, 3, 7, 99)] == [1, 2, 4, 60, 60]


def test_jitter_shortens_a_backoff_but_never_what_the_vendor_asked_for() -> None:
    assert wait_seconds(Retry("x"), 3, 0.0) == 0
    assert wait_seconds(Retry("x", after_seconds=9), 3, 0.0) == 9
