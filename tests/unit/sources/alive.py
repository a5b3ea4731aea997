"""Counts the pages of a read that are in memory at once."""

import gc
from collections.abc import Iterator

from trueup.core.page import Page


def pages_alive(pages: Iterator[Page]) -> tuple[int, int]:
    """Number of pages of a read, and the most that were in memory at once."""
    before, given, most = _alive(), 0, 0
    for page in pages:
        del page
        given += 1
        most = max(most, _alive() - before)
    return given, most


def _alive() -> int:
    gc.collect()
    return sum(isinstance(thing, Page) for thing in gc.get_objects())
