"""Classification of responses, and the wait before a retry."""

import math
import re
from dataclasses import dataclass, replace
from datetime import datetime

import httpx

from trueup.errors import RestartReadError, TransientError, TrueupError
from trueup.sources.vendor_clock import http_date

BACKOFF_BASE_SECONDS = 1.0
BACKOFF_CAP_SECONDS = 60.0
JITTER_ABOVE_REQUEST_SECONDS = 1.0
MAX_RETRY_AFTER_SECONDS = 86_400.0
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Ok:
    """The request succeeded."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The same request may succeed later.

    `after_seconds` is how long the vendor asks to wait; None leaves it to the backoff. With
    `shared`, every thread of the credential waits that long. `otherwise` is raised when the
    attempts are used up, instead of a TransientError. With `asks_for_less`, a smaller question may
    be answered where this one is not.
    """

    reason: str
    after_seconds: float | None = None
    shared: bool = True
    otherwise: TrueupError | None = None
    asks_for_less: bool = False


class AskForLessError(TransientError, RestartReadError):
    """The vendor cannot answer a question of this size in time."""

    default_code = "TUP-767"


@dataclass(frozen=True, slots=True)
class Fail:
    """Asking again is pointless; `error` is raised, with known secrets taken out of its text."""

    error: TrueupError


Verdict = Ok | Retry | Fail


def backoff_seconds(attempt: int, jitter: float) -> float:
    """The wait after attempt `attempt` (from 1): full jitter under a doubling, capped bound."""
    bound = min(BACKOFF_CAP_SECONDS, BACKOFF_BASE_SECONDS * 2.0 ** min(attempt - 1, 16))
    return bound * jitter


def wait_seconds(verdict: Retry, attempt: int, jitter: float) -> float:
    """Seconds to wait: the vendor's own wait plus a little, else the backoff."""
    if verdict.after_seconds is None:
        return backoff_seconds(attempt, jitter)
    return max(0.0, verdict.after_seconds) + jitter * JITTER_ABOVE_REQUEST_SECONDS


def retry_after_seconds(headers: httpx.Headers, now: datetime) -> float | None:
    """`Retry-After` in seconds from now, at most a day; None when absent or not readable.

    A date is taken against the answer's own `Date`, so that a wrong clock here does not matter.
    Negative values and past dates are 0.
    """
    text = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(text):
        seconds = float(text)
    elif retry_at := http_date(text):
        seconds = (retry_at - (http_date(headers.get("date", "")) or now)).total_seconds()
    else:
        return None
    return bounded_seconds(seconds)


def bounded_seconds(seconds: float) -> float | None:
    """Seconds of a requested wait, from 0 to a day; None if it is no number."""
    if math.isnan(seconds):
        return None
    return min(max(0.0, seconds), MAX_RETRY_AFTER_SECONDS)


def with_retry_after(verdict: Retry, headers: httpx.Headers, now: datetime) -> Retry:
    """`verdict` with the seconds of the answer's `Retry-After`, unless it has its own."""
    own = verdict.after_seconds
    seconds = retry_after_seconds(headers, now) if own is None else bounded_seconds(own)
    return replace(verdict, after_seconds=seconds)
