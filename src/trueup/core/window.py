"""Half-open spans of time, and the days of a zone as such spans."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Time from `since` (inclusive) to `until` (exclusive); both aware, kept in UTC."""

    since: datetime
    until: datetime

    def __post_init__(self) -> None:
        if self.since.tzinfo is None or self.until.tzinfo is None:
            raise ValueError(f"a window needs aware times, got {self.since} and {self.until}")
        object.__setattr__(self, "since", self.since.astimezone(UTC))
        object.__setattr__(self, "until", self.until.astimezone(UTC))
        if self.since > self.until:
            raise ValueError(f"a window cannot end before it begins: {self.since} > {self.until}")

    @classmethod
    def of_day(cls, day: date, zone: ZoneInfo) -> "Window":
        """The calendar day `day` in `zone`: 24 hours, but for days when clocks change."""
        return cls.of_days(day, day + timedelta(days=1), zone)

    @classmethod
    def of_days(cls, first: date, end: date, zone: ZoneInfo) -> "Window":
        """The days from `first` up to, but without, `end` in `zone`."""
        return cls(_midnight(first, zone), _midnight(end, zone))

    def days(self, zone: ZoneInfo) -> list[date]:
        """The local dates this window covers; it must begin and end at midnight in `zone`."""
        first, end = self._local_midnights(zone)
        return [first + timedelta(days=n) for n in range((end - first).days)]

    def _local_midnights(self, zone: ZoneInfo) -> tuple[date, date]:
        first, end = self.since.astimezone(zone).date(), self.until.astimezone(zone).date()
        if Window.of_days(first, end, zone) != self:
            raise ValueError(f"{self.since} to {self.until} are not whole days in {zone.key}")
        return first, end


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    # Some zones skip midnight when clocks change; the day then begins at its first instant.
    return datetime.combine(day, time(), zone).astimezone(UTC)
