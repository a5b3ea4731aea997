"""The state tables of a project, read without ever being in a run's way."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import duckdb

from trueup.pipeline.run_lock import read_lock
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.publish import STATE_TABLES
from trueup.warehouse.duckdb import fetch

Row = dict[str, Any]
State = dict[str, list[Row]]


def read_state(project: Project) -> tuple[str, State]:
    """The state tables and where they were read: warehouse, published version, or nowhere."""
    if project.warehouse.path.exists():
        # A run that begins meanwhile waits until we have closed its warehouse.
        with read_lock(project.workspace) as is_idle:
            if is_idle:
                try:
                    return "warehouse", _read(project.warehouse.path, STATE_TABLES)
                except duckdb.IOException:
                    pass  # another program has it open, or this user may not read it: see below
    serving = project.published.serving_file()
    if serving.exists():
        return "published version", _read(
            serving, {name: f"select * from {name}" for name in STATE_TABLES}
        )
    return "nothing yet", {name: [] for name in STATE_TABLES}


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
    """Which account's stream a row is about."""
    return row["source"], row["stream"], row["scope"]


def utc(moment: datetime | None) -> datetime | None:
    """A time of the state tables, which are naive, as the UTC instant that it is."""
    return moment.replace(tzinfo=UTC) if moment else None
