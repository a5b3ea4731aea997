"""Incremental streams: pages appended in order, resumed at the last committed bookmark."""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from trueup.core.batch import Counts, ScopeState, TotalNote
from trueup.core.failpoints import failpoint
from trueup.core.page import Page
from trueup.core.window import Window
from trueup.errors import RestartReadError
from trueup.ingest.validated_records import ValidatedRecords
from trueup.lake.batch_writer import DIGEST_CHARACTERS, BatchWriter, payload_digest
from trueup.lake.data_files import Records
from trueup.lake.table import Commit
from trueup.pipeline.sync.plan import Read, settled_until
from trueup.pipeline.sync.reader import (
    RECENT_RECORDS,
    QuarantinedRecords,
    Reader,
    until_complete,
)
from trueup.pipeline.sync.request_log import RequestLog
from trueup.pipeline.sync.window_reader import total_note

BATCH_RECORDS = 5_000
"""A batch ends at the first complete page beyond this many records."""


class _Recent:
    """The newest version of each record that a later read will meet again.

    A version that comes back after another one is news, so only the newest of a key is known.
    Kept as hash of key and hash of payload in one text; of refused records one hash alone.
    """

    def __init__(self, kept: tuple[str, ...]) -> None:
        self._versions = {text[:DIGEST_CHARACTERS]: text[DIGEST_CHARACTERS:] for text in kept}
        self._cursors: dict[str, datetime | None] = {}

    def is_known(self, key: str, payload: bytes, cursor: datetime | None) -> bool:
        """True if `payload` is the newest version of `key`; later calls compare with it."""
        name, version = payload_digest(key.encode()), payload_digest(payload)
        known = self._versions.pop(name, None) == version
        self._versions[name], self._cursors[name] = version, cursor
        return known

    def refused(self) -> frozenset[str]:
        return frozenset(name for name, version in self._versions.items() if not version)

    def note_refused(self, digests: Iterable[str]) -> None:
        self._versions.update(dict.fromkeys(digests, ""))

    def kept(self, since: datetime | None = None) -> tuple[str, ...]:
        """The newest entries; with `since`, without those whose cursor is known to be older."""
        texts = [
            name + version
            for name, version in self._versions.items()
            if since is None or (cursor := self._cursors.get(name)) is None or cursor >= since
        ]
        return tuple(texts[-RECENT_RECORDS:])


@dataclass(slots=True, kw_only=True)
class _PageRead:
    """A read in progress; `position` moves with every batch that it commits."""

    reader: Reader
    read: Read
    position: Commit | None
    state: ScopeState
    recent: _Recent
    batch_id: str = ""
    writer: BatchWriter | None = None
    request_log: RequestLog = field(default_factory=RequestLog)
    counts: Counts = field(default_factory=Counts)


def read_pages(reader: Reader, read: Read) -> None:
    """Read a cursor window page by page; commits as it goes and once more at its end."""
    until_complete(_read_once, reader, read)


def _read_once(reader: Reader, read: Read) -> None:
    position = reader.last()
    state = reader.state(position)
    # QuarantinedRecord records and overlap records share one memory: both are met again.
    work = _PageRead(
        reader=reader,
        read=read,
        position=position,
        state=state,
        recent=_Recent(state.recent),
    )
    try:
        _begin(work)
        with closing(reader.pages(read)) as pages:
            for page in pages:
                _take(work, page)
                if page.bookmark is not None and read.advances and _is_full(work):
                    _commit(work, _state_within(work, page.bookmark), ())
                    _begin(work)
        _finish(work)
    except BaseException as error:
        if work.writer:
            work.writer.discard()
        if isinstance(error, RestartReadError):
            _forget_bookmark(work)
        raise


def _forget_bookmark(work: _PageRead) -> None:
    """Let the next read begin at the window's start: what came before the bookmark has a hole."""
    if work.state.bookmark is None:
        return
    _begin(work)
    state = msgspec.structs.replace(
        work.state, reading_since=None, reading_until=None, bookmark=None
    )
    _commit(work, state, ())


def _begin(work: _PageRead) -> None:
    work.batch_id = work.reader.batch_id(work.position)
    work.writer = BatchWriter(work.reader.table.path, work.batch_id)
    work.request_log, work.counts = RequestLog(), Counts()


def _take(work: _PageRead, page: Page) -> None:
    assert work.writer is not None
    reader, index = work.reader, work.request_log.note(page)
    validated = reader.validator.validate(page.records)
    work.counts.received += len(page.records)
    work.counts.strays += validated.strays
    work.counts.masked_cards += validated.masked_cards
    records = Records(
        payloads=validated.payloads,
        record_indexes=validated.indexes,
        keys=validated.keys,
        cursors=validated.cursors,
    )
    if rows := _new_rows(work, validated):
        lineage = reader.lineage(work.batch_id, index, work.read.window)
        work.writer.add(records.only(rows), lineage)
        work.counts.landed += len(rows)
    refused = QuarantinedRecords(reader.validator, work.recent.refused())
    if records_aside := refused.new_ones(page, validated.refused, work.counts):
        work.writer.add(records_aside, reader.lineage(work.batch_id, index, None))
    work.recent.note_refused(refused.digests)


def _new_rows(work: _PageRead, validated: ValidatedRecords) -> list[int]:
    """Rows that neither an earlier read of the overlap nor this read has landed already."""
    rows = []
    for row, payload in enumerate(validated.payloads):
        cursor = parse_cursor(validated.cursors[row])
        if work.recent.is_known(validated.keys[row], payload, cursor):
            work.counts.deduplicated += 1
        else:
            rows.append(row)
    return rows


def parse_cursor(value: str | None) -> datetime | None:
    """A cursor as a time; None for cursors that are not ISO 8601 times."""
    try:
        moment = datetime.fromisoformat(value or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _is_full(work: _PageRead) -> bool:
    return work.counts.landed >= BATCH_RECORDS


def _finish(work: _PageRead) -> None:
    """Commit the rest and the end of the window; a window with no news adds nothing."""
    has_news = work.counts.landed or work.counts.quarantined
    is_first = work.state.cursor_until is None or work.read.extends
    if has_news or is_first or work.state.bookmark is not None:
        state = _state_after(work) if work.read.advances else _state_extended(work)
        _commit(work, state, _totals(work.reader, work.read.window))
    else:
        work.reader.tally.add(work.counts)


def _state_within(work: _PageRead, bookmark: str) -> ScopeState:
    return msgspec.structs.replace(
        work.state,
        reading_since=work.read.window.since,
        reading_until=work.read.window.until,
        bookmark=bookmark,
        recent=work.recent.kept(),
    )


def _state_extended(work: _PageRead) -> ScopeState:
    """After a read that is not the next one: the state as it was, or reaching further back."""
    if not work.read.extends:
        return work.state
    return msgspec.structs.replace(work.state, covered_from=work.read.window.since)


def _state_after(work: _PageRead) -> ScopeState:
    reader, before = work.reader, work.state.cursor_until
    settled = settled_until(reader.stream, work.read.window, reader.seen_until)
    cursor_until = max(settled, before or settled)
    again_from = cursor_until - reader.stream.overlap
    return msgspec.structs.replace(
        work.state,
        covered_from=work.state.covered_from or work.read.window.since,
        cursor_until=cursor_until,
        reading_since=None,
        reading_until=None,
        bookmark=None,
        recent=work.recent.kept(again_from),
    )


def _commit(work: _PageRead, state: ScopeState, totals: tuple[TotalNote, ...]) -> None:
    assert work.writer is not None
    reader = work.reader
    files = work.writer.write(reader.lineage(work.batch_id, 0, None))
    failpoint("C5")
    header = msgspec.structs.replace(
        reader.header(work.batch_id, state, work.counts),
        totals=totals,
        trail=tuple(work.request_log.requests),
        files=files,
    )
    work.position = reader.table.append(header, work.position)
    reader.tally.add(work.counts)
    work.state, work.writer = state, None


def _totals(reader: Reader, window: Window) -> tuple[TotalNote, ...]:
    """The source's sums of the finished local days that the window touches."""
    if not reader.stream.totals:
        return ()
    first = window.since.astimezone(reader.zone).date()
    end = window.until.astimezone(reader.zone).date()
    if first >= end:
        first = end - timedelta(days=1)
    days = Window.of_days(first, end, reader.zone)
    return tuple(
        total_note(reader, total)
        for total in reader.source.totals(reader.stream, reader.account, days)
    )
