"""Reads small lists whole: accounts, and what else a connector needs for itself."""

from collections.abc import Callable, Iterator

from trueup.core.page import Page
from trueup.errors import RestartReadError
from trueup.sources.context import SourceContext

ATTEMPTS = 3


def whole_read(
    read: Callable[[], Iterator[Page]], context: SourceContext, wait_seconds: float = 0.0
) -> list[Page]:
    """All pages that `read` gives, from an attempt that proved complete.

    Raises the last attempt's error.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return list(read())
        except RestartReadError as error:
            context.on_incomplete_read(error.message)
            context.sleep(wait_seconds)
    return list(read())
