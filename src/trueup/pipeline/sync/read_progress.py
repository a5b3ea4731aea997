"""Tells how far a long read is: its records so far, and how many come in a second."""

import time
from collections.abc import Callable

from trueup.pipeline.events import Event, Listener

EVERY_SECONDS = 5.0


class ReadProgress:
    """Counts the records of one account's stream; tells them every few seconds."""

    def __init__(
        self,
        tell: Listener,
        where: str,
        scope: str,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tell = tell
        self._where = where
        self._scope = scope
        self._monotonic = monotonic
        self._begun_at = self._told_at = monotonic()
        self._records = 0

    def note(self, records: int) -> None:
        """Count the records of a page."""
        self._records += records
        now = self._monotonic()
        if now - self._told_at < EVERY_SECONDS:
            return
        self._told_at = now
        rate = round(self._records / (now - self._begun_at))
        fields: dict[str, object] = {
            "scope": self._scope,
            "records": self._records,
            "per_second": rate,
        }
        self._tell(Event("records_read", self._where, fields=fields))
