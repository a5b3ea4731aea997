"""Durations of a run's steps, computed from its events."""

import time
from collections.abc import Mapping

from trueup.pipeline.events import Event, Listener

# The event that ends a step, last come last counted.
_STEP_OF = {
    "stream_synced": "sync",
    "stream_loaded": "load",
    "model_built": "model",
    "gate_checked": "gates",
    "version_published": "publish",
}


class Stopwatch:
    """A listener that passes events on and notes when each step was last heard of.

    `read_again` says what was not taken as it came, and why.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._last = self.started = time.monotonic()
        self._seconds: dict[str, float] = {}
        self.read_again: list[str] = []

    def __call__(self, event: Event) -> None:
        if step := _STEP_OF.get(event.kind):
            now = time.monotonic()
            self._seconds[step] = self._seconds.get(step, 0.0) + now - self._last
            self._last = now
        if event.kind == "read_again":
            self.read_again.append(f"{event.subject}: {event.fields['why']}")
        self._listener(event)

    def seconds(self) -> Mapping[str, float]:
        """Seconds per step so far."""
        return dict(self._seconds)
