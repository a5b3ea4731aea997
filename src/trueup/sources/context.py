"""Context of a connector: time, waiting, transport, limits."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import httpx

from trueup.sources.network import Network
from trueup.sources.vendor_clock import VendorClock


def ignore_incomplete_read(why: str) -> None:
    """Log nothing."""
    del why


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """The outside world of a connector.

    A connector is built by `create(settings, context) -> Source`, where `settings` is an instance
    of its pydantic config model; `registry.py` names both.

    `sleep` and `monotonic` belong together: seconds slept pass on the monotonic clock. `now` is
    the run's time. A `transport` that is handed in is never closed here. `max_attempts` and
    `max_wait_seconds` bound one request: how often it is tried, and how long all its waits
    together may be. `answer_seconds` bounds the time in which the body of an answer comes,
    `file_seconds` that of a result file. `jitter` gives numbers in [0, 1). Relative paths in
    settings start at `folder`.
    `network` has the proxies and certificates of the company; a `transport` has its own.
    `vendor_clock` is set by the vendor's first answer.
    `on_incomplete_read` hears, from any thread, why an answer was not taken and is asked for again.
    """

    sleep: Callable[[float], None]
    monotonic: Callable[[], float]
    now: datetime
    transport: httpx.BaseTransport | None = None
    max_attempts: int = 6
    max_wait_seconds: float = 300.0
    connect_timeout_seconds: float = 10.0
    read_timeout_seconds: float = 120.0
    answer_seconds: float = 600.0
    file_seconds: float = 6 * 3600.0
    jitter: Callable[[], float] = random.random
    on_incomplete_read: Callable[[str], None] = ignore_incomplete_read
    folder: Path = Path()
    network: Network = field(default_factory=Network)
    vendor_clock: VendorClock = field(default_factory=VendorClock)
