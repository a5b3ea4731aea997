"""Periods in addresses: read, written, and refused where nothing can be shown for them."""

from datetime import date

import pytest

from trueup_dashboards import address
from trueup_dashboards.address import AddressError
from trueup_dashboards.period import ALL, CUSTOM, Period

KNOWN = Period(date(2026, 5, 3), date(2026, 7, 2))
JUNE = Period(date(2026, 6, 1), date(2026, 7, 1))


def test_an_address_without_a_period_names_none() -> None:
    assert address.read({"embed": "true"}, KNOWN) is None


@pytest.mark.parametrize(("words", "choice"), [("28", "28 days"), ("014", "14 days"), ("all", ALL)])
def test_last_days_are_read(words: str, choice: str) -> None:
    assert address.read({"days": words}, KNOWN) == choice


def test_until_is_the_day_after_the_last() -> None:
    found = address.read({"since": "2026-06-01", "until": "2026-07-01"}, KNOWN)
    assert found == JUNE


def test_a_missing_end_is_that_of_the_known_days() -> None:
    assert address.read({"since": "2026-06-01"}, KNOWN) == Period(JUNE.since, KNOWN.until)
    assert address.read({"until": "2026-07-01"}, KNOWN) == Period(KNOWN.since, JUNE.until)


@pytest.mark.parametrize(
    "given",
    [
        {"days": "28"},
        {"days": "all"},
        {"since": "2026-06-01", "until": "2026-07-01"},
    ],
    ids=str,
)
def test_what_was_read_is_written_again(given: dict[str, str]) -> None:
    found = address.read(given, KNOWN)
    assert found is not None
    choice, period = (found, KNOWN) if isinstance(found, str) else (CUSTOM, found)
    assert address.write(choice, period) == given


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"days": "abc"}, 'days="abc" is neither'),
        ({"days": ""}, 'days="" is neither'),
        ({"days": "0"}, "neither"),
        ({"days": "-7"}, "neither"),
        ({"days": "²"}, "neither"),
        ({"days": "٢٨"}, "neither"),
        ({"days": "9" * 5000}, f'days="{"9" * 30}…"'),
        ({"since": "2026-02-30"}, 'since="2026-02-30" is no day like 2026-06-30'),
        ({"until": "<b>"}, 'until="<b>" is no day'),
        ({"since": "2026-06-10", "until": "2026-06-10"}, "must be after since"),
        ({"since": "2026-08-01"}, "must be after since"),
        ({"since": "0001-01-01", "until": "9999-12-31"}, "at most 3,660 days"),
        ({"since": "0001-01-01", "until": "0001-01-02"}, "between 1900-01-01 and 2199-12-31"),
        ({"since": "9999-12-30", "until": "9999-12-31"}, "between 1900-01-01 and 2199-12-31"),
    ],
    ids=str,
)
def test_nonsense_is_refused_with_its_reason(given: dict[str, str], words: str) -> None:
    with pytest.raises(AddressError) as refused:
        address.read(given, KNOWN)
    assert words in str(refused.value)
