"""One account's stream being read: what all its batches share, and what was counted."""

import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from trueup import __version__
from trueup.core.account import Account
from trueup.core.batch import BatchHeader, Counts, ScopeState
from trueup.core.failpoints import failpoint
from trueup.core.ids import safe_slug
from trueup.core.page import Page
from trueup.core.source import Source
from trueup.core.stream import Stream
from trueup.core.window import Window
from trueup.errors import RestartReadError, TransientError
from trueup.ingest.validated_records import QuarantinedRecord
from trueup.ingest.validator import RecordValidator
from trueup.lake.data_files import Lineage, Records
from trueup.lake.table import Commit, StreamTable
from trueup.pipeline.sync.plan import Read, trusted
from trueup.pipeline.sync.prefetch import prefetched
from trueup.pipeline.sync.unread import UnreadKeys
from trueup.sources.context import ignore_incomplete_read

RECENT_RECORDS = 2_000
"""So many records that will be met again are remembered, so that they add nothing then."""

READ_ATTEMPTS = 3
"""How often a read is begun that does not prove complete."""


def ignore_records(count: int) -> None:
    """Tell nobody."""
    del count


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """One account's stream, with everything its batches need.

    `tally` sums up what was committed, and reads without news; not what was dropped.
    `on_records` hears how many records a page has, `on_restart` why a read is begun again.
    `vendor_time` is the vendor's own clock early in the run, if it tells one. `unread` takes the
    keys of a stream that lists another one.
    """

    source: Source
    source_name: str
    stream: Stream
    account: Account
    table: StreamTable
    validator: RecordValidator
    now: datetime
    run_id: str
    known_at: datetime | None = None
    vendor_time: datetime | None = None
    unread: UnreadKeys | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    on_restart: Callable[[str], None] = ignore_incomplete_read
    on_records: Callable[[int], None] = ignore_records
    tally: Counts = field(default_factory=Counts)

    @property
    def scope(self) -> str:
        return self.account.account_id

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.account.timezone)

    @property
    def seen_until(self) -> datetime:
        """No record that is younger than this may count as read."""
        return min(self.now, self.vendor_time or self.now)

    def state(self, position: Commit | None) -> ScopeState:
        """State of the scope after `position`; a cursor ahead of the vendor's clock is left out."""
        return trusted(position.header.state if position else ScopeState(), self.vendor_time)

    def last(self) -> Commit | None:
        """The newest batch of this account's stream."""
        return self.table.last_commit(self.scope)

    def pages(self, read: Read) -> Generator[Page, None, None]:
        """The pages of a read, one ahead; close it, so that its source is not asked for more."""
        failpoint("C1")
        asked = self.source.read(self.stream, self.account, read.window, bookmark=read.bookmark)
        with closing(prefetched(asked)) as pages:
            for page in pages:
                failpoint("C2")
                if self.stop.is_set():
                    where = f"{self.source_name}.{self.stream.name}"
                    raise TransientError(f"{where}: the run was stopped", code="TUP-757")
                self.on_records(len(page.records))
                yield page

    def lineage(self, batch_id: str, page_index: int, window: Window | None) -> Lineage:
        return Lineage(
            batch_id=batch_id,
            scope=self.scope,
            extracted_at=self.now,
            page_index=page_index,
            window=window,
        )

    def batch_id(self, position: Commit | None) -> str:
        """Unique by place in the scope's history: a batch that was lost is made again under it."""
        number = position.version + 1 if position else 0
        stamp = self.now.strftime("%Y%m%dT%H%M%S")
        return f"{stamp}Z-{safe_slug(self.scope)}-{number}"

    def header(self, batch_id: str, state: ScopeState, counts: Counts) -> BatchHeader:
        """The header of a batch that is read, but for its files, windows, totals and trail."""
        return BatchHeader(
            batch_id=batch_id,
            source=self.source_name,
            stream=self.stream.name,
            kind=self.stream.kind.value,
            scope=self.scope,
            extracted_at=self.now,
            known_at=self.known_at or self.now,
            state=state,
            counts=counts,
            code_version=__version__,
            run_id=self.run_id,
            account_name=self.account.name,
            currency=self.account.currency or "",
            timezone=self.account.timezone,
            vault_generation=self.validator.vault_generation,
        )


def until_complete(read_once: Callable[[Reader, Read], None], reader: Reader, read: Read) -> None:
    """Read; begin again while the source says that what it handed over must be discarded.

    `read_once` commits nothing of a read that raises RestartReadError.
    """
    for _ in range(READ_ATTEMPTS - 1):
        try:
            return read_once(reader, read)
        except RestartReadError as error:
            reader.on_restart(error.message)
            read = replace(read, bookmark=None)
    return read_once(reader, read)


class QuarantinedRecords:
    """Records quarantined during a read; those refused before are only counted."""

    def __init__(self, validator: RecordValidator, known: Iterable[str]) -> None:
        self._validator = validator
        self._known = dict.fromkeys(known)
        self.digests: list[str] = []

    def new_ones(
        self, page: Page, refused: list[QuarantinedRecord], counts: Counts
    ) -> Records | None:
        """The refused records of `page` that no earlier batch holds, as quarantine rows."""
        fresh: list[QuarantinedRecord] = []
        for record in refused:
            digest = self._validator.digest(page.records[record.record_index], record.reason)
            self.digests.append(digest)
            if digest in self._known:
                counts.unchanged += 1
            else:
                fresh.append(record)
        counts.quarantined += len(fresh)
        if not fresh:
            return None
        return Records(
            payloads=[record.payload_text.encode() for record in fresh],
            record_indexes=[record.record_index for record in fresh],
            problems=[record.reason for record in fresh],
        )

    def remembered(self) -> tuple[str, ...]:
        """The newest of all; a read of other days meets none of those that were known before."""
        met = dict.fromkeys(self.digests)
        older = [digest for digest in self._known if digest not in met]
        return tuple([*older, *met][-RECENT_RECORDS:])
