"""The zones that a project uses, and the days on which Python and the warehouse differ."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from importlib.metadata import version
from zoneinfo import ZoneInfo

from trueup.errors import ConfigError
from trueup.pipeline.settings.config import PROJECT_FILE
from trueup.pipeline.settings.project import Project
from trueup.warehouse.time_zones import differing_days, is_known_zone

RECENT, AHEAD = timedelta(days=400), timedelta(days=366)


def zone_differences(
    project: Project, accounts: list[dict[str, str]], now: datetime
) -> Mapping[str, str]:
    """Zones of the project and its accounts with days that begin at another instant, in words.

    Account days are computed by Python, days of the reporting zone by the warehouse: no figure
    compares the two. Days of the last 400 and the next 366 are looked at.
    """
    zones = {project.config.timezone, *(account["timezone"] for account in accounts)}
    first = max(project.config.start_date, (now - RECENT).date())
    found = differing_days(filter(_is_zone, zones), first, (now + AHEAD).date())
    return {zone: _in_words(days) for zone, days in found.items()}


def require_known_zone(project: Project) -> None:
    """Raises ConfigError when the warehouse's engine does not know the reporting zone."""
    zone = project.config.timezone
    if not is_known_zone(zone):
        raise ConfigError(
            f"{project.folder / PROJECT_FILE}: timezone: {zone!r} is not known to DuckDB",
            why="No day of a figure could be computed, so nothing was modelled.",
            hint="Use the zone's usual IANA name, such as Europe/Berlin.",
            code="TUP-366",
        )


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError):
        return False
    return True


def _in_words(days: list[date]) -> str:
    return (
        f"{len(days)} days from {days[0]} to {days[-1]} begin at another time in DuckDB than in "
        f"tzdata {version('tzdata')}: records near midnight may be counted on the day beside"
    )
