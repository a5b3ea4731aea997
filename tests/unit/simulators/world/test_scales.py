"""Volumes by scale, and that one day of a big world does not cost a year."""

import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import FrameType

import pytest

from trueup_simulators.world import World, WorldConfig
from trueup_simulators.world.calendar import LocalDays, day_number
from trueup_simulators.world.config import Scale


def end(config: WorldConfig) -> date:
    return config.start + timedelta(days=config.days)


@pytest.mark.parametrize(
    ("scale", "fewest", "most"), [("small", 15, 45), ("demo", 180, 330), ("year", 30_000, 50_000)]
)
def test_ad_rows_a_day(scale: Scale, fewest: int, most: int) -> None:
    config = WorldConfig(scale=scale)
    world, last = World(config), end(config)
    since, until = last - timedelta(days=10), last - timedelta(days=8)
    rows = sum(
        world.ad_days(account.account_id, since, until, config.clock_start).num_rows
        for account in world.accounts
    )
    assert fewest <= rows / 2 <= most


def test_one_day_of_a_year_costs_no_more_than_one_of_a_month() -> None:
    one_day_of(30)  # whatever is made once per process
    month, year = calls_of(lambda: one_day_of(30)), calls_of(lambda: one_day_of(365))
    assert year < 3 * month


def one_day_of(days: int) -> None:
    """Find the orders that changed on the last day of so many, and look at one of them."""
    config = WorldConfig(scale="year", days=days)
    world, now = World(config), config.clock_start
    ids = world.order_ids_updated(now - timedelta(days=1), now, now)
    assert world.order(ids[-1], now).updated_at < now
    assert len(ids) > 2_000


def calls_of(work: Callable[[], None]) -> int:
    """Number of Python function calls of `work`: its cost, independent of machine load."""
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def test_the_world_goes_on_for_60_days_after_the_clock_starts() -> None:
    config = WorldConfig(scale="small", days=5)
    world, later = World(config), config.clock_start + timedelta(days=60)
    assert world.order_ids_created(later - timedelta(days=1), later, later)
    day = end(config) + timedelta(days=59)
    assert world.ad_days("5550001001", day, day + timedelta(days=1), later).num_rows


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 11, 1), 25),
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Asia/Tokyo", date(2026, 3, 29), 24),
    ],
)
def test_days_are_as_long_as_their_zone_says(zone: str, day: date, hours: int) -> None:
    local = LocalDays(zone, WorldConfig(start=date(2026, 3, 1), days=250))
    assert local.seconds(day_number(day)) == hours * 3600


def test_orders_of_a_long_day_fall_into_all_its_hours() -> None:
    config = WorldConfig(start=date(2026, 10, 25), days=10)
    since = datetime.fromisoformat("2026-11-01T04:00:00+00:00")
    until = since + timedelta(hours=25)
    world = World(config)
    ids = world.order_ids_created(since, until, config.clock_start)
    last = world.order(ids[-1], config.clock_start)
    assert last.created_at > since + timedelta(hours=24)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        World(WorldConfig(scale="small")).products(datetime(2026, 7, 1))  # noqa: DTZ001  naive on purpose
