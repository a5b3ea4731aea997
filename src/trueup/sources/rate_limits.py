"""Rate limit per credential: its threads share rate, pauses and daily budget."""

import threading

from trueup.errors import TransientError
from trueup.sources.context import SourceContext


class RateLimit:
    """A token bucket of requests that all threads of a credential draw from.

    `rate_per_second` requests come back each second, up to `burst`. `daily_limit` bounds the
    requests of one run; None means no bound. `name` goes into messages, so it must not be a secret.
    """

    def __init__(
        self,
        context: SourceContext,
        *,
        rate_per_second: float,
        burst: float,
        daily_limit: int | None = None,
        name: str = "quota",
    ) -> None:
        if rate_per_second <= 0 or burst <= 0:
            raise ValueError(f"{name}: rate and burst must be positive")
        self._context = context
        self._rate_per_second = rate_per_second
        self._burst = burst
        self._daily_limit = daily_limit
        self._name = name
        self._lock = threading.Lock()
        self._level = burst
        self._refilled_at = context.monotonic()
        self._paused_until = self._refilled_at
        self._spent = 0

    def acquire(self) -> None:
        """Draw one request, waiting for it and for pauses.

        Raises TransientError when the daily limit is reached, or when a pause is longer than one
        request may wait; nothing is drawn for that wait, and `retry_after_seconds` says when.
        """
        wait_seconds = self._reserve()
        while wait_seconds > 0:
            self._context.sleep(wait_seconds)
            # Another thread may have set a pause while this one slept.
            wait_seconds = self._pause_left()

    def pause(self, seconds: float) -> None:
        """Pause every thread for `seconds` from now; a longer current pause stays."""
        with self._lock:
            until = self._context.monotonic() + max(0.0, seconds)
            self._paused_until = max(self._paused_until, until)

    def _reserve(self) -> float:
        pause_seconds = self._pause_left()
        with self._lock:
            if self._daily_limit is not None and self._spent >= self._daily_limit:
                raise TransientError(
                    f"{self._name}: the daily limit of {self._daily_limit} is used up",
                    hint="Data in the lake is kept. The next run resumes from there.",
                    code="TUP-759",
                )
            now = self._context.monotonic()
            self._refill(now)
            # The level may fall below zero: that is the place in the queue.
            self._level -= 1
            self._spent += 1
            return max(pause_seconds, -self._level / self._rate_per_second)

    def _refill(self, now: float) -> None:
        earned = (now - self._refilled_at) * self._rate_per_second
        self._level = min(self._burst, self._level + earned)
        self._refilled_at = now

    def _pause_left(self) -> float:
        with self._lock:
            left_seconds = self._paused_until - self._context.monotonic()
        if left_seconds > self._context.max_wait_seconds:
            raise TransientError(
                f"{self._name}: the vendor asks for a pause of {left_seconds:.0f} s",
                retry_after_seconds=left_seconds,
                hint="Run again later. Data in the lake is kept.",
                code="TUP-758",
            )
        return left_seconds
