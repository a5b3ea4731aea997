"""Periods of whole days, half-open like all windows here."""

from dataclasses import dataclass
from datetime import date, timedelta

CUSTOM, ALL = "Custom", "All"
CHOICES = ("7 days", "28 days", "90 days", ALL)
DEFAULT_CHOICE = "28 days"
# A page draws every day of its period, and the period before it must have dates too.
MOST_DAYS = 3_660
FIRST_DATE, LAST_DATE = date(1900, 1, 1), date(2199, 12, 31)


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

    @property
    def span(self) -> str:
        """The first and the last day."""
        return f"{self.since.isoformat()} to {self.last.isoformat()}"

    def __str__(self) -> str:
        unit = "day" if self.days == 1 else "days"
        return f"{self.span} ({self.days} {unit})"


def last_days(choice: str) -> int | None:
    """The number of days that a choice such as "28 days" names; None for all and for fixed days."""
    number, _, unit = choice.partition(" ")
    return int(number) if unit == "days" else None


def chosen(choice: str | None, known: Period) -> Period:
    """The last days of `known` that `choice` names; all of `known` for "All"."""
    days = last_days(choice or DEFAULT_CHOICE)
    if days is None or days >= known.days:
        return known
    return Period(known.until - timedelta(days=days), known.until)
