"""The state tables of a project, read without ever being in a run's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from trueup.errors import DamagedWarehouseError
from trueup.pipeline.run_lock import read_lock
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.publish import STATE_TABLES
from trueup.warehouse.duckdb import damaged_error, fetch, is_damage

Row = dict[str, Any]
State = dict[str, list[Row]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadState:
    """The state tables and where they were read: warehouse, published version, or nowhere.

    `damage` is why the warehouse was passed over, if its file is damaged.
    """

    seen_in: str
    tables: State
    damage: DamagedWarehouseError | None = None


def read_state(project: Project) -> ReadState:
    """The newest state that can be read now."""
    path, damage = project.warehouse.path, None
    if path.exists():
        # A run that begins meanwhile waits until we have closed its warehouse.
        with read_lock(project.workspace) as is_idle:
            if is_idle:
                try:
                    return ReadState(seen_in="warehouse", tables=_read(path, STATE_TABLES))
                except duckdb.Error as error:
                    damage = damaged_error(path, str(error)) if is_damage(str(error)) else None
                    # Otherwise another program has it open, or this user may not read it.
                    if not (damage or isinstance(error, duckdb.IOException)):
                        raise
    serving = project.published.serving_file()
    if serving.exists():
        selects = {name: f"select * from {name}" for name in STATE_TABLES}
        return ReadState(seen_in="published version", tables=_read(serving, selects), damage=damage)
    nothing: State = {name: [] for name in STATE_TABLES}
    return ReadState(seen_in="nothing yet", tables=nothing, damage=damage)


def _read(path: Any, selects: dict[str, str]) -> State:
    with _read_only(str(path)) as connection:
        return {name: _rows(connection, select) for name, select in selects.items()}


@contextmanager
def _read_only(path: str) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(path, read_only=True)
    try:
        yield connection
    finally:
        connection.close()


def _rows(connection: duckdb.DuckDBPyConnection, select: str) -> list[Row]:
    try:
        return fetch(connection, f"select * from ({select}) order by all")
    except (duckdb.CatalogException, duckdb.BinderException):
        return []  # a warehouse in which that has never happened yet, or of an earlier version


def key_of(row: Row) -> tuple[str, str, str]:
    """Key of a row: source, stream and account."""
    return row["source"], row["stream"], row["scope"]


def utc(moment: datetime | None) -> datetime | None:
    """A time of the state tables, which are naive, as the UTC instant that it is."""
    return moment.replace(tzinfo=UTC) if moment else None
