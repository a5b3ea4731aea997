"""Batches into the warehouse: their rows, the notes about them, the position after them."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa

from trueup.core.batch import BatchHeader
from trueup.errors import IntegrityError, TransientError
from trueup.warehouse.ddl import raw_table
from trueup.warehouse.protocol import LoadedBatches, PendingBatch

Row = tuple[object, ...]

_RECORD_NAMES = (
    "payload, record_key, cursor_value, operation, scope, window_since, window_until, "
    "page_index, record_index, batch_id, extracted_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Numbered:
    """A batch with the number that it gets in the warehouse; `loaded_at` is UTC, without zone."""

    batch: PendingBatch
    load_id: int
    loaded_at: datetime

    @property
    def header(self) -> BatchHeader:
        return self.batch.header


def load_batches(
    connection: duckdb.DuckDBPyConnection, batches: Sequence[PendingBatch], position: int
) -> LoadedBatches:
    """Rows, notes and the move of the position, in the transaction that is open."""
    [[newest]] = connection.execute("select max(load_id) from raw.batches").fetchall()
    numbered = [
        _Numbered(
            batch=batch,
            load_id=load_id,
            loaded_at=_naive_utc(batch.header.known_at or batch.header.extracted_at),
        )
        for load_id, batch in enumerate(batches, start=(newest or 0) + 1)
    ]
    _move_position(connection, numbered[-1], position)
    for batch in batches:
        _check_files(batch)
    _insert_records(connection, numbered)
    _insert_notes(connection, numbered)
    _check_counts(connection, numbered)
    return LoadedBatches(
        load_id=numbered[-1].load_id,
        rows=sum(batch.header.counts.landed for batch in batches),
        quarantined=sum(batch.header.counts.quarantined for batch in batches),
    )


def _move_position(connection: duckdb.DuckDBPyConnection, last: _Numbered, position: int) -> None:
    source, stream = last.header.source, last.header.stream
    version, load_id, loaded_at = last.batch.version, last.load_id, last.loaded_at
    if position < 0:
        connection.execute(
            "insert into raw.load_positions (delta_version, load_id, loaded_at, source, stream) "
            "select ?, ?, ?, ?, ? where not exists "
            "(select 1 from raw.load_positions where source = ? and stream = ?)",
            [version, load_id, loaded_at, source, stream, source, stream],
        )
    else:
        connection.execute(
            "update raw.load_positions set delta_version = ?, load_id = ?, loaded_at = ? "
            "where source = ? and stream = ? and delta_version = ?",
            [version, load_id, loaded_at, source, stream, position],
        )
    [[found]] = connection.execute(
        "select load_id from raw.load_positions where source = ? and stream = ?", [source, stream]
    ).fetchall()
    if found != load_id:
        raise TransientError(
            f"{source}.{stream}: another load has moved on meanwhile",
            why="Nothing was loaded twice: this load was rolled back.",
            hint="Run again.",
            code="TUP-753",
        )


def _insert_records(connection: duckdb.DuckDBPyConnection, numbered: Sequence[_Numbered]) -> None:
    parts = [
        (str(path), one.load_id, one.loaded_at) for one in numbered for path in one.batch.files
    ]
    if not parts:
        return
    header, files = numbered[0].header, [path for path, _, _ in parts]
    source = (
        "read_parquet(?, hive_partitioning = false, filename = true) "
        "join part_files using (filename)"
    )
    with _shown(connection, "part_files", parts, ("filename", "load_id", "loaded_at")):
        connection.execute(
            f"insert into {raw_table(header.source, header.stream)} "
            f"select {_RECORD_NAMES}, load_id, loaded_at from {source} "
            "where operation <> 'quarantine'",
            [files],
        )
        if any(one.header.counts.quarantined for one in numbered):
            connection.execute(
                "insert into raw.quarantine select load_id, batch_id, ?, ?, scope, page_index, "
                f"record_index, problem, payload, extracted_at from {source} "
                "where operation = 'quarantine'",
                [header.source, header.stream, files],
            )


def _check_counts(connection: duckdb.DuckDBPyConnection, numbered: Sequence[_Numbered]) -> None:
    """Raises IntegrityError unless as many rows came of each batch as its header counts."""
    header, first = numbered[0].header, numbered[0].load_id
    landed, aside = (
        dict(
            connection.execute(
                f"select load_id, count(*) from {table} where load_id >= ? group by all", [first]
            ).fetchall()
        )
        for table in (raw_table(header.source, header.stream), "raw.quarantine")
    )
    for one in numbered:
        counts, rows = one.header.counts, landed.get(one.load_id, 0)
        quarantined = aside.get(one.load_id, 0)
        if (rows, quarantined) != (counts.landed, counts.quarantined) or not counts.is_conserved():
            raise IntegrityError(
                f"{header.source}.{header.stream}: batch {one.header.batch_id} counts "
                f"{counts.landed} records and {counts.quarantined} quarantined, its files hold "
                f"{rows} and {quarantined}",
                why="The load was rolled back; the warehouse holds the state before it.",
                hint="Restore the named batch's files from backup, or read its windows again.",
                code="TUP-706",
            )


def _check_files(batch: PendingBatch) -> None:
    """Raises IntegrityError when a part file is not there whole, before anything is written."""
    for path, part in zip(batch.files, batch.header.files, strict=True):
        found = path.stat().st_size if path.exists() else 0
        damage = f"holds {found} of {part.bytes} bytes" if found != part.bytes else ""
        if damage or _sha256(path) != part.sha256:
            raise IntegrityError(
                f"{batch.header.source}.{batch.header.stream}: {path.name} "
                f"{damage or 'is not as it was written'}",
                why="The load was rolled back; the warehouse holds the state before it.",
                hint="Restore this file of the lake from backup, then: trueup load",
                code="TUP-706",
            )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _insert_notes(connection: duckdb.DuckDBPyConnection, numbered: Sequence[_Numbered]) -> None:
    for table, noted in _NOTES.items():
        if rows := [row for one in numbered for row in noted(one)]:
            columns = tuple(f"c{number}" for number in range(len(rows[0])))
            with _shown(connection, "notes", rows, columns):
                connection.execute(f"insert into {table} select * from notes")


@contextmanager
def _shown(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Row], columns: Sequence[str]
) -> Iterator[None]:
    """Rows as a view of this connection: a statement with a value for each costs far more."""
    table = pa.table([pa.array(column) for column in zip(*rows, strict=True)], names=columns)
    connection.register(name, table)
    try:
        yield
    finally:
        connection.unregister(name)


def _batch_notes(one: _Numbered) -> list[Row]:
    header, counts = one.header, one.header.counts
    return [
        (
            *(one.load_id, header.batch_id, header.source, header.stream, header.kind),
            *(header.scope, header.account_name, header.currency, header.timezone),
            *(one.batch.version, _naive_utc(header.extracted_at), one.loaded_at),
            *(counts.received, counts.landed, counts.quarantined, counts.deduplicated),
            *(counts.unchanged, header.code_version, header.run_id),
            header.state.cursor_until and _naive_utc(header.state.cursor_until),
            counts.strays,
            counts.masked_cards,
        )
    ]


def _window_notes(one: _Numbered) -> list[Row]:
    return [
        (
            *(*_names(one), _naive_utc(window.since), _naive_utc(window.until)),
            *(window.day, window.rows, window.content_hash),
        )
        for window in one.header.windows
    ]


def _total_notes(one: _Numbered) -> list[Row]:
    return [
        (
            *(*_names(one), total.day, _naive_utc(total.since), _naive_utc(total.until)),
            *(total.name, total.value or None),
        )
        for total in one.header.totals
    ]


def _names(one: _Numbered) -> Row:
    header = one.header
    return (one.load_id, header.batch_id, header.source, header.stream, header.scope)


def _request_notes(one: _Numbered) -> list[Row]:
    return [
        (
            *(one.load_id, one.header.batch_id, index, request.method, request.url, request.status),
            *(request.request_id, request.body_sha256, request.body_bytes, request.attempts),
        )
        for index, request in enumerate(one.header.trail)
    ]


_NOTES: dict[str, Callable[[_Numbered], list[Row]]] = {
    "raw.batches": _batch_notes,
    "raw.windows": _window_notes,
    "raw.control_totals": _total_notes,
    "raw.requests": _request_notes,
}


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
