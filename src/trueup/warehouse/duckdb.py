"""The embedded warehouse: one DuckDB file."""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb

from trueup.core.failpoints import failpoint
from trueup.errors import DamagedWarehouseError, IntegrityError, TransientError, TrueupError
from trueup.warehouse.ddl import RECORD_COLUMNS, TABLES, UPGRADES, raw_table
from trueup.warehouse.loader import load_batches
from trueup.warehouse.protocol import LoadedBatches, PendingBatch

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


# What DuckDB says of a file whose content is not what it wrote.
_DAMAGE = re.compile(
    r'Corrupt database file|Could not read enough bytes from file "[^"]*\.duckdb"'
    r"|not a valid DuckDB database file|replaying WAL file|Failed to deserialize"
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
        except (duckdb.Error, OSError) as error:
            raise _unopened(self.path, error) from error
        try:
            for name, value in SETTINGS.items():
                connection.execute(f"set {name} = '{value}'")
            yield connection
        except duckdb.Error as error:
            if is_damage(str(error)):
                raise damaged_error(self.path, str(error)) from error
            if isinstance(error, DISK_ERRORS):
                raise _broken(self.path, error) from error
            raise
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

    def move_aside(self) -> Path:
        """Rename the damaged file, which nobody may have open; an earlier one is replaced."""
        aside = self.path.with_name(f"{self.path.stem}.damaged{self.path.suffix}")
        self.path.replace(aside)
        log = self.path.with_name(f"{self.path.name}.wal")
        if log.exists():
            log.replace(aside.with_name(f"{aside.name}.wal"))
        return aside

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
            for statement in UPGRADES:
                connection.execute(statement)
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

    def load(self, batches: Sequence[PendingBatch], position: int) -> LoadedBatches:
        with self.transaction() as connection:
            failpoint("C8")
            return load_batches(connection, batches, position)

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


def is_damage(message: str) -> bool:
    """True when DuckDB's `message` says that the content of a database file is damaged."""
    return _DAMAGE.search(message) is not None


def damaged_error(path: Path, message: str) -> DamagedWarehouseError:
    """A warehouse that has to be rebuilt."""
    return DamagedWarehouseError(
        f"warehouse {path}: damaged: {message.splitlines()[0]}",
        why="No figure was changed. The lake holds all that was read, and what was published "
        "stays visible.",
        hint="Run trueup run or trueup publish: it moves the file aside and rebuilds the warehouse "
        "from the lake. If it happens again, check the disk.",
        code="TUP-732",
    )


def _unopened(path: Path, error: Exception) -> TrueupError:
    if is_damage(str(error)):
        return damaged_error(path, str(error))
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
        why="The open transaction was rolled back; readers keep seeing the published version.",
        hint="Free space on the disk, then run again in a new process.",
        code="TUP-707",
    )
