import pytest

from trueup.sources.adaptive_size import GROW_AFTER, AdaptiveSize, AdaptiveSizes


def test_a_size_halves_down_to_one() -> None:
    size, seen = AdaptiveSize(25), []
    while size.shrink(size.now):
        seen.append(size.now)
    assert seen == [12, 6, 3, 1]
    assert not size.shrink(1)


def test_a_size_grows_back_after_good_answers_and_never_beyond_the_first() -> None:
    size = AdaptiveSize(25)
    size.shrink(25)
    for _ in range(GROW_AFTER - 1):
        size.worked(size.now)
    assert size.now == 12
    size.worked(12)
    assert size.now == 24
    for _ in range(3 * GROW_AFTER):
        size.worked(size.now)
    assert size.now == 25


def test_a_refusal_begins_the_count_of_good_answers_again() -> None:
    size = AdaptiveSize(8)
    size.shrink(8)
    for _ in range(GROW_AFTER - 1):
        size.worked(4)
    size.shrink(4)
    size.worked(2)
    assert size.now == 2


@pytest.mark.parametrize("refused", [8, 16])
def test_threads_that_are_refused_the_same_size_halve_it_once(refused: int) -> None:
    size = AdaptiveSize(16)
    size.shrink(8)
    size.shrink(refused)
    assert size.now == 4


def test_a_last_small_part_says_nothing_of_the_size() -> None:
    size = AdaptiveSize(8)
    size.shrink(8)
    for _ in range(GROW_AFTER):
        size.worked(1)
    assert size.now == 4


def test_each_kind_of_question_has_a_size_of_its_own() -> None:
    sizes = AdaptiveSizes()
    sizes.of("orders", 25).shrink(25)
    assert (sizes.of("orders", 25).now, sizes.of("lines", 250).now) == (12, 250)
