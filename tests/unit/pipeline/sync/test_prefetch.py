"""One page ahead: asked for early, given in order, and never more than one."""

import threading
from collections.abc import Iterator
from contextlib import closing

import pytest

from trueup.pipeline.sync.prefetch import prefetched

LONG_SECONDS = 10.0


def test_the_next_is_asked_for_while_one_is_worked_on():
    asked = threading.Event()

    def pages() -> Iterator[int]:
        yield 1
        asked.set()
        yield 2

    with closing(prefetched(pages())) as given:
        assert next(given) == 1
        assert asked.wait(LONG_SECONDS)
        assert list(given) == [2]


def test_everything_comes_in_order_and_an_error_behind_all_that_came_before_it():
    def pages() -> Iterator[int]:
        yield from range(3)
        raise ValueError("page 3")

    taken = []
    with pytest.raises(ValueError, match="page 3"), closing(prefetched(pages())) as given:
        taken.extend(given)  # extends one by one, so what came before the error stays
    assert taken == [0, 1, 2]
    assert list(prefetched([])) == []


def test_nothing_is_asked_any_more_once_it_is_closed():
    asked: list[int] = []

    def pages() -> Iterator[int]:
        for number in range(100):
            asked.append(number)
            yield number

    with closing(prefetched(pages())) as given:
        assert [next(given), next(given)] == [0, 1]
    assert asked in ([0, 1], [0, 1, 2])
    before = list(asked)
    assert list(given) == []
    assert asked == before
