"""Collects one batch: buffers records per window, spills what is large, keeps what changed."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from xxhash import xxh3_128_intdigest

from trueup.core.batch import PartFile
from trueup.core.window import Window
from trueup.lake.parts import Lineage, Records, drop_parts, to_table, write_part

SPILL_BYTES = 192_000_000
"""Beyond this many buffered bytes a batch goes to disk before its end."""

DIGEST_CHARACTERS = 16
"""Length of `payload_digest`."""


@dataclass(slots=True)
class _WindowBuffer:
    rows: int = 0
    digest_sum: int = 0
    tables: list[pa.Table] = field(default_factory=list)
    parts: list[PartFile] = field(default_factory=list)

    def content_hash(self) -> str:
        return f"{self.rows:x}-{self.digest_sum % (1 << 128):032x}"


class BatchCollector:
    """Takes records page by page and writes the part files of one batch.

    The content hash of a window is the sum of its payloads' hashes, so it does not depend on the
    order in which a source lists its records.
    """

    def __init__(self, root: Path, batch_id: str) -> None:
        self._root = root
        self._batch_id = batch_id
        self._windows: dict[Window | None, _WindowBuffer] = {}
        self._buffered_bytes = 0
        self._part_number = 0

    def open_window(self, window: Window | None) -> None:
        """Name a window that is being read, so that it counts even with no record."""
        self._windows.setdefault(window, _WindowBuffer())

    def add(self, records: Records, lineage: Lineage) -> None:
        """Take the records of one page that belong to `lineage.window`."""
        buffer = self._windows.setdefault(lineage.window, _WindowBuffer())
        table = to_table(records, lineage)
        buffer.tables.append(table)
        buffer.rows += table.num_rows
        buffer.digest_sum += payload_digest_sum(records.payloads)
        self._buffered_bytes += table.nbytes
        if self._buffered_bytes > SPILL_BYTES:
            self._spill(lineage)

    def rows(self, window: Window | None) -> int:
        return self._windows[window].rows

    def content_hash(self, window: Window | None) -> str:
        return self._windows[window].content_hash()

    def drop(self, window: Window | None) -> None:
        """Forget a window that did not change."""
        drop_parts(self._root, self._windows.pop(window).parts)

    def write(self, lineage: Lineage) -> tuple[PartFile, ...]:
        """Make everything that is left durable; returns all part files of the batch."""
        tables = [table for buffer in self._windows.values() for table in buffer.tables]
        spilled = [part for buffer in self._windows.values() for part in buffer.parts]
        if any(table.num_rows for table in tables):
            spilled.append(self._write_part(tables, lineage))
        return tuple(spilled)

    def discard(self) -> None:
        """Remove what was spilled by a batch that will not be committed."""
        for window in list(self._windows):
            self.drop(window)

    def _spill(self, lineage: Lineage) -> None:
        for buffer in self._windows.values():
            if buffer.tables:
                buffer.parts.append(self._write_part(buffer.tables, lineage))
                buffer.tables = []
        self._buffered_bytes = 0

    def _write_part(self, tables: Sequence[pa.Table], lineage: Lineage) -> PartFile:
        part = write_part(
            self._root, self._batch_id, self._part_number, tables, lineage.extracted_at
        )
        self._part_number += 1
        return part


def payload_digest_sum(payloads: Iterable[bytes]) -> int:
    """The sum of 128-bit hashes (XXH3) of the payloads: equal for equal multisets, in any order."""
    return sum(map(xxh3_128_intdigest, payloads))


def payload_digest(payload: bytes) -> str:
    """A short hash by which a record read again is recognised."""
    return hashlib.blake2b(payload, digest_size=DIGEST_CHARACTERS // 2).hexdigest()
