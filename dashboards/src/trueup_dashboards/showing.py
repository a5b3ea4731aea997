"""Figures as words. None is "unknown", or "n/a" for a ratio, and never 0."""

from datetime import datetime
from decimal import ROUND_HALF_EVEN, Decimal

UNKNOWN = "unknown"
NOT_AVAILABLE = "n/a"
_CENT = Decimal("0.01")
# Least amount, divisor and unit.
_SIZES = ((1e9, 1e9, "B"), (1e6, 1e6, "M"), (1e4, 1e3, "k"))

Figure = Decimal | float | int | None


def short_money(amount: Figure) -> str:
    """Three significant digits beyond ten thousand, cents below a hundred."""
    if amount is None:
        return UNKNOWN
    value = float(amount)
    for least, size, unit in _SIZES:
        if abs(value) >= least:
            return f"{_three_digits(value / size)} {unit}"
    return f"{value:,.2f}" if abs(value) < 100 else f"{value:,.0f}"


def exact_money(amount: Figure) -> str:
    """To the cent, half to even, as amounts are rounded everywhere."""
    if amount is None:
        return UNKNOWN
    cents = Decimal(str(amount)).quantize(_CENT, rounding=ROUND_HALF_EVEN)
    # Minus a tenth of a cent is no negative amount.
    return f"{cents + 0:,.2f}"


def count(number: Figure) -> str:
    return UNKNOWN if number is None else f"{number:,.0f}"


def ratio(value: Figure) -> str:
    return NOT_AVAILABLE if value is None else f"{value:,.2f}"


def share(value: Figure) -> str:
    return NOT_AVAILABLE if value is None else f"{float(value):.1%}".replace("%", " %")


def change(now: Figure, before: Figure) -> str:
    """Relative change from `before` to `now`, signed; "n/a" without a base."""
    if now is None or before is None or not before:
        return NOT_AVAILABLE
    relative = (float(now) - float(before)) / abs(float(before))
    return f"{relative:+.1%}".replace("%", " %")


def moment(at: datetime | None) -> str:
    """A naive UTC timestamp of the published schema, with its zone."""
    return UNKNOWN if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def many(number: int, unit: str) -> str:
    return f"{number:,} {unit}" if number == 1 else f"{number:,} {unit}s"


def _three_digits(value: float) -> str:
    return (
        f"{value:.2f}"
        if abs(value) < 10
        else f"{value:.1f}"
        if abs(value) < 100
        else f"{value:.0f}"
    )
