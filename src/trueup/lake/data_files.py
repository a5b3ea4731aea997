"""Part files: records as immutable zstd Parquet, durable before any commit names them."""

import contextlib
import hashlib
import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.core.batch import PartFile
from trueup.core.failpoints import failpoint
from trueup.core.window import Window
from trueup.errors import IntegrityError
from trueup.lake.layout import RECORD_SCHEMA

_T = TypeVar("_T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
ZSTD_LEVEL = 1
ROW_GROUP_ROWS = 122_880  # what DuckDB scans at a time
# Ids of a record's key repeat too little for a dictionary to pay; the rest hardly varies.
_DICTIONARY = [
    name for name in RECORD_SCHEMA.names if name not in ("payload", "record_key", "cursor_value")
]
# Day, day and time of the run, scope, place in the scope's history, number of the part, attempt.
_PART = re.compile(
    r"ingest_date=(\d{4})-(\d\d)-(\d\d)/\1\2\3T\d{6}Z-[A-Za-z0-9_.-]+-\d+-\d+-[0-9a-f]{8}\.parquet"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Values that all records of one page share."""

    batch_id: str
    scope: str
    extracted_at: datetime
    page_index: int
    window: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """Records of one page, column by column; all sequences have the same length.

    `digests` are those of `writer.payload_digests`, where they were needed already.
    """

    payloads: Sequence[bytes]
    record_indexes: Sequence[int]
    digests: Sequence[int] | None = None
    keys: Sequence[str] | None = None
    cursors: Sequence[str | None] | None = None
    problems: Sequence[str] | None = None

    def only(self, rows: Sequence[int]) -> "Records":
        """Records at `rows`, which ascend."""
        if len(rows) == len(self.payloads):
            return self
        return Records(
            payloads=[self.payloads[row] for row in rows],
            record_indexes=[self.record_indexes[row] for row in rows],
            digests=_only(self.digests, rows),
            keys=_only(self.keys, rows),
            cursors=_only(self.cursors, rows),
            problems=_only(self.problems, rows),
        )


def _only(column: Sequence[_T] | None, rows: Sequence[int]) -> Sequence[_T] | None:
    return None if column is None else [column[row] for row in rows]


def to_table(records: Records, lineage: Lineage) -> pa.Table:
    """The records as a table of the lake's schema; those with a problem are quarantined."""
    count = len(records.payloads)
    window = lineage.window
    operation = "upsert" if records.problems is None else "quarantine"
    columns = [
        _strings(records.payloads),
        _texts(records.keys, count),
        _texts(records.cursors, count),
        _constant_text(operation, count),
        _texts(records.problems, count),
        _constant_text(lineage.scope, count),
        _constant_time(window.since if window else None, count),
        _constant_time(window.until if window else None, count),
        _constant_int32(lineage.page_index, count),
        _int32s(records.record_indexes),
        _constant_text(lineage.batch_id, count),
        _constant_time(lineage.extracted_at, count),
    ]
    return pa.Table.from_arrays(columns, schema=RECORD_SCHEMA)


def write_part(
    root: Path, batch_id: str, number: int, tables: Sequence[pa.Table], extracted_at: datetime
) -> PartFile:
    """Write `tables` as one file below `root`; it is on disk, and in its folder, on return.

    Raises IntegrityError when the disk is full or may not be written.
    """
    # Two runs of one second make batches of one name: no attempt may write into another's file.
    attempt = secrets.token_hex(4)
    day = extracted_at.astimezone(UTC).date()
    name = f"ingest_date={day}/{batch_id}-{number}-{attempt}.parquet"
    path = root / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write(path, tables)
        failpoint("C4")
        _sync_folder(path.parent)
        digest, size = _sha256(path), path.stat().st_size
    except OSError as error:
        # Where nothing can be written, nothing can be removed either; no commit names the file.
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        raise IntegrityError(
            f"lake {root}: {error.strerror or error}",
            why="The batch was not committed. Earlier batches are unchanged.",
            hint="Free space or give write access, then run again: it resumes at its last batch.",
            code="TUP-705",
        ) from error
    return PartFile(path=name, rows=sum(t.num_rows for t in tables), bytes=size, sha256=digest)


def is_part_path(path: str) -> bool:
    """True when `path`, below a stream's table, has the name of a part that a run writes."""
    return _PART.fullmatch(path) is not None


def drop_parts(root: Path, parts: Sequence[PartFile]) -> None:
    """Remove files that no commit names, such as those of windows that did not change."""
    for part in parts:
        (root / part.path).unlink(missing_ok=True)


def _write(path: Path, tables: Sequence[pa.Table]) -> None:
    # The path is not final before the commit names it, so no rename is needed.
    with path.open("wb") as file:
        with pq.ParquetWriter(
            file,
            RECORD_SCHEMA,
            compression="zstd",
            compression_level=ZSTD_LEVEL,
            use_dictionary=_DICTIONARY,
            write_statistics=["cursor_value", "window_since", "scope"],
        ) as writer:
            failpoint("C3")
            writer.write_table(pa.concat_tables(tables), row_group_size=ROW_GROUP_ROWS)
        file.flush()
        os.fsync(file.fileno())


def _strings(values: Sequence[bytes]) -> pa.Array:
    return _string_array(b"".join(values), _offsets(values))


def _string_array(data: bytes, offsets: npt.NDArray[np.int32]) -> pa.Array:
    # Arrays are made from buffers: `pa.array` on Python lists costs more, and imports pandas.
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(data))


def _offsets(values: Sequence[bytes] | Sequence[str]) -> npt.NDArray[np.int32]:
    offsets = np.zeros(len(values) + 1, np.int32)
    np.cumsum(np.fromiter(map(len, values), np.int32, len(values)), out=offsets[1:])
    return offsets


def _texts(values: Sequence[str | None] | None, count: int) -> pa.Array:
    if values is None:
        return pa.nulls(count, pa.string())
    present = [value for value in values if value is not None]
    if len(present) < count:
        return pa.array(values, pa.string())
    text = "".join(present)
    if not text.isascii():
        return _strings([value.encode() for value in present])
    return _string_array(text.encode("ascii"), _offsets(present))


def _int32s(values: Sequence[int]) -> pa.Array:
    numbers = np.fromiter(values, np.int32, len(values))
    return pa.Array.from_buffers(pa.int32(), len(values), [None, pa.py_buffer(numbers)])


def _constant_text(value: str, count: int) -> pa.Array:
    text = value.encode()
    offsets = np.arange(0, (count + 1) * len(text), len(text), dtype=np.int32)
    return pa.StringArray.from_buffers(count, pa.py_buffer(offsets), pa.py_buffer(text * count))


def _constant_int32(value: int, count: int) -> pa.Array:
    numbers = np.full(count, value, np.int32)
    return pa.Array.from_buffers(pa.int32(), count, [None, pa.py_buffer(numbers)])


def _constant_time(value: datetime | None, count: int) -> pa.Array:
    kind = pa.timestamp("us", tz="UTC")
    if value is None:
        return pa.nulls(count, kind)
    # From microseconds, since `pa.scalar` of a datetime imports pandas.
    micros = np.full(count, (value - _EPOCH) // timedelta(microseconds=1), np.int64)
    return pa.Array.from_buffers(kind, count, [None, pa.py_buffer(micros)])


def _sync_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
