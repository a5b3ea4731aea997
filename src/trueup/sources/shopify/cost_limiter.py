"""Limiter for the points of the shop's bucket, so that throttling is rare."""

import threading
from typing import Any

from trueup.sources.context import SourceContext


class CostLimiter:
    """Tracks the remaining points from each response, and waits until a query fits. Thread-safe.

    Before the first answer nothing is known, and nothing is waited for.
    """

    def __init__(self, context: SourceContext) -> None:
        self._context = context
        self._lock = threading.Lock()
        self._costs: dict[str, float] = {}
        self._available = float("inf")
        self._restore_rate = 0.0
        self._seen_at = context.monotonic()

    def wait_for(self, operation: str) -> None:
        """Sleep until the bucket should hold what `operation` may cost; reserve it."""
        with self._lock:
            # One point more: what is left is announced in whole points.
            cost = self._costs.get(operation, 0.0) + 1.0
            self._refill()
            self._available -= cost
            lacking = max(0.0, -self._available)
            seconds = lacking / self._restore_rate if self._restore_rate else 0.0
        if seconds > 0:
            self._context.sleep(min(seconds, self._context.max_wait_seconds))

    def observe(self, operation: str, cost: dict[str, Any]) -> None:
        """Take over what an answer says about its own cost and the bucket."""
        status = cost.get("throttleStatus") or {}
        if not status.get("restoreRate"):
            return
        with self._lock:
            self._costs[operation] = float(cost.get("requestedQueryCost") or 0)
            self._restore_rate = float(status["restoreRate"])
            self._available = float(status.get("currentlyAvailable") or 0)
            self._seen_at = self._context.monotonic()

    def _refill(self) -> None:
        now = self._context.monotonic()
        self._available += (now - self._seen_at) * self._restore_rate
        self._seen_at = now
