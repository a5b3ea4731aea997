import threading

import pytest

from tests.unit.sources.source_builders import FakeClock, a_context
from trueup.errors import TransientError
from trueup.sources.rate_limits import RateLimit


def a_budget(clock: FakeClock, **changes: float | None) -> RateLimit:
    settings: dict[str, float | None] = {"rate_per_second": 2.0, "burst": 3.0}
    return RateLimit(a_context(clock), **(settings | changes))  # type: ignore[arg-type]  # by name


def test_a_burst_is_free_and_then_the_rate_binds() -> None:
    clock = FakeClock()
    budget = a_budget(clock)
    for _ in range(6):
        budget.acquire()
    assert clock.sleeps == [0.5, 0.5, 0.5]


def test_units_come_back_up_to_the_burst() -> None:
    clock = FakeClock()
    budget = a_budget(clock)
    for _ in range(3):
        budget.acquire()
    clock.seconds += 3600
    for _ in range(3):
        budget.acquire()
    assert clock.sleeps == []
    budget.acquire()
    assert clock.sleeps == [0.5]


def test_many_threads_together_keep_to_the_rate() -> None:
    clock = FakeClock()
    budget = a_budget(clock, rate_per_second=10.0, burst=1.0)
    threads = [threading.Thread(target=budget.acquire) for _ in range(21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert clock.sleeps
    assert clock.seconds >= 1000 + 1.9


def test_a_pause_holds_everybody_back_and_the_longest_counts() -> None:
    clock = FakeClock()
    budget = a_budget(clock)
    budget.pause(40)
    budget.pause(10)
    budget.acquire()
    assert clock.seconds == 1040


def test_a_pause_that_comes_while_waiting_is_obeyed() -> None:
    clock = FakeClock()
    budget = RateLimit(
        a_context(clock, sleep=lambda seconds: (clock.sleep(seconds), pauses.pop()())),
        rate_per_second=1.0,
        burst=1.0,
    )
    pauses = [lambda: None, lambda: budget.pause(5)]
    budget.acquire()
    budget.acquire()
    assert clock.sleeps == [1.0, 5.0]


def test_a_pause_too_long_to_wait_for_stops_the_read_and_says_when() -> None:
    clock = FakeClock()
    budget = a_budget(clock, daily_limit=1)
    budget.pause(3600)
    with pytest.raises(TransientError) as raised:
        budget.acquire()
    assert raised.value.retry_after_seconds == 3600
    clock.seconds += 3600
    budget.acquire()  # nothing was drawn before


def test_the_daily_limit_is_never_passed() -> None:
    budget = a_budget(FakeClock(), daily_limit=2)
    budget.acquire()
    budget.acquire()
    for _ in "12":
        with pytest.raises(TransientError, match="daily limit of 2"):
            budget.acquire()


def test_a_rate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="positive"):
        a_budget(FakeClock(), rate_per_second=0.0)
