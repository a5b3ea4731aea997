"""Reads report days as far back as the source answers; days beyond that are told, not failed."""

from collections.abc import Iterable
from datetime import date, timedelta

from trueup.core.window import Window
from trueup.errors import BeyondReachError
from trueup.pipeline.sync.plan import Read
from trueup.pipeline.sync.reader import Reader
from trueup.pipeline.sync.window_reader import read_windows


def read_within_reach(reader: Reader, reads: Iterable[Read]) -> date | None:
    """Read the windows; return the first day still answered for, if earlier ones were refused.

    Raises BeyondReachError for days that somebody asked for by name.
    """
    answered: date | None = None
    for read in reads:
        days = read.window.days(reader.zone)
        if answered and days[-1] < answered:
            continue
        try:
            read_windows(reader, read)
        except BeyondReachError:
            if not read.advances:
                raise
            answered = _first_answered(reader, days) or answered
    return answered


def _first_answered(reader: Reader, days: list[date]) -> date | None:
    """Read the days of a refused window by themselves, back from the newest."""
    for day in reversed(days):
        try:
            if len(days) == 1:
                return day + timedelta(days=1)
            read_windows(reader, Read(window=Window.of_day(day, reader.zone)))
        except BeyondReachError:
            return day + timedelta(days=1)
    return None
