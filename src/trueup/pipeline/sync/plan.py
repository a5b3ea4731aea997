"""What to read next: pure decisions from a stream, its state and the time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trueup.core.batch import ScopeState
from trueup.core.page import Account
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One call of `Source.read`; a backfill's does not advance the stream."""

    window: Window
    bookmark: str | None = None
    advances: bool = True


def plan_reads(
    stream: Stream, account: Account, state: ScopeState, now: datetime, start: date
) -> list[Read]:
    """What a sync at `now` reads of one account's stream, oldest first.

    `start` is the first date of the project. An empty plan means that nothing can be new.
    """
    match stream.kind:
        case StreamKind.REPORT:
            zone = ZoneInfo(account.timezone)
            today = now.astimezone(zone).date()
            reached = start if stream.reach is None else max(start, today - stream.reach)
            days = report_days(state, today, reached)
            return [Read(window=window) for window in chunk_days(days, stream, zone)]
        case StreamKind.SNAPSHOT:
            return [Read(window=Window(now, now))]
        case StreamKind.INCREMENTAL | StreamKind.LOG:
            return _plan_incremental(stream, state, now, start)


def plan_backfill(stream: Stream, account: Account, since: date, until: date) -> list[Read]:
    """Named days again, `[since, until)`, whatever the state says."""
    zone = ZoneInfo(account.timezone)
    if stream.kind is StreamKind.REPORT:
        days = [since + timedelta(days=n) for n in range((until - since).days)]
        return [Read(window=window, advances=False) for window in chunk_days(days, stream, zone)]
    return [Read(window=Window.of_days(since, until, zone), advances=False)]


def report_days(state: ScopeState, today: date, start: date) -> list[date]:
    """The days to read: those never read, and those that may have been restated.

    ```
    start          first_day       closed_until        today
      [── missing ──)[── closed ─────)[── open: again ───]
    ```
    `today` is read too, unfinished as it is; it is read again until it is past the lookback.
    """
    if state.first_day is None or state.closed_until is None:
        spans = [(start, today)]
    else:
        open_from = max(state.first_day, state.closed_until)
        spans = [(start, state.first_day - timedelta(days=1)), (open_from, today)]
    return [day for first, last in spans for day in _days(first, last)]


def closed_until(stream: Stream, today: date) -> date:
    """Days before this are past the lookback: once read, they are not read again."""
    return today - timedelta(days=stream.lookback.days)


def chunk_days(days: list[date], stream: Stream, zone: ZoneInfo) -> Iterator[Window]:
    """Consecutive days as windows of at most `stream.days_per_request`."""
    chunk: list[date] = []
    for day in days:
        if chunk and (len(chunk) == stream.days_per_request or day - chunk[-1] > _DAY):
            yield Window.of_days(chunk[0], chunk[-1] + _DAY, zone)
            chunk = []
        chunk.append(day)
    if chunk:
        yield Window.of_days(chunk[0], chunk[-1] + _DAY, zone)


def _plan_incremental(stream: Stream, state: ScopeState, now: datetime, start: date) -> list[Read]:
    """From `overlap` before the cursor up to now, or on from a window that was left open.

    ```
    last  [──────────────┬────)      the cursor stays settle_lag behind what was read:
    this            [────────────┬────)  the source may still show records of that time late
                    └ overlap ┘
    ```
    """
    if state.bookmark and state.reading_since and state.reading_until:
        window = Window(state.reading_since, state.reading_until)
        return [Read(window=window, bookmark=state.bookmark)]
    until = now.replace(microsecond=0)
    since = datetime.combine(start, time(), UTC)
    if state.cursor_until is not None:
        if until <= state.cursor_until:
            return []
        since = state.cursor_until - stream.overlap
    return [Read(window=Window(since, until))] if since < until else []


def settled_until(stream: Stream, window: Window, now: datetime) -> datetime:
    """How far the cursor may advance once `window` is read."""
    return min(window.until, now.replace(microsecond=0) - stream.settle_lag)


_DAY = timedelta(days=1)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
