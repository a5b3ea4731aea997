"""Plan of the next reads: pure decisions from a stream, its state and the time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from trueup.core.account import Account
from trueup.core.batch import ScopeState
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import ConfigError

_DAY = timedelta(days=1)
_EARLIEST_ZONE = timezone(timedelta(hours=14))


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """One call of `Source.read`; only one that `advances` moves what is read next.

    One that `extends` reads what lies before all that is in, since the project starts earlier now.
    """

    window: Window
    bookmark: str | None = None
    advances: bool = True
    extends: bool = False


def plan_reads(
    stream: Stream, account: Account, state: ScopeState, now: datetime, start: date
) -> list[Read]:
    """Windows that a sync at `now` reads of one account's stream.

    `start` is the first date of the project. An empty plan means that nothing can be new. Days
    before all that is in are read from the newest to the oldest, so that whatever stops the reads,
    what is in has no gap; a first read goes that way from today.
    """
    zone = ZoneInfo(account.timezone)
    match stream.kind:
        case StreamKind.REPORT:
            today = now.astimezone(zone).date()
            earlier, days = report_days(stream, state, today, start)
            again = list(chunk_days(days, stream, zone))
            if state.first_day is None:
                again.reverse()
            before = reversed(list(chunk_days(earlier, stream, zone)))
            return [Read(window=window) for window in (*again, *before)]
        case StreamKind.SNAPSHOT:
            return [Read(window=Window(now, now))]
        case StreamKind.INCREMENTAL | StreamKind.LOG:
            # A day earlier, since a day of the reporting zone may begin before the account's.
            first = Window.of_day(start - _DAY, zone).since
            return _plan_incremental(stream, state, now, first)


def check_backfill(since: date, start: date, now: datetime) -> None:
    """Raise ConfigError for days before the project's first day or in the future."""
    if since < start:
        raise ConfigError(
            f"backfill from {since}: the project starts on {start}",
            why="Days between the two would be missing, and sums over them too low.",
            hint=f"Set start_date: {since} in trueup.yml, then: trueup run",
            code="TUP-320",
        )
    if since > now.astimezone(_EARLIEST_ZONE).date():
        raise ConfigError(
            f"backfill from {since}: that day has not begun in any time zone",
            hint="Name days of the past.",
            code="TUP-321",
        )


def plan_backfill(
    stream: Stream, account: Account, since: date, until: date, now: datetime
) -> list[Read]:
    """Reads of the named days `[since, until)` again, without future days."""
    zone = ZoneInfo(account.timezone)
    until = min(until, now.astimezone(zone).date() + _DAY)
    days = _days(since, until - _DAY)
    if stream.kind is StreamKind.REPORT:
        return [Read(window=window, advances=False) for window in chunk_days(days, stream, zone)]
    return [Read(window=Window.of_days(since, until, zone), advances=False)] if days else []


def report_days(
    stream: Stream, state: ScopeState, today: date, start: date
) -> tuple[list[date], list[date]]:
    """Days before all read ones, days never read, and days that may be restated since.

    ```
    start          first_day       closed_until        today
      [── earlier ──)[── closed ─────)[── open: again ───]
    ```
    `today` is read too, unfinished as it is; it is read again until it is past the lookback, also
    when that has become longer. Days that the source no longer answers for are left out.
    """
    reached = max(start, answered_from(stream, today) or start)
    if state.first_day is None or state.closed_until is None:
        return [], _days(reached, today)
    open_from = min(state.closed_until, closed_until(stream, today))
    open_from = max(state.first_day, open_from, reached)
    return _days(reached, state.first_day - _DAY), _days(open_from, today)


def answered_from(stream: Stream, today: date) -> date | None:
    """The first day that the source still answers for; None without limit."""
    return today - stream.reach if stream.reach is not None else None


def closed_until(stream: Stream, today: date) -> date:
    """First day of the lookback: earlier days, once read, are not read again."""
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


def _plan_incremental(
    stream: Stream, state: ScopeState, now: datetime, first: datetime
) -> list[Read]:
    """From `overlap` before the cursor up to now, or on from a window that was left open.

    ```
    last  [──────────────┬────)      the cursor stays settle_lag behind what was read:
    this            [────────────┬────)  the source may still show records of that time late
                    └ overlap ┘
    ```
    """
    earlier = []
    if state.covered_from and first < state.covered_from:
        earlier = [Read(window=Window(first, state.covered_from), advances=False, extends=True)]
    if state.bookmark and state.reading_since and state.reading_until:
        window = Window(state.reading_since, state.reading_until)
        return [Read(window=window, bookmark=state.bookmark), *earlier]
    until = now.replace(microsecond=0)
    since = first
    if state.cursor_until is not None:
        if until <= state.cursor_until:
            return earlier
        since = state.cursor_until - stream.overlap
    return [Read(window=Window(since, until)), *earlier] if since < until else earlier


def settled_until(stream: Stream, window: Window, now: datetime) -> datetime:
    """Position of the cursor once `window` is read."""
    return min(window.until, now.replace(microsecond=0) - stream.settle_lag)


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
