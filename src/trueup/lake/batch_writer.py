"""Writer of one batch: buffers records per window, writes large ones early, keeps changes."""

import hashlib
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from xxhash import xxh3_128_intdigest

from trueup.core.batch import PartFile
from trueup.core.window import Window
from trueup.lake.data_files import Lineage, Records, drop_parts, to_table, write_part

SPILL_BYTES = 96_000_000
"""Buffered bytes above which a batch is written to disk before its end."""

DIGEST_CHARACTERS = 16
"""Length of `payload_digest`."""


@dataclass(slots=True)
class _WindowBuffer:
    rows: int = 0
    digest_sum: int = 0
    tables: list[pa.Table] = field(default_factory=list)
    parts: list[Future[PartFile]] = field(default_factory=list)

    def content_hash(self) -> str:
        return f"{self.rows:x}-{self.digest_sum % (1 << 128):032x}"


class BatchWriter:
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
        self._writer: ThreadPoolExecutor | None = None

    def open_window(self, window: Window | None) -> None:
        """Name a window that is being read, so that it counts even with no record."""
        self._windows.setdefault(window, _WindowBuffer())

    def add(self, records: Records, lineage: Lineage) -> None:
        """Take the records of one page that belong to `lineage.window`."""
        buffer = self._windows.setdefault(lineage.window, _WindowBuffer())
        table = to_table(records, lineage)
        buffer.tables.append(table)
        buffer.rows += table.num_rows
        buffer.digest_sum += sum(records.digests or payload_digests(records.payloads))
        self._buffered_bytes += table.nbytes
        if self._buffered_bytes > SPILL_BYTES:
            self._spill(lineage)

    def rows(self, window: Window | None) -> int:
        return self._windows[window].rows

    def content_hash(self, window: Window | None) -> str:
        return self._windows[window].content_hash()

    def drop(self, window: Window | None) -> None:
        """Drop a window that did not change."""
        written = [part for part in self._windows.pop(window).parts if part.exception() is None]
        drop_parts(self._root, [part.result() for part in written])

    def write(self, lineage: Lineage) -> tuple[PartFile, ...]:
        """Make all remaining records durable; returns all part files of the batch.

        Raises IntegrityError when the disk is full or may not be written.
        """
        spilled = [part.result() for buffer in self._windows.values() for part in buffer.parts]
        self._end_writer()
        tables = [table for buffer in self._windows.values() for table in buffer.tables]
        if any(table.num_rows for table in tables):
            spilled.append(self._write_part(self._next_number(), tables, lineage))
        return tuple(spilled)

    def discard(self) -> None:
        """Remove the files of a batch that will not be committed."""
        for window in list(self._windows):
            self.drop(window)
        self._end_writer()

    def _spill(self, lineage: Lineage) -> None:
        """Hand the buffer to the writer, once it has finished the one before."""
        for part in [part for buffer in self._windows.values() for part in buffer.parts]:
            part.result()
        if self._writer is None:
            self._writer = ThreadPoolExecutor(1, "part-writer")
        for buffer in self._windows.values():
            if buffer.tables:
                number, tables = self._next_number(), buffer.tables
                part = self._writer.submit(self._write_part, number, tables, lineage)
                buffer.parts.append(part)
                buffer.tables = []
        self._buffered_bytes = 0

    def _write_part(self, number: int, tables: Sequence[pa.Table], lineage: Lineage) -> PartFile:
        return write_part(self._root, self._batch_id, number, tables, lineage.extracted_at)

    def _next_number(self) -> int:
        self._part_number += 1
        return self._part_number - 1

    def _end_writer(self) -> None:
        if self._writer is not None:
            self._writer.shutdown()
            self._writer = None


def payload_digests(payloads: Iterable[bytes]) -> list[int]:
    """A 128-bit hash (XXH3) of each payload; sums are equal for equal multisets, in any order."""
    return list(map(xxh3_128_intdigest, payloads))


def payload_digest(payload: bytes) -> str:
    """Short hash that identifies a record that is read again."""
    return hashlib.blake2b(payload, digest_size=DIGEST_CHARACTERS // 2).hexdigest()
