"""The period in a page's address: `days=28`, `days=all`, or `since` and `until`.

As in every window, `until` is the day after the last one. Without `since` the period begins with
the first known day, without `until` it ends with the last.
"""

from collections.abc import Mapping
from datetime import date

from trueup_dashboards.period import ALL, FIRST_DATE, LAST_DATE, MOST_DAYS, Period, last_days

DAYS, SINCE, UNTIL = KEYS = ("days", "since", "until")
_SHOWN_CHARACTERS = 30


class AddressError(ValueError):
    """The address has no usable period; the message says why."""


def read(address: Mapping[str, str], known: Period) -> str | Period | None:
    """The choice of last days or the fixed period that `address` names; None when it names none.

    Raises AddressError.
    """
    if SINCE in address or UNTIL in address:
        since = _day(address, SINCE) or known.since
        until = _day(address, UNTIL) or known.until
        return checked(Period(since, until))
    return _choice(address[DAYS]) if DAYS in address else None


def write(choice: str, period: Period) -> dict[str, str]:
    """The address of `choice`, or of `period` where the choice is one of fixed days."""
    if choice == ALL:
        return {DAYS: "all"}
    if (days := last_days(choice)) is not None:
        return {DAYS: str(days)}
    return {SINCE: period.since.isoformat(), UNTIL: period.until.isoformat()}


def checked(period: Period) -> Period:
    """`period`, when pages can draw it. Raises AddressError."""
    if period.days < 1:
        raise AddressError(f"until ({period.until}) must be after since ({period.since})")
    if period.days > MOST_DAYS:
        raise AddressError(f"a period has at most {MOST_DAYS:,} days, this one has {period.days:,}")
    if not FIRST_DATE <= period.since < period.until <= LAST_DATE:
        raise AddressError(f"days must be between {FIRST_DATE} and {LAST_DATE}")
    return period


def _choice(words: str) -> str:
    if words == "all":
        return ALL
    # int() also takes signs, spaces and digits of other scripts, and any number of digits.
    days = int(words) if words.isascii() and words.isdigit() and len(words) < 9 else 0
    if not 1 <= days <= MOST_DAYS:
        raise AddressError(
            f'days="{_cut(words)}" is neither "all" nor a number up to {MOST_DAYS:,}'
        )
    return f"{days} days"


def _day(address: Mapping[str, str], key: str) -> date | None:
    words = address.get(key)
    if words is None:
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise AddressError(f'{key}="{_cut(words)}" is no day like 2026-06-30') from None


def _cut(words: str) -> str:
    return words if len(words) <= _SHOWN_CHARACTERS else f"{words[:_SHOWN_CHARACTERS]}…"
