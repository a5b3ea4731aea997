"""Compares the local days of DuckDB with those of Python: both have time zone data of their own."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import duckdb

from trueup.core.window import Window

_UNKNOWN_ZONE = "Unknown TimeZone"
# A day begins at its first instant: the instant before it is of the day before.
_DIFFERING = """
    select day
    from (select unnest($days::date[]) as day, unnest($starts::timestamp[]) as start)
    where cast(timezone($zone, timezone('UTC', start)) as date) <> day
        or cast(timezone($zone, timezone('UTC', start - interval 1 microsecond)) as date) >= day
    order by day
"""


def is_known_zone(zone: str) -> bool:
    """True when DuckDB knows the zone."""
    with duckdb.connect() as connection:
        try:
            connection.execute("select timezone(?, now())", [zone]).fetchall()
        except duckdb.Error:
            return False
    return True


def differing_days(zones: Iterable[str], first: date, last: date) -> dict[str, list[date]]:
    """Per zone, the days from `first` to `last` that begin at another instant in DuckDB.

    A zone that DuckDB does not know differs on every day.
    """
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    with duckdb.connect() as connection:
        found = {zone: _differing(connection, zone, days) for zone in sorted(set(zones))}
    return {zone: differing for zone, differing in found.items() if differing}


def _differing(connection: duckdb.DuckDBPyConnection, zone: str, days: list[date]) -> list[date]:
    starts = [_naive_utc(Window.of_day(day, ZoneInfo(zone)).since) for day in days]
    values = {"days": days, "starts": starts, "zone": zone}
    try:
        return [row[0] for row in connection.execute(_DIFFERING, values).fetchall()]
    except duckdb.Error as error:
        if _UNKNOWN_ZONE in str(error):
            return days
        raise


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
