"""Partitions of a candidate table, their fingerprints, and a hash of any rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

# Columns that say how a row came here; two runs that agree on all figures may differ in them.
TECHNICAL_COLUMNS = frozenset({"load_id", "closed_load_id", "batch_id", "loaded_at"})

# Types whose values hold neither mark when they are written.
_NEVER_MARKED = frozenset(
    {"BOOLEAN", "INTEGER", "BIGINT", "HUGEINT", "DOUBLE", "DATE", "TIMESTAMP"}
)


@dataclass(frozen=True, slots=True)
class TableComment:
    """Descriptions of a table and its columns."""

    table: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A table that is ready to be published; `partition` is its column of dates or times, or None.

    A row's `load_id` must be that of the last load that may have changed any of its values, or the
    newest there was when the row was written; also when that load brought no row but took one
    away, such as an exchange rate.
    """

    schema: str
    name: str
    partition: str | None
    comment: TableComment = TableComment()


def partitions(
    connection: duckdb.DuckDBPyConnection, table: Candidate, salt: str
) -> list[tuple[str, int, str]]:
    """Each partition's name, rows and fingerprint; a table without a date column is one."""
    name = f"{table.schema}.{table.name}"
    if table.partition is None:
        rows = connection.execute(f"select count(*) from {name}").fetchall()[0][0]
        return [("all", rows, content_hash(connection, f"select * from {name}"))]
    month = f"if({_has_month(table)}, strftime({table.partition}, '%Y-%m'), 'none')"
    found = connection.execute(
        f"select {month}, count(*), max(load_id), sum(hash(load_id)) from {name} "
        "group by 1 order by 1"
    ).fetchall()
    if not found:
        return [("none", 0, f"{salt}:empty")]
    return [(m, rows, f"{salt}:{rows}:{newest}:{total}") for m, rows, newest, total in found]


def in_partition(table: Candidate, partition: str) -> str:
    """The condition that a partition's rows meet."""
    if table.partition is None:
        return "true"
    if partition == "none":
        return f"({_has_month(table)}) is not true"
    first = f"date '{partition}-01'"
    return f"{table.partition} >= {first} and {table.partition} < {first} + interval 1 month"


def _has_month(table: Candidate) -> str:
    """Not NULL, infinite or before the common era, for which no month's first day can be named."""
    return f"{table.partition} between date '0001-01-01' and date '9999-12-31'"


def content_hash(connection: duckdb.DuckDBPyConnection, select: str) -> str:
    """128 bits that depend on the rows but not on their order: the sum of the rows' MD5s."""
    described = connection.execute(f"describe {select}").fetchall()
    columns = [
        _written(name, kind) for name, kind, *_ in described if name not in TECHNICAL_COLUMNS
    ]
    upper, lower = connection.execute(
        "select coalesce(sum((digest & 18446744073709551615)::hugeint), 0)::varchar, "
        "coalesce(sum((digest >> 64)::hugeint), 0)::varchar "
        f"from (select md5_number(concat_ws(' | ', {', '.join(columns)})) as digest "
        f"from ({select}))"
    ).fetchall()[0]
    mask = (1 << 64) - 1
    return f"{int(upper) & mask:016x}{int(lower) & mask:016x}"


def _written(column: str, kind: str) -> str:
    """A value as text: a text of one tilde is not NULL, and none holds the mark between columns."""
    text = f'"{column}"::varchar'
    if kind not in _NEVER_MARKED and not kind.startswith("DECIMAL"):
        text = f"replace(replace({text}, '|', '||'), '~', '~~')"
    return f"coalesce({text}, '~')"
