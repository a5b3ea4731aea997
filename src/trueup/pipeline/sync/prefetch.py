"""Prefetch of the next page while the current one is processed."""

from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


def prefetched(pages: Iterable[_T]) -> Generator[_T, None, None]:
    """Yield `pages` in order, while a thread fetches one page ahead.

    Raises what `pages` raises, after all that came before it. Closing waits for the one that
    is being asked for: nothing of `pages` runs any more after that.
    """
    asked = iter(pages)
    with ThreadPoolExecutor(max_workers=1) as thread:
        following = thread.submit(next, asked, None)
        while (page := following.result()) is not None:
            following = thread.submit(next, asked, None)
            yield page
