"""From raw to candidate tables: dbt in this process, on what was loaded since the last success."""

import hashlib
import io
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from trueup.core.failpoints import failpoint
from trueup.errors import ConfigError, IntegrityError, QualityError, TrueupError
from trueup.pipeline.events import Event, Listener, silent
from trueup.pipeline.settings.project import Project
from trueup.warehouse.content import Candidate

PUBLISHED_SCHEMAS = ("core", "marts")
# How DuckDB, in a model's message, says that the disk and not the model is at fault.
_DISK_FAULT = re.compile(
    r"No space left|Could not (write|truncate|fsync)|Failed to commit|Disk quota"
    r"|\[Errno \d+\]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What dbt knows of the published tables: who they are and what is built from what."""

    candidates: tuple[Candidate, ...]
    parents: dict[str, frozenset[str]]

    def protected_by(self, tables: frozenset[str]) -> frozenset[str]:
        """`tables` and everything that is built from them, directly or not."""
        held = set(tables)
        grown = True
        while grown:
            grown = False
            for name, parents in self.parents.items():
                if name not in held and parents & held:
                    held.add(name)
                    grown = True
        return frozenset(held)


@dataclass(frozen=True, kw_only=True)
class TransformResult:
    """What was built; `load_id` is the last load the candidate tables know."""

    load_id: int
    models: int
    full_refresh: bool
    project_hash: str
    find_lineage: Callable[[], Lineage]

    @cached_property
    def lineage(self) -> Lineage:
        """Asked for only when something is to be audited: finding it takes seconds."""
        return self.find_lineage()


def transform(project: Project, listener: Listener = silent) -> TransformResult:
    """Bring the candidate tables up to everything that is loaded; without news, do nothing.

    A change of the models or of the project's zone or currency rebuilds all from raw. Raises
    QualityError naming the model when one fails; the candidate is then not published.
    """
    newest = project.warehouse.query("select coalesce(max(load_id), 0) as id from raw.batches")
    load_id = int(newest[0]["id"])
    variables = model_variables(project)
    project_hash = _project_hash(variables)
    position = project.warehouse.query("select load_id, project_hash from ops.transform_position")
    before = (position[0]["load_id"], position[0]["project_hash"]) if position else None
    full_refresh = before is not None and before[1] != project_hash
    runner = _Dbt(project, variables)
    models = 0
    if before != (load_id, project_hash):
        failpoint("C12")
        models = runner.build(full_refresh, listener)
        _remember(project, load_id, project_hash)
    return TransformResult(
        load_id=load_id,
        models=models,
        full_refresh=full_refresh,
        project_hash=project_hash,
        find_lineage=runner.lineage,
    )


def dbt_project_folder() -> Path:
    """The dbt project: inside an installed package, or beside `src` in a checkout."""
    packaged = Path(str(files("trueup"))) / "_dbt"
    checkout = Path(str(files("trueup"))).parents[1] / "dbt"
    for folder in (packaged, checkout):
        if (folder / "dbt_project.yml").exists():
            return folder
    raise IntegrityError(
        f"dbt project: neither {packaged} nor {checkout} holds one",
        hint="Install Trueup again; its models belong to the package.",
        code="TUP-709",
    )


def metric_dictionary() -> list[dict[str, str]]:
    """Every metric: name, label, formula, unit, grain, table, sql and edge_rules."""
    text = (dbt_project_folder() / "metrics.yml").read_text(encoding="utf-8")
    metrics: list[dict[str, str]] = yaml.safe_load(text)["metrics"]
    return metrics


def model_variables(project: Project) -> dict[str, str]:
    """What the models are told about the project."""
    return {
        "reporting_currency": project.config.currency,
        "reporting_timezone": project.config.timezone,
        "start_date": project.config.start_date.isoformat(),
    }


def _remember(project: Project, load_id: int, project_hash: str) -> None:
    with project.warehouse.transaction() as connection:
        connection.execute("delete from ops.transform_position")
        connection.execute(
            "insert into ops.transform_position values (?, ?)", [load_id, project_hash]
        )


def _project_hash(variables: dict[str, str]) -> str:
    digest = hashlib.sha256(json.dumps(variables, sort_keys=True).encode())
    folder = dbt_project_folder()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".sql", ".yml", ".csv"} and "target" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]


_manifests: dict[tuple[str, str], Any] = {}
_dbt_lock = threading.Lock()


class _Dbt:
    """dbt through its own Python entry; parsed once per process and set of variables."""

    def __init__(self, project: Project, variables: dict[str, str]) -> None:
        self._project = project
        self._folder = dbt_project_folder()
        self._variables = json.dumps(variables, sort_keys=True)
        self._key = (str(self._folder), self._variables)

    def build(self, full_refresh: bool, listener: Listener) -> int:
        """Run seeds and models; returns how many nodes succeeded."""
        extra = ["--full-refresh"] if full_refresh else []
        types = ["--resource-type", "model", "--resource-type", "seed"]
        total = len(self._nodes())
        with self._session():
            result = self._runner(_progress(listener, total)).invoke(
                ["build", *types, *extra, *self._options()]
            )
        if not result.success:
            raise _failed(result)
        return len(result.result.results)

    def lineage(self) -> Lineage:
        nodes = self._nodes()
        published = {name: node for name, node in nodes.items() if node.schema in PUBLISHED_SCHEMAS}
        return Lineage(
            candidates=tuple(
                Candidate(
                    schema=node.schema,
                    name=name,
                    partition=node.config.meta.get("publish_partition"),
                )
                for name, node in sorted(published.items())
            ),
            parents={
                name: frozenset(parent.rsplit(".", 1)[-1] for parent in node.depends_on.nodes)
                for name, node in nodes.items()
                if node.resource_type == "model" and not node.config.meta.get("bookkeeping")
            },
        )

    def _nodes(self) -> dict[str, Any]:
        nodes = self._manifest().nodes.values()
        return {node.name: node for node in nodes if node.resource_type in ("model", "seed")}

    def _manifest(self) -> Any:  # dbt's own class, which has no types
        with _dbt_lock:
            if self._key not in _manifests:
                with self._session():
                    result = self._runner(None, parsed=False).invoke(["parse", *self._options()])
                if not result.success:
                    raise _failed(result)
                _manifests[self._key] = result.result
        return _manifests[self._key]

    def _runner(self, callback: Callable[[Any], None] | None, parsed: bool = True) -> Any:
        from dbt.cli.main import dbtRunner

        manifest = _manifests.get(self._key) if parsed else None
        return dbtRunner(manifest=manifest, callbacks=[callback] if callback else [])

    def _options(self) -> list[str]:
        target = self._project.workspace / "dbt"
        return [
            *("--project-dir", str(self._folder), "--profiles-dir", str(self._folder)),
            *("--target-path", str(target), "--log-path", str(target / "logs")),
            *("--vars", self._variables, "--quiet", "--no-use-colors"),
        ]

    @contextmanager
    def _session(self) -> Iterator[None]:
        """dbt's settings in the environment, and its connection closed at the end."""
        os.environ["TRUEUP_WAREHOUSE"] = str(self._project.warehouse.path)
        os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "0"
        try:
            try:
                # What dbt says of a failure is in its log and in our message; the output is ours.
                with redirect_stdout(io.StringIO()):
                    yield
            finally:
                _close_dbt()
        except OSError as error:  # dbt's own files: its log, its copy of the models
            raise _disk_error("dbt", str(error)) from error


def _close_dbt() -> None:
    """Let go of the warehouse and the log file, which dbt keeps open for its process's life."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt_common.events.event_manager_client import cleanup_event_logger, get_event_manager

    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt has no types
    for logger in get_event_manager().loggers:
        for handler in getattr(getattr(logger, "_python_logger", None), "handlers", []):
            handler.close()
    cleanup_event_logger()


def _progress(listener: Listener, total: int) -> Callable[[Any], None]:
    done = 0

    def on_event(event: Any) -> None:
        nonlocal done
        if event.info.name == "NodeFinished":
            done += 1
            name = event.data.node_info.node_name
            listener(Event("model_built", name, done, total))
            failpoint("C13")

    return on_event


def _failed(result: Any) -> TrueupError:
    failures = [
        (entry.node.name, str(entry.message or "").strip())
        for entry in getattr(result.result, "results", None) or []
        if str(entry.status) in ("error", "fail", "runtime error")
    ]
    if not failures:
        if isinstance(result.exception, KeyboardInterrupt):
            raise KeyboardInterrupt  # dbt catches Ctrl-C and hands it over as a result
        told = str(result.exception).strip() or type(result.exception).__name__
        if _DISK_FAULT.search(told):
            return _disk_error("dbt", told.splitlines()[0])
        return ConfigError(
            f"models: {' '.join(told.split())[:300]}",
            why="Nothing was published; the last good version stays on show.",
            hint="See the log in the workspace under dbt/logs. If you changed no model, this is a "
            "defect of Trueup: please report it with this message.",
            code="TUP-314",
        )
    for name, message in failures:
        if _DISK_FAULT.search(message):
            line = next(line for line in message.splitlines() if _DISK_FAULT.search(line))
            return _disk_error(f"model {name}", line.strip())
    name, message = failures[0]
    first = next((line for line in message.splitlines() if line.strip()), "failed")
    return QualityError(
        f"model {name}: {first} ({len(failures)} of the models failed)",
        why="Nothing was published; the last good version stays on show.",
        hint="See the log in the workspace under dbt/logs, mend the model, then: trueup run",
        code="TUP-601",
    )


def _disk_error(where: str, what: str) -> IntegrityError:
    return IntegrityError(
        f"{where}: {what}",
        why="Nothing was published; the last good version stays on show.",
        hint="Free space on the workspace's disk, or give this user write access to the workspace; "
        "then run again.",
        code="TUP-707",
    )
