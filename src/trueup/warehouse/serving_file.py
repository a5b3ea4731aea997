"""The file that readers open: views over the parts of one version, and the state of its run.

Any DuckDB since 1.1 opens it. A view reads the parts beside the file that was opened, so that a
copied folder reads its own parts; opened in another way, such as by ATTACH, it reads those of the
folder in which it was made.
"""

import os
from collections.abc import Mapping
from pathlib import Path

import duckdb

from trueup.warehouse.fingerprint import TableComment
from trueup.warehouse.manifest import PublishedTable, PublishManifest

SERVING_FILE = "serving.duckdb"
STORAGE_VERSION = "v1.0.0"
"""Layout of the file; DuckDB 1.1 reads none that is newer."""

# The folder for temporary files is named after the opened file. No other expression that a view
# may use depends on that file.
_OPENED_FILE = "current_setting('temp_directory')"
_IN_VERSION = r"(current|[0-9][^/\\]*)[/\\](\.[/\\])*serving\.duckdb\.tmp$"
_KINDS = (
    "select schema_name || '.' || view_name, 'view' from duckdb_views() "
    "where database_name = 'serving' and not internal union all "
    "select schema_name || '.' || table_name, 'table' from duckdb_tables() "
    "where database_name = 'serving'"
)
_COLUMNS = (
    "select schema_name || '.' || table_name, column_name from duckdb_columns() "
    "where database_name = 'serving' and not internal"
)
_VIEWS = "select schema_name, view_name, sql from duckdb_views() where not internal"


def build_serving_file(
    connection: duckdb.DuckDBPyConnection,
    path: Path,
    root: Path,
    manifest: PublishManifest,
    state: Mapping[str, str],
    comments: Mapping[str, TableComment],
) -> None:
    """Make the file at `path`.

    `state` maps a table's name to the SELECT that gives it, `comments` the names of views and
    tables to what they and their columns mean.
    """
    connection.execute(
        f"attach {quoted(str(path))} as serving (storage_version '{STORAGE_VERSION}')"
    )
    try:
        for table in manifest.tables.values():
            connection.execute(f"create schema if not exists serving.{table.schema}")
            connection.execute(
                f"create view serving.{table.schema}.{table.name} as select * "
                f"from read_parquet({_files(root, table)}, union_by_name = true)"
            )
        for name, select in state.items():
            connection.execute(f"create schema if not exists serving.{name.split('.')[0]}")
            connection.execute(f"create table serving.{name} as {select}")
        _write_comments(connection, comments)
        connection.execute("checkpoint serving")
    finally:
        connection.execute("detach serving")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _write_comments(
    connection: duckdb.DuckDBPyConnection, comments: Mapping[str, TableComment]
) -> None:
    """Write the meaning of views, tables and columns into the file, in one transaction."""
    kinds = dict(connection.execute(_KINDS).fetchall())
    columns = connection.execute(_COLUMNS).fetchall()
    connection.execute("begin transaction")
    for name in sorted(kinds.keys() & comments.keys()):
        text = quoted(comments[name].table)
        connection.execute(f"comment on {kinds[name]} serving.{name} is {text}")
    for name, column in columns:
        if name in comments and column in comments[name].columns:
            text = quoted(comments[name].columns[column])
            connection.execute(f'comment on column serving.{name}."{column}" is {text}')
    connection.execute("commit")


def unreadable(file: Path) -> str:
    """Reason that readers cannot read `file`, such as lost parts; empty if they can."""
    try:
        with duckdb.connect(str(file), read_only=True) as connection:
            for schema, view, sql in connection.execute(_VIEWS).fetchall():
                if "temp_directory" not in sql and not names_root(sql, file):
                    return f"{view} names files of another folder"
                connection.execute(f'select * from "{schema}"."{view}" limit 0')
    except duckdb.Error as error:
        return str(error).splitlines()[0]
    return ""


def was_moved(file: Path) -> bool:
    """True when the readable `file` was made in another folder, whose parts ATTACH would read."""
    with duckdb.connect(str(file), read_only=True) as connection:
        views = connection.execute(_VIEWS).fetchall()
    return not all(names_root(sql, file) for _, _, sql in views)


def names_root(sql: str, file: Path) -> bool:
    """True when a view's `sql` names the folder of all versions that `file` is in."""
    return quoted(str(file.resolve().parent.parent))[:-1] in sql


def quoted(text: str) -> str:
    """`text` as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"


def _files(root: Path, table: PublishedTable) -> str:
    """The table's parts as an expression, a list of paths, which holds the root only twice."""
    matched = f"regexp_matches({_OPENED_FILE}, {quoted(_IN_VERSION)})"
    beside = f"regexp_replace({_OPENED_FILE}, {quoted(_IN_VERSION)}, '')"
    made_in = quoted(f"{root.resolve()}/")
    folder = f"case when {matched} then {beside} else {made_in} end"
    files = quoted("\n".join(part.file for part in table.parts)).replace("\n", "' || chr(10) || '")
    return f"string_split({folder} || replace({files}, chr(10), chr(10) || {folder}), chr(10))"
