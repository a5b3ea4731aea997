"""Figures as words."""

from datetime import datetime
from decimal import Decimal

import pytest

from trueup_dashboards import showing


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "unknown"),
        (Decimal("0"), "0.00"),
        (Decimal("41.2"), "41.20"),
        (Decimal("-7.5"), "-7.50"),
        (Decimal("1234.6"), "1,235"),
        (Decimal("41234"), "41.2 k"),
        (Decimal("482000"), "482 k"),
        (Decimal("-4221000.10"), "-4.22 M"),
        (Decimal("12300000000"), "12.3 B"),
    ],
)
def test_tiles_show_three_significant_digits(amount: Decimal | None, words: str) -> None:
    assert showing.short_money(amount) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "unknown"),
        (Decimal("1402118.400000"), "1,402,118.40"),
        (Decimal("0.125"), "0.12"),
        (Decimal("0.135"), "0.14"),
        (Decimal("-0.001"), "0.00"),
    ],
)
def test_exact_amounts_show_every_cent(amount: Decimal | None, words: str) -> None:
    assert showing.exact_money(amount) == words


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (110, 100, "+10.0 %"),
        (90, 100, "-10.0 %"),
        (-50, -100, "+50.0 %"),
        (5, 0, "n/a"),
        (5, None, "n/a"),
        (None, 5, "n/a"),
        (0, 5, "-100.0 %"),
    ],
)
def test_a_change_without_a_base_is_not_available(
    now: int | None, before: int | None, words: str
) -> None:
    assert showing.change(now, before) == words


def test_unknown_and_zero_are_two_things() -> None:
    assert (showing.count(None), showing.count(0)) == ("unknown", "0")
    assert (showing.ratio(None), showing.ratio(0)) == ("n/a", "0.00")
    assert (showing.share(None), showing.share(0)) == ("n/a", "0.0 %")


def test_a_moment_names_its_zone() -> None:
    assert showing.moment(datetime.fromisoformat("2026-07-02T06:04:59")) == "2026-07-02 06:04 UTC"
