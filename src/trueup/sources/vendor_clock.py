"""The vendor's own clock, as the Date of its answers tells it."""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import httpx

from trueup.errors import ConfigError

MAX_DIFFERENCE = timedelta(minutes=10)


class WrongClockError(ConfigError):
    """This machine's clock and the vendor's differ by more than minutes."""

    default_code = "TUP-367"


class VendorClock:
    """Time of a source's first response, by the vendor's clock and by ours. Thread-safe.

    Both must agree: a wrong clock here moves cursors over records that are yet to come.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: datetime | None = None

    @property
    def first_answer(self) -> datetime | None:
        """The vendor's time at its first answer; None if it has told none."""
        return self._first

    def note(self, headers: httpx.Headers, ours: datetime, where: str) -> None:
        """Take the time of the first good answer; `ours` is this machine's at the same moment.

        Raises WrongClockError when both differ by more than minutes.
        """
        theirs = http_date(headers.get("date", ""))
        with self._lock:
            if theirs is None or self._first is not None:
                return
            if abs(theirs - ours) > MAX_DIFFERENCE:
                raise _wrong_clock(where, ours, theirs)
            self._first = theirs


def http_date(text: str) -> datetime | None:
    """A date as headers have it, in UTC; None for what is none, or beyond the calendar."""
    try:
        moment = parsedate_to_datetime(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _wrong_clock(where: str, ours: datetime, theirs: datetime) -> WrongClockError:
    return WrongClockError(
        f"{where}: it is {theirs:%Y-%m-%d %H:%M:%S} UTC at the vendor and "
        f"{ours:%Y-%m-%d %H:%M:%S} UTC here",
        why="By a wrong clock, records that are yet to come would count as read.",
        hint="Set this machine's clock, for example by NTP. If TRUEUP_NOW is set, unset it.",
    )
