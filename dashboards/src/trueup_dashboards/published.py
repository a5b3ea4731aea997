"""The newest published version, through one read-only connection."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import streamlit as st

SERVING_FILE = "serving.duckdb"

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Published:
    """One version: every figure of a page run comes from this file."""

    file: Path
    connection: duckdb.DuckDBPyConnection

    @property
    def publish_id(self) -> str:
        return self.file.parent.name

    def table(self, sql: str, **values: object) -> pa.Table:
        """Rows of `sql`, with `values` for its `$name`s. Cached while the version is shown."""
        used = {name: value for name, value in values.items() if name in _names(sql)}
        return _selected(str(self.file), sql, used, self.connection)

    def rows(self, sql: str, **values: object) -> list[Row]:
        found: list[Row] = self.table(sql, **values).to_pylist()
        return found

    def columns(self, table: str) -> frozenset[str]:
        """The columns of a schema-qualified table; none when this version has no such table."""
        schema, name = table.split(".")
        found = self.rows(
            "select column_name from information_schema.columns "
            "where table_schema = $schema and table_name = $name",
            schema=schema,
            name=name,
        )
        return frozenset(row["column_name"] for row in found)


def newest(folder: Path) -> Path | None:
    """The serving file that `folder/current` names now, as its real path; None before the first.

    Resolved once per page run, so that a publish in between cannot mix two versions on a page.
    """
    file = (folder / "current").resolve() / SERVING_FILE
    return file if file.exists() else None


def open_published(file: Path) -> Published:
    """The version in `file`. Raises duckdb.Error when it cannot be read."""
    return Published(file=file, connection=_connected(str(file)))


@st.cache_resource(show_spinner=False, max_entries=1)
def _connected(file: str) -> duckdb.DuckDBPyConnection:
    """A connection that can read the published folder and nothing else, and write nothing."""
    connection = duckdb.connect(
        file,
        read_only=True,
        config={"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"},
    )
    # DuckDB gives one process the same instance of a file again while anybody still uses it.
    if not connection.execute("select current_setting('lock_configuration')").fetchall()[0][0]:
        _fence_in(connection, Path(file).parent.parent)
    return connection


def _fence_in(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    quoted = str(folder).replace("'", "''")
    connection.execute(f"set allowed_directories = ['{quoted}']")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")


@st.cache_data(show_spinner=False, max_entries=512)
def _selected(
    file: str,  # noqa: ARG001  # names the version in the cache's key
    sql: str,
    values: Mapping[str, object],
    _connection: duckdb.DuckDBPyConnection,
) -> pa.Table:
    # Threads share the connection; each question has a cursor of its own.
    with _connection.cursor() as cursor:
        return cursor.sql(sql, params=dict(values)).to_arrow_table()


@cache
def _names(sql: str) -> frozenset[str]:
    return frozenset(re.findall(r"\$([a-z_]+)", sql))
