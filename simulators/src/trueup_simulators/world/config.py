"""Configuration of a world: equal configurations give equal worlds, byte for byte."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

Scale = Literal["small", "demo", "year"]

# Entities change and orders arrive for this long after the clock's first position.
RUNWAY_DAYS = 120


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """Size of the world; counts are per live ad account unless named otherwise."""

    campaigns: int
    ad_groups_per_campaign: int
    ads_per_ad_group: int
    clicks_per_ad_day: float
    orders_per_day: float


SCALES: dict[Scale, ScaleFigures] = {
    "small": ScaleFigures(4, 1, 2, 14.0, 18.0),
    "demo": ScaleFigures(7, 3, 4, 18.0, 185.0),
    "year": ScaleFigures(310, 8, 5, 3.0, 2340.0),
}


@dataclass(frozen=True, slots=True)
class WorldConfig:
    """`days` have passed when the clock starts; the world can go on for RUNWAY_DAYS more.

    `earlier_customers` is the share of customers who had ordered before the first day.
    `slow_journeys` is the share of orders whose journey is there only hours after them.
    `hostile_names` plants names that attack careless code (SQL, Jinja, HTML, paths, formulas,
    NUL, emoji) in campaigns, products, customers and notes.
    """

    seed: int = 7
    start: date = date(2026, 6, 1)
    days: int = 60
    scale: Scale = "demo"
    hostile_names: bool = False
    earlier_customers: float = 0.0
    slow_journeys: float = 0.0

    @property
    def figures(self) -> ScaleFigures:
        """The volumes of this configuration's scale."""
        return SCALES[self.scale]

    @property
    def clock_start(self) -> datetime:
        """Start of the clock: 06:00 UTC of the first day that is not over."""
        return datetime.combine(self.start + timedelta(days=self.days), time(6), UTC)

    @property
    def end(self) -> date:
        """First day that the world does not know."""
        return self.start + timedelta(days=self.days + RUNWAY_DAYS)
