"""Proves a page's records sound and reads their keys, by columns and beside whatever else is done.

Both are done by libraries that let go of the interpreter: RE2 in Arrow, and DuckDB's JSON reader.
"""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from trueup.core.packed import PackedRecords

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Proved:
    """Which records of a page are proved, and the texts that those have at each path."""

    is_proved: Flags
    texts: dict[str, pa.StringArray]


def begin_proof(page: PackedRecords, pattern: str, paths: Sequence[str]) -> Future[Proved]:
    """Begin to look which records of `page`, all UTF-8, `pattern` accepts; see `forms`."""
    return _provers().submit(_proved, page, pattern, paths)


def _proved(page: PackedRecords, pattern: str, paths: Sequence[str]) -> Proved:
    records = page.column
    accepted = pc.match_substring_regex(records, pattern)
    is_proved = accepted.to_numpy(zero_copy_only=False)
    sound = records if is_proved.all() else records.filter(accepted)
    return Proved(is_proved, _texts(sound, paths))


def _texts(records: pa.StringArray, paths: Sequence[str]) -> dict[str, pa.StringArray]:
    places = ["$" + "".join(f'."{name}"' for name in path.split(".")) for path in paths]
    columns = ", ".join(f"texts[{number + 1}]" for number in range(len(paths)))
    texts = f"SELECT json_extract_string(record, {places}) AS texts FROM records"
    with _database().cursor() as cursor:
        cursor.register("records", pa.table({"record": records}))
        found = cursor.sql(f"SELECT {columns} FROM ({texts})").to_arrow_table()
    read = (column.combine_chunks() for column in found.columns)
    return dict(zip(paths, read, strict=True))


@cache
def _provers() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count(), "prover")


@cache
def _database() -> duckdb.DuckDBPyConnection:
    # Whoever asks has a thread of its own.
    return duckdb.connect(config={"threads": 1})
