"""Finds records that a listing names and that were never read: a cursor has passed over them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from trueup.core.window import Window
from trueup.lake.record_keys import quarantined_count, record_keys
from trueup.lake.table import StreamTable
from trueup.sources.key_set import KeySet


class UnreadKeys:
    """Keys that a listing names, by day, and that the listed stream's table does not hold.

    A record is read after it was made, so only what landed since the first listed day counts.
    """

    def __init__(self, table: StreamTable, scope: str, since: date) -> None:
        self._table = table
        self._scope = scope
        # A day earlier, since days of the lake are those of UTC.
        self._since = since - timedelta(days=1)
        self._known: KeySet | None = None
        self._days: dict[str, str] = {}

    def note(self, keys: Sequence[str], days: Sequence[str]) -> None:
        """Take the listed keys of a page and their days."""
        if self._known is None:
            self._known = self._in_lake()
        known = self._known.has(keys)
        pairs = zip(keys, days, strict=True)
        self._days |= {
            key: day for (key, day), is_known in zip(pairs, known, strict=True) if not is_known
        }

    def first_day(self) -> date | None:
        """The first day of a record that is still unread; None if there is none.

        Quarantined records were read as well. Their keys may be unreadable, so they are counted.
        """
        keys = list(self._days)
        known = self._in_lake().has(keys) if keys else []
        unread = [key for key, is_known in zip(keys, known, strict=True) if not is_known]
        if not unread or len(unread) <= quarantined_count(self._table, self._scope, self._since):
            return None
        return date.fromisoformat(min(self._days[key] for key in unread))

    def _in_lake(self) -> KeySet:
        keys = KeySet()
        for found in record_keys(self._table, self._scope, self._since):
            keys.add(found)
        return keys


def unread_window(first: date, zone: ZoneInfo, now: datetime) -> Window:
    """Window to read for records made on `first` or later: none was changed earlier."""
    return Window(Window.of_day(first, zone).since, now.replace(microsecond=0))
