"""A batch: what one commit of the lake holds, and the header that travels inside the commit."""

from datetime import date, datetime

import msgspec

from trueup.core.page import RequestTrace

HEADER_FORMAT = 1
"""Version of the header's layout; a lake written by a newer one is refused, never guessed at."""


class WindowDigest(msgspec.Struct, frozen=True, kw_only=True):
    """One complete window: how many records, and an order-independent hash of them."""

    since: datetime
    until: datetime
    rows: int
    content_hash: str
    day: date | None = None


class TotalNote(msgspec.Struct, frozen=True, kw_only=True):
    """A control total as the source gave it; `value` is decimal text, empty for one that is no
    amount."""

    since: datetime
    until: datetime
    name: str
    value: str
    day: date | None = None


class Counts(msgspec.Struct, kw_only=True):
    """Records of a batch; received = landed + quarantined + deduplicated + unchanged.

    `strays` and `masked_cards` are not records: personal values that were found outside of declared
    fields, and card numbers that were replaced by `[card]`. Windows are those of reports and
    snapshots; a read without news changes none.
    """

    received: int = 0
    landed: int = 0
    quarantined: int = 0
    deduplicated: int = 0
    unchanged: int = 0
    windows_read: int = 0
    windows_changed: int = 0
    strays: int = 0
    masked_cards: int = 0

    def is_conserved(self) -> bool:
        accounted = self.landed + self.quarantined + self.deduplicated + self.unchanged
        return self.received == accounted

    def add(self, other: "Counts") -> None:
        """Count what `other` counted, too."""
        for name in self.__struct_fields__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class PartFile(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable Parquet file of the batch; `path` is relative to the stream's table."""

    path: str
    rows: int
    bytes: int
    sha256: str


class ScopeState(msgspec.Struct, frozen=True, kw_only=True):
    """State of a scope (an account of a stream) after the batch.

    Incremental: all from `covered_from` up to `cursor_until` is in; with `bookmark` set, the window
    that ends at `reading_until` is still being read. Report: `open_windows` maps a local date to
    the content hash of its newest version, for days that can still change; days from `first_day`
    up to `closed_until` are in the lake for good. Snapshot: `content_hash` of the newest one.
    `recent` are hashes of records that a next read will meet again: those of the overlap, those
    refused.
    """

    covered_from: datetime | None = None
    cursor_until: datetime | None = None
    reading_since: datetime | None = None
    reading_until: datetime | None = None
    bookmark: str | None = None
    content_hash: str | None = None
    open_windows: dict[str, str] = {}
    first_day: date | None = None
    closed_until: date | None = None
    recent: tuple[str, ...] = ()


class BatchHeader(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a batch but its records; stored as JSON in the Delta commit.

    `extracted_at` is the run's time by its own clock. `known_at` is when what the batch says
    counts as known: the same, unless the clock was set back; no batch of a later run has an
    earlier one. A warehouse made anew from the lake so has the history that the first one had.
    `vault_generation` is that of the vault once it held all tokens of the batch: a vault with a
    lower one is an older copy. `trail` has one request for each page; its place there is the page
    index of the records.
    """

    batch_id: str
    source: str
    stream: str
    kind: str
    scope: str
    extracted_at: datetime
    known_at: datetime | None = None
    state: ScopeState
    counts: Counts
    windows: tuple[WindowDigest, ...] = ()
    totals: tuple[TotalNote, ...] = ()
    trail: tuple[RequestTrace, ...] = ()
    files: tuple[PartFile, ...] = ()
    code_version: str = ""
    run_id: str = ""
    account_name: str = ""
    currency: str = ""
    timezone: str = ""
    vault_generation: int = 0
    format: int = HEADER_FORMAT


def encode_header(header: BatchHeader) -> str:
    return msgspec.json.encode(header).decode()


def decode_header(text: str) -> BatchHeader:
    """Raises msgspec.ValidationError when `text` is not a header of a known layout."""
    return msgspec.json.decode(text, type=BatchHeader)
