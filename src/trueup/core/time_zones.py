"""One time zone database for Python: that of the `tzdata` package, never the machine's own."""

import zoneinfo


def pin_time_zones() -> None:
    """Take zones from the `tzdata` package from now on.

    The files of operating systems are older or newer than the zones of the warehouse's engine, and
    differ between machines: the same order would fall on different days.
    """
    zoneinfo.reset_tzpath(())
    zoneinfo.ZoneInfo.clear_cache()


def is_zone(name: str) -> bool:
    """True if `name` is a zone of the database; a folder of zones, such as `America`, is none."""
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
