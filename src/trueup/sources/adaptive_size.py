"""Sizes of questions: halved where a vendor cannot answer, doubled again after good answers."""

import threading

GROW_AFTER = 16
"""After so many good answers of one size in a row, twice as much is asked for."""


class AdaptiveSize:
    """Size of a request: rows of a page or days of a report. Thread-safe."""

    def __init__(self, largest: int) -> None:
        self._largest = largest
        self._size = largest
        self._good = 0
        self._lock = threading.Lock()

    @property
    def now(self) -> int:
        return self._size

    def shrink(self, refused: int) -> bool:
        """Ask for half of `refused` from now on; False when that is nothing."""
        with self._lock:
            if refused <= 1:
                return False
            # Another thread may have been refused the same size before.
            self._size, self._good = min(self._size, refused // 2), 0
            return True

    def worked(self, size: int) -> None:
        """Note a good answer to `size`; one to less than is asked for now says nothing."""
        with self._lock:
            if size < self._size:
                return
            self._good += 1
            if self._good >= GROW_AFTER:
                self._size, self._good = min(self._largest, self._size * 2), 0


class AdaptiveSizes:
    """One size per kind of question, made at its first use."""

    def __init__(self) -> None:
        self._sizes: dict[str, AdaptiveSize] = {}
        self._lock = threading.Lock()

    def of(self, name: str, largest: int) -> AdaptiveSize:
        with self._lock:
            return self._sizes.setdefault(name, AdaptiveSize(largest))
