"""Counts the pages of a read that are in memory at once."""

import gc
from collections.abc import Callable, Iterator

from trueup.core.page import Page


def pages_alive(read: Callable[[], Iterator[Page]]) -> tuple[int, int]:
    """Number of pages of a read, and the most that were in memory at once."""
    given, most = 0, 0
    gc.collect()
    # What is there already is neither collected nor counted again for every page.
    gc.freeze()
    try:
        for page in read():
            del page
            given += 1
            most = max(most, _alive())
    finally:
        gc.unfreeze()
    return given, most


def _alive() -> int:
    gc.collect()
    return sum(isinstance(thing, Page) for thing in gc.get_objects())
