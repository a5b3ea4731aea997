"""Query costs, and the leaky bucket that pays for them.

Rules (vendor's rate-limit page): a scalar costs nothing, an object 1, a list of objects as one
object, a mutation 10, a connection is "sized by first and last". The size is not published; pages
measured in public on a live shop fit `2 + size * children` with size 11 for 250 (250 flat orders
cost 13; with 250 lines each 156; with lines of 38 objects 431), which is about twice the natural
logarithm. A bucket holds 20 seconds of its restore rate. What a query may cost at most decides
whether it is let in; what it did cost is taken from the bucket.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

OBJECT_COST = 1
CONNECTION_COST = 2
MUTATION_COST = 10
BUCKET_SECONDS = 20
LARGEST_PAGE = 250


def page_size(objects: int) -> int:
    """Cost factor of a page of so many objects: 1 up to 2, 5 for 10, 8 for 50, 11 for 250."""
    return max(1, round(2 * math.log(objects))) if objects > 0 else 0


def connection_cost(objects: int, children: float) -> float:
    """Points of a connection whose every object costs `children` points."""
    return CONNECTION_COST + page_size(objects) * children


@dataclass(slots=True)
class Bucket:
    """Points of one token; `seconds` gives a clock that runs by itself."""

    restore_rate: float
    seconds: Callable[[], float]
    available: float = field(init=False)
    _filled_at: float = field(init=False)
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.available = self.maximum
        self._filled_at = self.seconds()

    @property
    def maximum(self) -> float:
        """The most the bucket holds."""
        return self.restore_rate * BUCKET_SECONDS

    def admits(self, requested: float) -> bool:
        """True when the bucket covers the maximum cost of the query."""
        with self._lock:
            now = self.seconds()
            restored = (now - self._filled_at) * self.restore_rate
            self.available = min(self.maximum, self.available + max(0.0, restored))
            self._filled_at = now
            return self.available >= requested

    def take(self, actual: float) -> None:
        """Pay for what was done."""
        with self._lock:
            self.available = max(0.0, self.available - actual)

    def describe(self, requested: int, actual: int | None) -> dict[str, object]:
        """The `cost` block of an answer."""
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": {
                "maximumAvailable": self.maximum,
                "currentlyAvailable": int(self.available),
                "restoreRate": self.restore_rate,
            },
        }
