from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from trueup.core.window import Window


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Asia/Tokyo", date(2026, 3, 8), 24),
        ("Africa/Cairo", date(2026, 4, 24), 23),  # clocks change at midnight there
    ],
)
def test_a_day_is_as_long_as_its_zone_makes_it(zone, day, hours):
    window = Window.of_day(day, ZoneInfo(zone))
    assert window.until - window.since == timedelta(hours=hours)


@pytest.mark.parametrize("zone", ["America/New_York", "Africa/Cairo", "Australia/Lord_Howe"])
def test_the_days_of_a_year_meet_without_gap_or_overlap(zone):
    year = Window.of_days(date(2026, 1, 1), date(2027, 1, 1), ZoneInfo(zone))
    days = [Window.of_day(day, ZoneInfo(zone)) for day in year.days(ZoneInfo(zone))]
    assert len(days) == 365
    assert [d.until for d in days[:-1]] == [d.since for d in days[1:]]
    assert (days[0].since, days[-1].until) == (year.since, year.until)


def test_a_window_that_is_not_whole_days_has_no_days():
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    with pytest.raises(ValueError, match="not whole days"):
        Window(noon, noon + timedelta(days=1)).days(ZoneInfo("UTC"))


def test_a_naive_time_is_refused():
    with pytest.raises(ValueError, match="aware"):
        Window(datetime(2026, 1, 1), datetime(2026, 1, 2))  # noqa: DTZ001  # what is tested
