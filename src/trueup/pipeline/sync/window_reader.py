"""Reports and snapshots: whole windows, committed only when their content differs."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from trueup.core.batch import Counts, ScopeState, TotalNote, WindowDigest
from trueup.core.failpoints import failpoint
from trueup.core.page import ControlTotal, Page
from trueup.core.stream import StreamKind
from trueup.core.window import Window
from trueup.ingest.validated_records import QuarantinedRecord, ValidatedRecords
from trueup.lake.batch_writer import BatchWriter, payload_digests
from trueup.lake.data_files import Records
from trueup.lake.table import Commit
from trueup.pipeline.sync.deduplication import KeysSeen
from trueup.pipeline.sync.plan import Read, answered_from, closed_until
from trueup.pipeline.sync.reader import QuarantinedRecords, Reader, until_complete
from trueup.pipeline.sync.request_log import RequestLog

MAX_TOTAL = Decimal("1e29")
"""Beyond what a warehouse keeps of a total: 29 digits before the point, 9 behind it."""

DATE_CHARACTERS = 10
_UNSETTLED = "?"


@dataclass(slots=True, kw_only=True)
class _WindowRead:
    """A read of one or several windows, up to its commit."""

    reader: Reader
    read: Read
    position: Commit | None
    state: ScopeState
    batch_id: str
    windows: dict[str, Window]
    writer: BatchWriter
    refused: QuarantinedRecords
    request_log: RequestLog = field(default_factory=RequestLog)
    counts: Counts = field(default_factory=Counts)
    seen: KeysSeen = field(default_factory=KeysSeen)


def read_windows(reader: Reader, read: Read) -> None:
    """Read the windows of `read`; commit one batch with those that differ from before."""
    until_complete(_read_once, reader, read)


def _read_once(reader: Reader, read: Read) -> None:
    position = reader.last()
    state = position.header.state if position else ScopeState()
    batch_id = reader.batch_id(position)
    work = _WindowRead(
        reader=reader,
        read=read,
        position=position,
        state=state,
        batch_id=batch_id,
        windows=_windows_by_day(reader, read.window),
        writer=BatchWriter(reader.table.path, batch_id),
        refused=QuarantinedRecords(reader.validator, state.recent),
    )
    try:
        for window in work.windows.values():
            work.writer.open_window(window)
        with closing(reader.pages(read)) as pages:
            for page in pages:
                _take(work, page)
        changed = _drop_unchanged(work)
        if changed or work.counts.quarantined or _grows(work):
            _commit(work, changed)
        else:
            work.writer.discard()
    except BaseException:
        work.writer.discard()
        raise
    reader.tally.add(work.counts)


def _windows_by_day(reader: Reader, window: Window) -> dict[str, Window]:
    if reader.stream.kind is StreamKind.SNAPSHOT:
        return {"": window}
    return {day.isoformat(): Window.of_day(day, reader.zone) for day in window.days(reader.zone)}


def _take(work: _WindowRead, page: Page) -> None:
    page_index = work.request_log.note(page)
    validated = work.reader.validator.validate(page.records)
    work.counts.received += len(page.records)
    work.counts.strays += validated.strays
    work.counts.masked_cards += validated.masked_cards
    refused = list(validated.refused)
    if work.reader.unread is not None:
        days = [local_day(day, work.reader.zone) for day in validated.days]
        work.reader.unread.note(validated.keys, days)
    records = Records(
        payloads=validated.payloads,
        record_indexes=validated.indexes,
        keys=validated.keys,
        digests=payload_digests(validated.payloads),
    )
    for day, rows in _rows_by_day(validated, work.reader):
        window = work.windows.get(day)
        of_day = records.only(rows)
        if window is None:
            refused.extend(_refusals(of_day, "outside_window"))
        elif (kept := _without_repeats(work, of_day, refused)).payloads:
            work.writer.add(kept, work.reader.lineage(work.batch_id, page_index, window))
            work.counts.landed += len(kept.payloads)
    if aside := work.refused.new_ones(page, refused, work.counts):
        work.writer.add(aside, work.reader.lineage(work.batch_id, page_index, None))


def _rows_by_day(
    validated: ValidatedRecords, reader: Reader
) -> Iterable[tuple[str, Sequence[int]]]:
    days, every = validated.days, range(len(validated.payloads))
    if reader.stream.kind is StreamKind.SNAPSHOT:
        return [("", every)]
    if not days or days.count(days[0]) == len(days):  # the usual case: a page of one day
        return [(local_day(days[0], reader.zone), every)] if days else []
    rows: dict[str, list[int]] = {}
    for row, day in enumerate(days):
        rows.setdefault(local_day(day, reader.zone), []).append(row)
    return rows.items()


def local_day(text: str, zone: ZoneInfo) -> str:
    """A date as it is; the date on which an instant falls; anything else unchanged, as no date."""
    if len(text) <= DATE_CHARACTERS:
        return text
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.astimezone(zone).date().isoformat() if moment.tzinfo else text


def _without_repeats(
    work: _WindowRead, records: Records, refused: list[QuarantinedRecord]
) -> Records:
    """Those whose key was not met before; a repeat with other content is quarantined."""
    rows = work.seen.sort(records.keys or (), records.digests or ())
    work.counts.deduplicated += len(rows.repeated)
    if rows.conflicting:
        refused.extend(_refusals(records.only(rows.conflicting), "conflicting_key"))
    return records.only(rows.new)


def _refusals(records: Records, reason: str) -> list[QuarantinedRecord]:
    return [
        QuarantinedRecord(record_index=index, reason=reason, payload_text=payload.decode())
        for index, payload in zip(records.record_indexes, records.payloads, strict=True)
    ]


def _drop_unchanged(work: _WindowRead) -> dict[str, WindowDigest]:
    """Forget windows that are as they were; returns the others by day."""
    changed = {}
    counts = work.counts
    for day, window in work.windows.items():
        rows, content_hash = work.writer.rows(window), work.writer.content_hash(window)
        known = work.state.open_windows.get(day) if day else work.state.content_hash
        counts.windows_read += 1
        if known == content_hash + _mark(work, window):
            work.writer.drop(window)
            counts.landed -= rows
            counts.unchanged += rows
            continue
        counts.windows_changed += 1
        changed[day] = WindowDigest(
            since=window.since,
            until=window.until,
            rows=rows,
            content_hash=content_hash,
            day=date.fromisoformat(day) if day else None,
        )
    return changed


def _mark(work: _WindowRead, window: Window) -> str:
    """Mark of a window that was read before it ended, since the same content may be final later."""
    lag = work.reader.stream.settle_lag
    return _UNSETTLED if lag and work.reader.now < window.until + lag else ""


def _commit(work: _WindowRead, changed: dict[str, WindowDigest]) -> None:
    reader = work.reader
    totals = _totals(reader, work.read.window, changed)
    files = work.writer.write(reader.lineage(work.batch_id, 0, None))
    failpoint("C5")
    header = msgspec.structs.replace(
        reader.header(work.batch_id, _next_state(work, changed), work.counts),
        windows=tuple(changed.values()),
        totals=totals,
        trail=tuple(work.request_log.requests),
        files=files,
    )
    reader.table.append(header, work.position)


def _totals(
    reader: Reader, window: Window, changed: dict[str, WindowDigest]
) -> tuple[TotalNote, ...]:
    if not (changed and reader.stream.totals):
        return ()
    found = reader.source.totals(reader.stream, reader.account, window)
    notes = [total_note(reader, total) for total in found]
    return tuple(note for note in notes if note.day and note.day.isoformat() in changed)


def total_note(reader: Reader, total: ControlTotal) -> TotalNote:
    """A control total as a batch keeps it; its day is the account's.

    One that is no amount is kept without a value: nothing can be compared with it.
    """
    is_amount = total.value.is_finite() and abs(total.value) < MAX_TOTAL
    return TotalNote(
        since=total.window.since,
        until=total.window.until,
        name=total.name,
        value=format(total.value, "f") if is_amount else "",
        day=total.window.since.astimezone(reader.zone).date(),
    )


def _next_state(work: _WindowRead, changed: dict[str, WindowDigest]) -> ScopeState:
    recent = work.refused.remembered()
    if work.reader.stream.kind is StreamKind.SNAPSHOT:
        content_hash = changed[""].content_hash if changed else work.state.content_hash
        return msgspec.structs.replace(work.state, content_hash=content_hash, recent=recent)
    first_day, closed = _coverage(work)
    hashes = work.state.open_windows | {
        day: d.content_hash + _mark(work, work.windows[day]) for day, d in changed.items()
    }
    open_from = closed_until(work.reader.stream, _today(work.reader)).isoformat()
    return msgspec.structs.replace(
        work.state,
        open_windows={day: value for day, value in sorted(hashes.items()) if day >= open_from},
        first_day=first_day,
        closed_until=closed,
        recent=recent,
    )


def _coverage(work: _WindowRead) -> tuple[date | None, date | None]:
    """The days that are in the lake without a gap, after this read."""
    days = [date.fromisoformat(day) for day in work.windows]
    first, end = days[0], date.fromordinal(days[-1].toordinal() + 1)
    state = work.state
    if state.first_day is None or state.closed_until is None:
        if not work.read.advances:
            return None, None
        # Before `first` while no day of it is past its lookback.
        return first, min(end, closed_until(work.reader.stream, _today(work.reader)))
    known_first, closed = state.first_day, state.closed_until
    if first < known_first <= end:
        known_first = first
    # Days that the source no longer answers for can never be read: what follows them goes on.
    reached = answered_from(work.reader.stream, _today(work.reader)) or date.min
    if work.read.advances and first <= max(closed, _last_read(state), reached):
        limit = closed_until(work.reader.stream, _today(work.reader))
        closed = max(closed, min(end, limit))
    return known_first, closed


def _last_read(state: ScopeState) -> date:
    """The day after the newest open window: up to it, nothing is missing."""
    newest = max(state.open_windows, default=None)
    return date.fromordinal(date.fromisoformat(newest).toordinal() + 1) if newest else date.min


def _grows(work: _WindowRead) -> bool:
    """True when unchanged windows still move the coverage on, as empty first days do."""
    if work.reader.stream.kind is StreamKind.SNAPSHOT:
        return False
    first, closed = _coverage(work)
    return (first, closed) != (work.state.first_day, work.state.closed_until)


def _today(reader: Reader) -> date:
    return reader.now.astimezone(reader.zone).date()
