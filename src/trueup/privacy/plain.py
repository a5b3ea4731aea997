"""Reads large plain pages by columns, in threads that run beside Python's.

A plain page has sound records of one form, each with its key. That is almost every page of a
report. Arrow reads it without a Python object for any value.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.json as pj

from trueup.core.stream import Stream
from trueup.privacy.checks import decode_sound, holds_nul
from trueup.privacy.fields import FieldPath, joined_keys
from trueup.privacy.strays import has_sign

MIN_RECORDS = 512
"""For fewer records columns cost more than they save."""

MAX_RECORD_BYTES = 1 << 16
MAX_OPENINGS = 256
"""So many brackets and braces may open in a plain record: Arrow does not guard its own stack."""

MAX_MISSES = 8
"""After so many misses in a row no more is tried: the stream has no plain pages."""

_BLOCK_BYTES = 1 << 19
_threads = ThreadPoolExecutor(os.cpu_count(), "plain-pages")


@dataclass(frozen=True, slots=True)
class Columns:
    """Key, day and cursor of each record; without such a field, days are empty, cursors None.

    Where `has_sign` is False, no record holds a personal value.
    """

    keys: list[str]
    days: list[str]
    cursors: list[str | None]
    has_sign: bool

    @classmethod
    def of(cls, stream: Stream, texts: dict[str, list[str]], *, has_sign: bool) -> "Columns":
        """From the texts at the stream's paths."""
        keys = joined_keys([texts[path] for path in stream.key])
        days = texts[stream.day] if stream.day else [""] * len(keys)
        cursors = texts[stream.cursor] if stream.cursor else repeat(None, len(keys))
        return cls(keys, days, [*cursors], has_sign)


class PlainReader:
    """Reads the pages of one stream; records longer than `max_bytes` are not plain."""

    def __init__(self, stream: Stream, max_bytes: int) -> None:
        self._stream = stream
        self._paths = [path for path in (*stream.key, stream.day, stream.cursor) if path]
        self._max_bytes = min(max_bytes, MAX_RECORD_BYTES)
        self._misses = 0

    def begin(self, records: Sequence[bytes]) -> Future[Columns | None] | None:
        """Begin to `read` in another thread; None for a page that is not worth it."""
        if self._stream.personal or len(records) < MIN_RECORDS or self._misses >= MAX_MISSES:
            return None
        return _threads.submit(self.read, records)

    def read(self, records: Sequence[bytes]) -> Columns | None:
        """The columns of a plain page; None when a record needs a closer look.

        Otherwise all records are beyond doubt sound, as `checks.judge` has it. Arrow's reader
        refuses broken syntax, a name twice in an object, and lone surrogates; also values of
        different types under one name, which are sound but not of one form. A `}` and a `{` with a
        line break between are never within a value: so where there are as many values as records,
        each record is one of them.
        """
        self._misses += 1
        lines = b"\n".join([*records, b""])
        if not _are_objects(records, lines, self._max_bytes) or not _is_plain_text(lines):
            return None
        table = _read(lines, self._schema(records[0]))
        if table is None or table.num_rows != len(records):
            return None
        columns = {path: _column(table, path.split(".")) for path in self._paths}
        if any(column.null_count for column in columns.values()):
            return None
        if not all(map(_is_finite, table.itercolumns())):
            return None
        self._misses = 0
        texts = {path: _texts(column) for path, column in columns.items()}
        return Columns.of(self._stream, texts, has_sign=has_sign(lines))

    def _schema(self, record: bytes) -> pa.Schema | None:
        """The wanted fields as texts, lest a date is read as one; None when they are not."""
        values = decode_sound([record])
        fields = []
        for path in self._paths:
            if not values or not isinstance(FieldPath(path).value(values[0]), str):
                return None
            first, *names = path.split(".")
            kind: pa.DataType = pa.string()
            for name in reversed(names):
                kind = pa.struct([pa.field(name, kind)])
            fields.append(pa.schema([pa.field(first, kind)]))
        return pa.unify_schemas(fields, promote_options="permissive")


def _read(lines: bytes, schema: pa.Schema | None) -> pa.Table | None:
    if schema is None:
        return None
    reading = pj.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES)
    parsing = pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="infer")
    try:
        return pj.read_json(pa.py_buffer(lines), reading, parsing)
    except pa.ArrowException:
        return None


def _are_objects(records: Sequence[bytes], lines: bytes, max_bytes: int) -> bool:
    """Whether each record begins with `{`, ends with `}`, and is neither long nor deep."""
    lengths = np.fromiter(map(len, records), np.int64, len(records))
    if lengths.min() < len("{}") or lengths.max() > max_bytes:
        return False
    text = np.frombuffer(lines, np.uint8)
    ends = np.cumsum(lengths + 1) - 1
    first, last = text[ends - lengths], text[ends - 1]
    if not ((first == ord("{")).all() and (last == ord("}")).all()):
        return False
    # The codes of `[` and `{` differ in one bit only.
    opened = np.flatnonzero(np.bitwise_or(text, 0x20) == ord("{"))
    return bool(np.diff(np.searchsorted(opened, ends), prepend=0).max() <= MAX_OPENINGS)


def _is_plain_text(lines: bytes) -> bool:
    """Whether it is UTF-8 without NUL characters."""
    try:
        return not holds_nul(lines) and (lines.isascii() or bool(lines.decode()))
    except UnicodeDecodeError:
        return False


def _column(table: pa.Table, names: Sequence[str]) -> pa.Array:
    column = table.column(names[0]).combine_chunks()
    return pc.struct_field(column, names[1:]) if names[1:] else column


def _texts(column: pa.Array) -> list[str]:
    values: list[str] = column.unique().to_pylist()
    # A page of one account and day has the same text many times, and one object is enough.
    return values * len(column) if len(values) == 1 else column.to_pylist()


def _is_finite(column: pa.Array | pa.ChunkedArray) -> bool:
    """Whether nothing is NaN or beyond a double: Arrow takes both, and JSON has neither."""
    if isinstance(column, pa.ChunkedArray):
        return all(map(_is_finite, column.iterchunks()))
    if pa.types.is_struct(column.type):
        return all(map(_is_finite, column.flatten()))
    if pa.types.is_list(column.type):
        return _is_finite(column.flatten())
    return (
        not pa.types.is_floating(column.type) or pc.all(pc.is_finite(column)).as_py() is not False
    )
