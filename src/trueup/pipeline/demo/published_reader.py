"""A connection to published versions and the sealed truth, for the SQL of a scenario."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb

from trueup.pipeline.settings.project import Project
from trueup.warehouse.serving_file import SERVING_FILE

TRUTH_FOLDER = "truth"


@contextmanager
def reader(
    project: Project, values: Mapping[str, str] | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection with the project's settings and `values` as variables, and with the truth.

    The parquet files that the simulators wrote are its tables `truth.<file name>`.
    """
    settings = {
        "timezone": project.config.timezone,
        "start_date": project.config.start_date.isoformat(),
    }
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'; attach ':memory:' as truth")
        for name, value in (settings | dict(values or {})).items():
            connection.execute(f"set variable {name} = ?", [value])
        for file in (project.folder / TRUTH_FOLDER).glob("*.parquet"):
            path = _quoted(file)
            connection.execute(f"create view truth.{file.stem} as from read_parquet({path})")
        yield connection


@contextmanager
def version(
    connection: duckdb.DuckDBPyConnection, project: Project, publish_id: str = "current"
) -> Iterator[None]:
    """Make the schemas of one published version (`core`, `marts`) readable while it lasts."""
    path = _quoted(project.published.root / publish_id / SERVING_FILE)
    connection.execute(f"attach {path} as published (read_only); use published")
    try:
        yield
    finally:
        connection.execute("use memory; detach published")


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
