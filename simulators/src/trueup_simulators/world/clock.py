"""Clock of all simulated vendors; it moves only on request."""

from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """A movable clock. It may go back: the world then shows what it showed before."""

    def __init__(self, now: datetime) -> None:
        self._now = _as_utc(now)

    def now(self) -> datetime:
        """The simulated instant, aware, in UTC."""
        return self._now

    def advance(self, step: timedelta) -> datetime:
        """Move by `step`, which may be negative, and return the new instant."""
        self._now += step
        return self._now

    def set(self, now: datetime) -> None:
        """Jump to an aware instant; ValueError for a naive one."""
        self._now = _as_utc(now)


def _as_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"clock: {instant!r} has no time zone")
    return instant.astimezone(UTC)
