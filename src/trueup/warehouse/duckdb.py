"""The embedded warehouse: one DuckDB file."""

import contextlib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from trueup.core.failpoints import failpoint
from trueup.core.ids import is_identifier
from trueup.errors import ConfigError, IntegrityError, TransientError, TrueupError
from trueup.warehouse.ddl import ADDED_COLUMNS, RECORD_COLUMNS, TABLES
from trueup.warehouse.warehouse import LoadedBatch, PendingBatch

SETTINGS = {
    "TimeZone": "UTC",
    "default_null_order": "nulls_last_on_asc_first_on_desc",
    "memory_limit": "3GB",
    "preserve_insertion_order": "true",
}
# What DuckDB raises when its disk is full or fails; a failed commit is a TransactionException.
DISK_ERRORS = (
    duckdb.IOException,
    duckdb.FatalException,
    duckdb.OutOfMemoryException,
    duckdb.TransactionException,
)
_RECORD_NAMES = (
    "payload, record_key, cursor_value, operation, scope, window_since, window_until, "
    "page_index, record_index, batch_id, extracted_at"
)


class DuckDBWarehouse:
    """Opens its file per piece of work, so that dbt can have it in between."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection with UTC and Snowflake's order of nulls; closed at the end."""
        try:
            if not self.path.exists():
                self._make()
            connection = duckdb.connect(str(self.path), config={})
        except (duckdb.IOException, OSError) as error:
            raise _unopened(self.path, error) from error
        try:
            for name, value in SETTINGS.items():
                connection.execute(f"set {name} = '{value}'")
            yield connection
        except DISK_ERRORS as error:
            raise _broken(self.path, error) from error
        finally:
            connection.close()

    def _make(self) -> None:
        """Make the file whole or not at all: a half-made one could never be opened again."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        try:
            duckdb.connect(str(draft)).close()
            with contextlib.suppress(FileExistsError):  # somebody else was quicker
                os.link(draft, self.path)
        finally:
            draft.unlink(missing_ok=True)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection inside one transaction: committed at the end, rolled back on any error."""
        with self.connect() as connection:
            connection.execute("begin transaction")
            yield connection
            failpoint("C9")
            failpoint("C10")
            connection.execute("commit")
        failpoint("C11")

    def prepare(self, streams: Iterable[tuple[str, str]]) -> None:
        with self.connect() as connection:
            for schema in ("raw", "ops"):
                connection.execute(f"create schema if not exists {schema}")
            for name, columns in TABLES.items():
                connection.execute(f"create table if not exists {name} ({columns})")
            for name, column in ADDED_COLUMNS.items():
                connection.execute(f"alter table {name} add column if not exists {column}")
            for source, stream in streams:
                table = raw_table(source, stream)
                connection.execute(f"create table if not exists {table} ({RECORD_COLUMNS})")

    def load_position(self, source: str, stream: str) -> int:
        rows = self.query(
            "select delta_version from raw.load_positions where source = ? and stream = ?",
            (source, stream),
        )
        return int(rows[0]["delta_version"]) if rows else -1

    def loaded_batch(self, source: str, stream: str, version: int) -> tuple[str, str] | None:
        rows = self.query(
            "select batch_id, run_id from raw.batches "
            "where source = ? and stream = ? and delta_version = ? order by load_id desc limit 1",
            (source, stream, version),
        )
        return (rows[0]["batch_id"], rows[0]["run_id"]) if rows else None

    def load(self, batch: PendingBatch, position: int) -> LoadedBatch:
        with self.transaction() as connection:
            failpoint("C8")
            return _load(connection, batch, position)

    def query(self, sql: str, parameters: Sequence[object] = ()) -> list[dict[str, Any]]:
        with self.connect() as connection:
            return fetch(connection, sql, parameters)

    def execute(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        """Run `sql` once per row of parameters, in one transaction."""
        if rows:
            with self.transaction() as connection:
                connection.executemany(sql, rows)


def fetch(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[object] = ()
) -> list[dict[str, Any]]:
    """The rows of a read, as dictionaries."""
    cursor = connection.execute(sql, list(parameters))
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def raw_table(source: str, stream: str) -> str:
    """The raw table of a stream; refuses names that are not plain identifiers."""
    if not (is_identifier(source) and is_identifier(stream)):
        raise ConfigError(
            f"warehouse: {source!r}.{stream!r} cannot name a table",
            hint="Use lower-case letters, digits and underscores, at most 63.",
            code="TUP-301",
        )
    return f"raw.{source}__{stream}"


def _load(connection: duckdb.DuckDBPyConnection, batch: PendingBatch, position: int) -> LoadedBatch:
    header = batch.header
    last = fetch(connection, "select max(load_id) as id from raw.batches")[0]["id"]
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
    found = fetch(
        connection,
        "select load_id from raw.load_positions where source = ? and stream = ?",
        [header.source, header.stream],
    )
    if found[0]["load_id"] != load_id:
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
    header, counts = batch.header, batch.header.counts
    names = (header.source, header.stream, header.scope)
    _insert(
        connection,
        "raw.batches",
        [
            (
                *(load_id, header.batch_id, header.source, header.stream, header.kind),
                *(header.scope, header.account_name, header.currency, header.timezone),
                *(batch.version, _naive_utc(header.extracted_at), loaded_at, counts.received),
                *(counts.landed, counts.quarantined, counts.deduplicated, counts.suppressed),
                *(counts.unchanged, header.code_version, header.run_id),
                header.state.cursor_until and _naive_utc(header.state.cursor_until),
                counts.strays,
            )
        ],
    )
    _insert(
        connection,
        "raw.windows",
        [
            (
                *(load_id, header.batch_id, *names, _naive_utc(w.since), _naive_utc(w.until)),
                *(w.day, w.rows, w.content_hash),
            )
            for w in header.windows
        ],
    )
    _insert(
        connection,
        "raw.control_totals",
        [
            (
                *(load_id, header.batch_id, *names, t.day, _naive_utc(t.since)),
                *(_naive_utc(t.until), t.name, t.value),
            )
            for t in header.totals
        ],
    )
    _insert(
        connection,
        "raw.requests",
        [
            (
                *(load_id, header.batch_id, t.page_index, t.method, t.url, t.status),
                *(t.request_id, t.body_sha256, t.body_bytes, t.attempts),
            )
            for t in header.trail
        ],
    )


def _insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        row = "(" + ", ".join("?" * len(rows[0])) + ")"
        values = ", ".join([row] * len(rows))
        connection.execute(f"insert into {table} values {values}", [v for r in rows for v in r])


def _naive_utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _unopened(path: Path, error: Exception) -> TrueupError:
    if "lock" in str(error).lower():
        holder = re.search(r"\(PID (\d+)\)", str(error))
        return TransientError(
            f"warehouse {path}: process {holder[1] if holder else 'unknown'} has it open",
            why="Nothing was started; the warehouse is as that process leaves it.",
            hint="Wait for that process to end, then run again.",
            code="TUP-754",
        )
    return IntegrityError(
        f"warehouse {path}: cannot be opened: {str(error).splitlines()[0]}",
        why="Nothing was started; the lake holds all that was read, and what was published stays.",
        hint="Give this user access to the file and space on its disk. If it is broken, move it "
        "away: trueup load makes it again from the lake.",
        code="TUP-716",
    )


def _broken(path: Path, error: Exception) -> IntegrityError:
    return IntegrityError(
        f"warehouse {path}: {str(error).splitlines()[0]}",
        why="The open transaction was rolled back; what was published before stays on show.",
        hint="Free space on the disk, then run again in a new process.",
        code="TUP-707",
    )
