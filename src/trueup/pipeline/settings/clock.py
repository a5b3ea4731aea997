"""The only wall clock of the project."""

import os
from datetime import UTC, datetime
from pathlib import Path

from trueup.errors import ConfigError

NOW_VARIABLE = "TRUEUP_NOW"
# Outside of these years it is the clock that is wrong, as after a flat battery.
FIRST_YEAR, LAST_YEAR = 2020, 2099

# The demo keeps its simulated time in a file of this name.
SIMULATED_CLOCK = ".trueup-demo"


def current_time() -> datetime:
    """Now, UTC, to the second; `TRUEUP_NOW` replaces it to repeat a past run.

    Raises ConfigError for a year in which nobody can be: days would be read that never were.
    """
    text = os.environ.get(NOW_VARIABLE)
    if text is None:
        return _possible(datetime.now(UTC).replace(microsecond=0), "this machine's clock")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{NOW_VARIABLE}: {text!r} is not an ISO 8601 time",
            hint=f"export {NOW_VARIABLE}=2026-08-21T06:00:00+00:00",
            code="TUP-323",
        ) from error
    return _possible(moment if moment.tzinfo else moment.replace(tzinfo=UTC), NOW_VARIABLE)


def project_time(folder: Path) -> datetime:
    """Now; in a demo's folder, the simulated time of its last run unless TRUEUP_NOW is set."""
    marker = folder / SIMULATED_CLOCK
    text = marker.read_text(encoding="utf-8").strip() if marker.exists() else ""
    if not text or NOW_VARIABLE in os.environ:
        return current_time()
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:
        raise ConfigError(
            f"{marker}: {text[:40]!r} is not an ISO 8601 time",
            hint="Delete the folder, and run the demo again: trueup demo",
            code="TUP-323",
        ) from error


def _possible(moment: datetime, teller: str) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ConfigError(
            f"{teller} says it is {moment:%Y-%m-%d}, which cannot be",
            why="Trueup would ask for days that do not exist yet, so nothing was started.",
            hint=f"Set the machine's clock, or unset {NOW_VARIABLE}.",
            code="TUP-315",
        )
    return moment.astimezone(UTC)
