"""The only wall clock of the project."""

import os
from datetime import UTC, datetime

from trueup.errors import ConfigError

NOW_VARIABLE = "TRUEUP_NOW"


def current_time() -> datetime:
    """Now, UTC, to the second; `TRUEUP_NOW` stands in for it when a past run is made again."""
    text = os.environ.get(NOW_VARIABLE)
    if text is None:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigError(
            f"{NOW_VARIABLE}: {text!r} is not an ISO 8601 time",
            hint=f"export {NOW_VARIABLE}=2026-08-21T06:00:00+00:00",
            code="TUP-315",
        ) from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
