"""A warehouse file as the loader leaves it, filled by hand, and dbt run on it in this process."""

import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from trueup.core.window import Window
from trueup.quality.catalog import GATES
from trueup.quality.gates import Verdict, run_gate
from trueup.warehouse.ddl import RECORD_COLUMNS, TABLES
from trueup.warehouse.duckdb import fetch
from trueup.warehouse.fingerprint import Candidate

PROJECT = Path(__file__).parents[2] / "dbt"
STREAMS = {
    "google_ads": (
        "accounts", "campaigns", "ad_groups", "ads", "campaign_days", "ad_days", "click_views",
    ),
    "meta_ads": ("accounts", "campaigns", "ad_sets", "ads", "ad_days"),
    "shopify": ("shop", "orders", "listed_orders", "customers", "products"),
    "fx": ("rates",),
}  # fmt: skip
EPOCH = datetime.fromisoformat("2026-06-01 06:00:00")  # UTC, as the warehouse's timestamps are
VARIABLES = {"reporting_currency": "USD", "reporting_timezone": "America/New_York"}

Row = dict[str, Any]


@dataclass
class Warehouse:
    """Appends loads in order and reads tables; `position` is moved by `transform`."""

    path: Path
    load_id: int = 0
    variables: Mapping[str, str] = field(default_factory=lambda: dict(VARIABLES))

    def __post_init__(self) -> None:
        with self.connect() as connection:
            for schema in ("raw", "ops"):
                connection.execute(f"create schema if not exists {schema}")
            for name, columns in TABLES.items():
                connection.execute(f"create table if not exists {name} ({columns})")
            for source, streams in STREAMS.items():
                for stream in streams:
                    name = f"raw.{source}__{stream}"
                    connection.execute(f"create table if not exists {name} ({RECORD_COLUMNS})")

    @contextmanager
    def connect(self) -> Any:
        connection = duckdb.connect(str(self.path))
        try:
            connection.execute("set TimeZone = 'UTC'")
            yield connection
        finally:
            connection.close()

    def load_windows(
        self,
        stream: str,
        scope: str,
        windows: Mapping[date | None, Sequence[Row]],
        currency: str = "USD",
        extracted_at: datetime | None = None,
    ) -> int:
        """One batch that holds complete windows: by day for reports, None for a snapshot."""
        self.load_id += 1
        self.configure(stream)
        source, name = stream.split(".")
        read_at = extracted_at or self.loaded_at
        with self.connect() as connection:
            self._note_batch(connection, source, name, scope, currency, read_at)
            for day, payloads in windows.items():
                since = datetime.combine(day, time()) if day else self.loaded_at
                until = since + timedelta(days=1)
                self._insert(connection, stream, scope, payloads, (since, until), read_at)
                connection.execute(
                    "insert into raw.windows values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        *(self.load_id, self.batch_id, source, name, scope, since, until, day),
                        *(len(payloads), str(self.load_id)),
                    ],
                )
        return self.load_id

    def load_totals(
        self, stream: str, scope: str, day: date, totals: Mapping[str, str], load_id: int = 0
    ) -> None:
        """Control totals of a day, with the newest load or `load_id`."""
        source, name = stream.split(".")
        span = Window.of_day(day, ZoneInfo(self.variables["reporting_timezone"]))
        since, until = (moment.replace(tzinfo=None) for moment in (span.since, span.until))
        with self.connect() as connection:
            for figure, value in totals.items():
                connection.execute(
                    "insert into raw.control_totals (load_id, source, stream, scope, window_day, "
                    "window_since, window_until, name, value) values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        *(load_id or self.load_id, source, name, scope, day),
                        *(since, until, figure, value),
                    ],
                )

    def load_records(
        self,
        stream: str,
        scope: str,
        payloads: Sequence[Row],
        extracted_at: datetime | None = None,
    ) -> int:
        """One batch of an incremental stream, read when it is loaded or at `extracted_at`."""
        self.load_id += 1
        self.configure(stream)
        source, name = stream.split(".")
        read_at, window = extracted_at or self.loaded_at, (EPOCH, self.loaded_at)
        with self.connect() as connection:
            self._note_batch(connection, source, name, scope, "USD", read_at)
            self._insert(connection, stream, scope, payloads, window, read_at)
        return self.load_id

    def configure(self, *streams: str, lookback_days: int = 28) -> None:
        """Streams of sources that the project file names, be they read or not."""
        with self.connect() as connection:
            for stream in streams:
                connection.execute(
                    "insert into ops.streams select source, stream, 'any', ? "
                    "from (values (?, ?)) as named(source, stream) "
                    "anti join ops.streams using (source, stream)",
                    [lookback_days, *stream.split(".")],
                )

    @property
    def loaded_at(self) -> datetime:
        return EPOCH + timedelta(minutes=self.load_id)

    @property
    def batch_id(self) -> str:
        return f"batch-{self.load_id}"

    def transform(self, *, full_refresh: bool = False, select: Iterable[str] = ()) -> None:
        """Run dbt and, as the pipeline does after a success, move the position."""
        run_dbt(self, full_refresh=full_refresh, select=tuple(select))
        self.move_position()

    def move_position(self) -> None:
        with self.connect() as connection:
            connection.execute("delete from ops.transform_position")
            connection.execute(
                "insert into ops.transform_position values (?, 'test')", [self.load_id]
            )

    def verdict(self, gate_name: str) -> Verdict:
        """Verdict of a gate over all loads."""
        (gate,) = (gate for gate in GATES if gate.name == gate_name)
        with self.connect() as connection:
            return run_gate(gate, partial(fetch, connection), 0, date(2026, 1, 1))

    def rows(self, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
        with self.connect() as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def content(self, table: str, without: Sequence[str] = ()) -> list[tuple[Any, ...]]:
        """All rows of a table in a fixed order."""
        exclude = f"exclude ({', '.join(without)})" if without else ""
        return self.rows(f"select * {exclude} from {table} order by all")

    def _note_batch(
        self,
        connection: Any,
        source: str,
        stream: str,
        scope: str,
        currency: str,
        read_at: datetime,
    ) -> None:
        connection.execute(
            "insert into raw.batches (load_id, batch_id, source, stream, scope, currency, "
            "timezone, extracted_at, loaded_at) values (?, ?, ?, ?, ?, ?, 'UTC', ?, ?)",
            [
                *(self.load_id, self.batch_id, source, stream, scope, currency),
                *(read_at, self.loaded_at),
            ],
        )

    def _insert(
        self,
        connection: Any,
        stream: str,
        scope: str,
        payloads: Sequence[Row],
        window: tuple[datetime, datetime],
        read_at: datetime,
    ) -> None:
        rows = [
            (
                *(json.dumps(payload), str(index), None, "upsert", scope, *window, 0, index),
                *(self.batch_id, read_at, self.load_id, self.loaded_at),
            )
            for index, payload in enumerate(payloads)
        ]
        if rows:
            table = "raw." + stream.replace(".", "__")
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into {table} values ({marks})", rows)


def published_by_month() -> list[Candidate]:
    """The tables of which only months with news are published again."""
    nodes = _parsed(json.dumps(VARIABLES, sort_keys=True)).nodes.values()
    return [
        Candidate(schema=node.schema, name=node.name, partition=node.config.meta[by])
        for node in nodes
        if (by := "publish_partition") in node.config.meta
    ]


@cache
def _parsed(variables: str) -> Any:
    from dbt.cli.main import dbtRunner

    result = dbtRunner().invoke(["parse", *_options(variables)])
    assert result.success, result.exception
    return result.result


def run_dbt(warehouse: Warehouse, *, full_refresh: bool = False, select: Sequence[str] = ()) -> Any:
    """Run seeds and models; raises AssertionError with what failed."""
    arguments = ["build", "--resource-type", "model", "--resource-type", "seed"]
    arguments += ["--full-refresh"] if full_refresh else []
    arguments += ["--select", *select] if select else []
    return _invoke(warehouse, arguments)


def run_unit_tests(warehouse: Warehouse) -> int:
    """Run dbt's own unit tests on a warehouse that has the models; returns how many passed."""
    return len(_invoke(warehouse, ["test", "--resource-type", "unit_test"]).result.results)


def _invoke(warehouse: Warehouse, arguments: Sequence[str]) -> Any:
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ["TRUEUP_WAREHOUSE"] = str(warehouse.path)
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "0"
    variables = json.dumps(dict(warehouse.variables), sort_keys=True)
    try:
        manifest = _parsed(variables)
        result = dbtRunner(manifest=manifest).invoke([*arguments, *_options(variables)])
    finally:
        DuckDBConnectionManager.close_all_connections()
    assert result.success, _failures(result)
    return result


def _options(variables: str) -> list[str]:
    scratch = Path(tempfile.gettempdir()) / f"trueup-dbt-{os.getpid()}"
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(scratch), "--log-path", str(scratch / "logs")),
        # Nobody reads what dbt would print or keep: its result says what failed.
        *("--vars", variables, "--log-level", "none", "--log-level-file", "none"),
        *("--no-use-colors", "--no-write-json"),
    ]


def _failures(result: Any) -> str:
    found = [
        f"{entry.node.name}: {entry.message}"
        for entry in getattr(result.result, "results", None) or []
        if str(entry.status) in ("error", "fail", "runtime error")
    ]
    return "\n".join(found) or str(result.exception)
