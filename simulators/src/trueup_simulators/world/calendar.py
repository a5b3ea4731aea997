"""Local days as instants, and how busy a day is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.randomness import Floats, Ints

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = date(1970, 1, 1)
MICROS_PER_SECOND = 1_000_000
DAY_MICROS = 86_400 * MICROS_PER_SECOND
NEVER = np.iinfo(np.int64).max

# Things that exist when the world starts are up to this old.
PAST_DAYS = 420

WEEKDAY_DEMAND = (0.97, 0.93, 0.95, 1.0, 1.08, 1.12, 1.05)
DAILY_GROWTH = 0.0015
PROMOTION_DAYS = 4
PROMOTION_DEMAND = 1.7

# Share of a day's visits by local hour.
HOUR_WEIGHTS = np.array(
    [2, 1, 1, 1, 1, 2, 3, 5, 6, 7, 8, 8, 9, 8, 7, 7, 8, 9, 10, 12, 13, 11, 7, 4], np.float64
)
_HOUR_SHARE = np.concatenate([[0.0], np.cumsum(HOUR_WEIGHTS) / HOUR_WEIGHTS.sum()])


def micros(instant: datetime) -> int:
    """Microseconds since 1970-01-01 UTC of an aware instant; ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"world: {instant!r} has no time zone")
    return (instant - EPOCH) // timedelta(microseconds=1)


def instant(micros_utc: int) -> datetime:
    """The aware UTC instant of microseconds since 1970."""
    return EPOCH + timedelta(microseconds=int(micros_utc))


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH_DAY).days


def promotion_start(config: WorldConfig) -> date:
    """First day of the promotion: two thirds into the days that exist at the start."""
    return config.start + timedelta(days=config.days * 2 // 3)


def is_promotion(day: date, config: WorldConfig) -> bool:
    """True when the promotion runs on that day."""
    return 0 <= (day - promotion_start(config)).days < PROMOTION_DAYS


def demand(day: date, config: WorldConfig) -> float:
    """Volume of a day; 1 is an average day of the first week."""
    trend = 1.0 + DAILY_GROWTH * (day - config.start).days
    promotion = PROMOTION_DEMAND if is_promotion(day, config) else 1.0
    return WEEKDAY_DEMAND[day.weekday()] * trend * promotion


def seconds_of_day(draws: Floats, length_seconds: int) -> Ints:
    """Sorted whole seconds within a day, more of them in the busy hours."""
    hours = np.interp(np.sort(draws), _HOUR_SHARE, np.arange(25, dtype=np.float64))
    seconds: Ints = (hours * (length_seconds / 24.0)).astype(np.int64)
    return np.minimum(seconds, length_seconds - 1)


class LocalDays:
    """The midnights of a time zone around the life of a world; a day may have 23 or 25 hours."""

    def __init__(self, timezone: str, config: WorldConfig) -> None:
        zone = ZoneInfo(timezone)
        self._first = day_number(config.start) - PAST_DAYS
        count = day_number(config.end) + 3 - self._first
        days = (EPOCH_DAY + timedelta(days=self._first + offset) for offset in range(count))
        self._midnights: Ints = np.array(
            [micros(datetime.combine(day, time(0), zone)) for day in days], np.int64
        )

    def start(self, day: int) -> int:
        """Microseconds UTC at which the local day (a day number) begins."""
        return int(self._midnights[day - self._first])

    def seconds(self, day: int) -> int:
        """Length of the local day."""
        return (self.start(day + 1) - self.start(day)) // MICROS_PER_SECOND

    def day_of(self, micros_utc: Ints) -> Ints:
        """The local day number of each instant; far past and NEVER give far days."""
        return np.searchsorted(self._midnights, micros_utc, side="right") - 1 + self._first

    def age(self, day: int, at: int) -> int:
        """Whole days since the local day ended; negative while it has not."""
        return (at - self.start(day + 1)) // DAY_MICROS
