"""Versions are kept by count and by the time since they were replaced."""

from datetime import UTC, datetime, timedelta

import pytest

from trueup.warehouse.retention import RetentionPolicy, versions_to_keep

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
FIVE_AND_A_DAY = RetentionPolicy(versions=5, lasting=timedelta(hours=24))


def kept(minutes_ago):
    """Kept versions of those that were published so many minutes ago, oldest first."""
    times = {f"{n:04}": NOW - timedelta(minutes=ago) for n, ago in enumerate(minutes_ago)}
    return sorted(map(int, versions_to_keep(list(times), times, FIVE_AND_A_DAY, NOW)))


@pytest.mark.parametrize(("every", "count"), [(5, 289), (60, 25), (24 * 60, 5)])
def test_a_connection_of_just_under_a_day_ago_still_has_its_version(every, count):
    published = [every * number for number in reversed(range(400))]
    assert len(kept(published)) == count
    opened = max(n for n, ago in enumerate(published) if ago >= 24 * 60 - 1)
    assert opened in kept(published)


def test_a_version_that_was_the_newest_for_months_is_kept_for_a_day_after_its_replacement():
    assert kept([90 * 24 * 60, *range(9, -1, -1)])[0] == 0


def test_a_version_is_kept_for_less_than_its_time_and_not_for_all_of_it():
    day = 24 * 60
    assert kept([3 * day, day - 1, 5, 4, 3, 2, 1])[0] == 0
    assert kept([3 * day, day, 5, 4, 3, 2, 1])[0] == 1


def test_after_a_long_pause_five_are_left():
    assert kept([99 * 24 * 60 + number for number in range(20, 0, -1)]) == list(range(15, 20))


def test_what_was_replaced_while_the_clock_was_ahead_is_kept_too_long_not_too_short():
    assert kept([3000, -9000, 2000, 1900, 1800, 1700, 1600]) == [0, 2, 3, 4, 5, 6]
