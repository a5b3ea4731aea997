"""Date ranges of a query: conditions on core dates, and the ranges that have names."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from trueup_simulators.google_ads.errors import query_error
from trueup_simulators.google_ads.fields import CORE_DATES
from trueup_simulators.google_ads.gaql import Condition, Token


@dataclass(frozen=True, slots=True)
class Days:
    """Half-open; None is no bound."""

    since: date | None = None
    until: date | None = None

    @property
    def is_finite(self) -> bool:
        return self.since is not None and self.until is not None

    def cut(self, other: "Days") -> "Days":
        """Intersection of both."""
        since = max((day for day in (self.since, other.since) if day), default=None)
        until = min((day for day in (self.until, other.until) if day), default=None)
        return Days(since, until)


def days_filtered(where: Iterable[Condition], today: date) -> Days:
    """The days that all conditions on core dates leave over."""
    days = Days()
    for condition in where:
        if condition.field in CORE_DATES:
            days = days.cut(_bounds(condition, today))
    return days


def _bounds(condition: Condition, today: date) -> Days:
    if condition.operator == "DURING":
        return _during(condition.values[0], today)
    given = [_aligned(condition.field, _date(token)) for token in condition.values]
    first, last = given[0], given[-1]
    after = _period_end(condition.field, last)
    match condition.operator:
        case "=" | "BETWEEN":
            return Days(first, after)
        case ">":
            return Days(after, None)
        case ">=":
            return Days(first, None)
        case "<":
            return Days(None, first)
        case _:
            return Days(None, after)


def _date(token: Token) -> date:
    try:
        if token.kind != "string":
            raise ValueError(token.text)
        return date.fromisoformat(token.text)
    except ValueError:
        message = f"Invalid date literal supplied for the filter: '{token.text}'."
        raise query_error("INVALID_DATE_FORMAT", message) from None


def _aligned(field: str, day: date) -> date:
    if day != period_start(field, day):
        message = f"The date '{day}' does not begin a period of '{field}'."
        raise query_error("MISALIGNED_DATE_FOR_FILTER", message)
    return day


def period_start(field: str, day: date) -> date:
    """The first day of the week (from Monday), month or quarter that `day` lies in."""
    match field:
        case "segments.week":
            return day - timedelta(days=day.weekday())
        case "segments.month":
            return day.replace(day=1)
        case "segments.quarter":
            return day.replace(month=day.month - (day.month - 1) % 3, day=1)
        case _:
            return day


def _period_end(field: str, start: date) -> date:
    match field:
        case "segments.week":
            return start + timedelta(days=7)
        case "segments.month":
            return _month_after(start)
        case "segments.quarter":
            return _month_after(_month_after(_month_after(start)))
        case _:
            return start + timedelta(days=1)


def _month_after(start: date) -> date:
    return start + timedelta(days=calendar.monthrange(start.year, start.month)[1])


def _during(token: Token, today: date) -> Days:
    ranges = predefined_ranges(today)
    if token.kind != "word" or token.text.upper() not in ranges:
        message = f"Not a date range: '{token.text}'."
        raise query_error("INVALID_VALUE_WITH_DURING_OPERATOR", message)
    return ranges[token.text.upper()]


def predefined_ranges(today: date) -> dict[str, Days]:
    """The literals of DURING, as of the account's `today`."""
    tomorrow = today + timedelta(days=1)
    monday = today - timedelta(days=today.weekday())
    sunday = today - timedelta(days=(today.weekday() + 1) % 7)
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    week = timedelta(days=7)
    return {
        "TODAY": Days(today, tomorrow),
        "YESTERDAY": Days(today - timedelta(days=1), today),
        "LAST_7_DAYS": Days(today - week, today),
        "LAST_14_DAYS": Days(today - 2 * week, today),
        "LAST_30_DAYS": Days(today - timedelta(days=30), today),
        "THIS_MONTH": Days(month, tomorrow),
        "LAST_MONTH": Days(last_month, month),
        "THIS_WEEK_MON_TODAY": Days(monday, tomorrow),
        "THIS_WEEK_SUN_TODAY": Days(sunday, tomorrow),
        "LAST_WEEK_MON_SUN": Days(monday - week, monday),
        "LAST_WEEK_SUN_SAT": Days(sunday - week, sunday),
        "LAST_BUSINESS_WEEK": Days(monday - week, monday - timedelta(days=2)),
    }
