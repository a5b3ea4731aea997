from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.core.money import allocate, minor_unit_exponent, round_to_minor_unit


@given(st.integers(-(10**12), 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_allocated_parts_add_up_to_the_cent(amount, weights):
    weights[0] += 1
    assert sum(allocate(amount, weights)) == amount


def test_the_largest_remainder_gets_the_odd_cent():
    assert allocate(100, [1, 1, 1]) == [34, 33, 33]
    assert allocate(-100, [1, 1, 1]) == [-34, -33, -33]


def test_nothing_can_be_allocated_over_no_weight():
    with pytest.raises(ValueError, match="cannot allocate"):
        allocate(1, [0, 0])


@pytest.mark.parametrize(("currency", "places"), [("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_minor_units_follow_iso_4217(currency, places):
    assert minor_unit_exponent(currency) == places


def test_halves_round_to_even():
    assert round_to_minor_unit(Decimal("0.125"), "USD") == Decimal("0.12")
    assert round_to_minor_unit(Decimal("2.5"), "JPY") == Decimal(2)
