"""Whole days, half-open."""

from datetime import date

from trueup_dashboards.period import Period, chosen

KNOWN = Period(date(2026, 5, 3), date(2026, 7, 2))


def test_the_last_days_are_chosen_up_to_the_last_known_one() -> None:
    assert chosen("7 days", KNOWN) == Period(date(2026, 6, 25), date(2026, 7, 2))


def test_more_days_than_known_are_all_known_days() -> None:
    assert chosen("90 days", KNOWN) == KNOWN == chosen("All", KNOWN)


def test_without_a_choice_it_is_28_days() -> None:
    assert chosen(None, KNOWN).days == 28


def test_the_period_before_meets_this_one_without_gap() -> None:
    week = chosen("7 days", KNOWN)
    assert week.before() == Period(date(2026, 6, 18), date(2026, 6, 25))


def test_a_period_says_its_first_and_last_day() -> None:
    assert str(chosen("7 days", KNOWN)) == "2026-06-25 to 2026-07-01 (7 days)"


def test_every_day_is_in_once() -> None:
    assert chosen("7 days", KNOWN).each_day()[::6] == [date(2026, 6, 25), date(2026, 7, 1)]
