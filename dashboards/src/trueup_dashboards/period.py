"""Whole days that a page is about, half-open as all windows here."""

from dataclasses import dataclass
from datetime import date, timedelta

CUSTOM = "Custom"
CHOICES: dict[str, int | None] = {"7 days": 7, "28 days": 28, "90 days": 90, "All": None}
DEFAULT_CHOICE = "28 days"


@dataclass(frozen=True, slots=True)
class Period:
    """`since` is in, `until` is not; both are dates in the reporting time zone."""

    since: date
    until: date

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    @property
    def last(self) -> date:
        return self.until - timedelta(days=1)

    def before(self) -> "Period":
        """As many days, directly before."""
        return Period(self.since - timedelta(days=self.days), self.since)

    def each_day(self) -> list[date]:
        return [self.since + timedelta(days=number) for number in range(self.days)]

    def __contains__(self, other: "Period") -> bool:
        return self.since <= other.since and other.until <= self.until

    def __str__(self) -> str:
        unit = "day" if self.days == 1 else "days"
        return f"{self.since.isoformat()} to {self.last.isoformat()} ({self.days} {unit})"


def chosen(choice: str | None, known: Period) -> Period:
    """The last days of `known` that `choice` names; all of `known` for "All"."""
    days = CHOICES.get(choice or DEFAULT_CHOICE)
    if days is None or days >= known.days:
        return known
    return Period(known.until - timedelta(days=days), known.until)
