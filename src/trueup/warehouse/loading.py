"""One batch into the warehouse: its rows, the notes about it, the position after it."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from trueup.core.batch import BatchHeader
from trueup.errors import IntegrityError, TransientError
from trueup.warehouse.ddl import raw_table
from trueup.warehouse.warehouse import LoadedBatch, PendingBatch

Row = tuple[object, ...]

_RECORD_NAMES = (
    "payload, record_key, cursor_value, operation, scope, window_since, window_until, "
    "page_index, record_index, batch_id, extracted_at"
)


def load_batch(
    connection: duckdb.DuckDBPyConnection, batch: PendingBatch, position: int
) -> LoadedBatch:
    """Rows, notes and the move of the position, in the transaction that is open."""
    header = batch.header
    last = connection.execute("select max(load_id) from raw.batches").fetchall()[0][0]
    load_id, loaded_at = (last or 0) + 1, _naive_utc(header.known_at or header.extracted_at)
    _move_position(connection, batch, position, load_id, loaded_at)
    rows, quarantined = _insert_records(connection, batch, load_id, loaded_at)
    _insert_notes(connection, batch, load_id, loaded_at)
    counts = batch.header.counts
    if (rows, quarantined) != (counts.landed, counts.quarantined) or not counts.is_conserved():
        raise IntegrityError(
            f"{batch.header.source}.{batch.header.stream}: batch {batch.header.batch_id} counts "
            f"{counts.landed} records and {counts.quarantined} kept aside, its files hold "
            f"{rows} and {quarantined}",
            why="The load was rolled back; the warehouse holds the state before it.",
            hint="Restore the named batch's files from backup, or read its windows again.",
            code="TUP-706",
        )
    return LoadedBatch(load_id=load_id, rows=rows, quarantined=quarantined)


def _move_position(
    connection: duckdb.DuckDBPyConnection,
    batch: PendingBatch,
    position: int,
    load_id: int,
    loaded_at: datetime,
) -> None:
    header = batch.header
    parameters = [batch.version, load_id, loaded_at, header.source, header.stream, position]
    if position < 0:
        connection.execute(
            "insert into raw.load_positions (delta_version, load_id, loaded_at, source, stream) "
            "select ?, ?, ?, ?, ? where not exists "
            "(select 1 from raw.load_positions where source = ? and stream = ?)",
            [*parameters[:5], header.source, header.stream],
        )
    else:
        connection.execute(
            "update raw.load_positions set delta_version = ?, load_id = ?, loaded_at = ? "
            "where source = ? and stream = ? and delta_version = ?",
            parameters,
        )
    [[found]] = connection.execute(
        "select load_id from raw.load_positions where source = ? and stream = ?",
        [header.source, header.stream],
    ).fetchall()
    if found != load_id:
        raise TransientError(
            f"{header.source}.{header.stream}: another load has moved on meanwhile",
            why="Nothing was loaded twice: this load was rolled back.",
            hint="Run again.",
            code="TUP-753",
        )


def _insert_records(
    connection: duckdb.DuckDBPyConnection, batch: PendingBatch, load_id: int, loaded_at: datetime
) -> tuple[int, int]:
    if not batch.files:
        return 0, 0
    _check_files(batch)
    table = raw_table(batch.header.source, batch.header.stream)
    files = [str(path) for path in batch.files]
    source = "read_parquet(?, hive_partitioning = false)"
    landed = connection.execute(
        f"insert into {table} select {_RECORD_NAMES}, ?, ? from {source} "
        "where operation <> 'quarantine'",
        [load_id, loaded_at, files],
    ).fetchall()[0][0]
    if not batch.header.counts.quarantined:
        return landed, 0
    header = batch.header
    quarantined = connection.execute(
        "insert into raw.quarantine select ?, batch_id, ?, ?, scope, page_index, record_index, "
        f"problem, payload, extracted_at from {source} where operation = 'quarantine'",
        [load_id, header.source, header.stream, files],
    ).fetchall()[0][0]
    return landed, quarantined


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


def _insert_notes(
    connection: duckdb.DuckDBPyConnection, batch: PendingBatch, load_id: int, loaded_at: datetime
) -> None:
    header = batch.header
    _insert(connection, "raw.batches", [_batch_note(batch, load_id, loaded_at)])
    _insert(connection, "raw.windows", _window_notes(header, load_id))
    _insert(connection, "raw.control_totals", _total_notes(header, load_id))
    _insert(connection, "raw.requests", _request_notes(header, load_id))


def _batch_note(batch: PendingBatch, load_id: int, loaded_at: datetime) -> Row:
    header, counts = batch.header, batch.header.counts
    return (
        *(load_id, header.batch_id, header.source, header.stream, header.kind),
        *(header.scope, header.account_name, header.currency, header.timezone),
        *(batch.version, _naive_utc(header.extracted_at), loaded_at, counts.received),
        *(counts.landed, counts.quarantined, counts.deduplicated, counts.suppressed),
        *(counts.unchanged, header.code_version, header.run_id),
        header.state.cursor_until and _naive_utc(header.state.cursor_until),
        counts.strays,
    )


def _window_notes(header: BatchHeader, load_id: int) -> list[Row]:
    names = (header.source, header.stream, header.scope)
    return [
        (
            *(load_id, header.batch_id, *names, _naive_utc(w.since), _naive_utc(w.until)),
            *(w.day, w.rows, w.content_hash),
        )
        for w in header.windows
    ]


def _total_notes(header: BatchHeader, load_id: int) -> list[Row]:
    names = (header.source, header.stream, header.scope)
    return [
        (
            *(load_id, header.batch_id, *names, t.day, _naive_utc(t.since)),
            *(_naive_utc(t.until), t.name, t.value),
        )
        for t in header.totals
    ]


def _request_notes(header: BatchHeader, load_id: int) -> list[Row]:
    return [
        (
            *(load_id, header.batch_id, t.page_index, t.method, t.url, t.status),
            *(t.request_id, t.body_sha256, t.body_bytes, t.attempts),
        )
        for t in header.trail
    ]


def _insert(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        row = "(" + ", ".join("?" * len(rows[0])) + ")"
        values = ", ".join([row] * len(rows))
        connection.execute(f"insert into {table} values {values}", [v for r in rows for v in r])


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
