"""dbt in this process: building the models, and what is built from what."""

import io
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trueup.core.failpoints import failpoint
from trueup.pipeline.events import Event, Listener
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.dbt_errors import disk_error, failure
from trueup.warehouse.fingerprint import Candidate, TableComment

PUBLISHED_SCHEMAS = ("core", "marts")
FIXED = ("view", "seed")

_manifests: dict[tuple[str, str], Any] = {}
_dbt_lock = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """The published tables and their parents, as dbt knows them."""

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


class DbtRunner:
    """dbt through its own Python entry; parsed once per process and set of variables."""

    def __init__(self, project: Project, folder: Path, variables: dict[str, str]) -> None:
        self._project = project
        self._folder = folder
        self._variables = json.dumps(variables, sort_keys=True)
        self._key = (str(self._folder), self._variables)

    def build(self, full_refresh: bool, listener: Listener) -> int:
        """Run seeds and models; returns how many nodes succeeded.

        A full refresh builds all of them; else seeds and views stay, since only a change of the
        project changes them.
        """
        fixed = () if full_refresh else FIXED
        extra = ["--full-refresh"] if full_refresh else []
        for kind in fixed:
            extra += ["--exclude", f"config.materialized:{kind}"]
        types = ["--resource-type", "model", "--resource-type", "seed"]
        total = len([node for node in self._nodes().values() if _kind(node) not in fixed])
        with self._session():
            result = self._runner(_progress(listener, total)).invoke(
                ["build", *types, *extra, *self._options()]
            )
        if not result.success:
            raise failure(result, self._project.warehouse.path)
        return len(result.result.results)

    def has_all_tables(self) -> bool:
        """True if the warehouse has the table or view of every model and seed."""
        found = self._project.warehouse.query(
            "select table_schema || '.' || table_name as name from information_schema.tables"
        )
        nodes = self._nodes().values()
        return {f"{node.schema}.{node.name}" for node in nodes} <= {row["name"] for row in found}

    def lineage(self) -> Lineage:
        nodes = self._nodes()
        published = {name: node for name, node in nodes.items() if node.schema in PUBLISHED_SCHEMAS}
        return Lineage(
            candidates=tuple(
                Candidate(
                    schema=node.schema,
                    name=name,
                    partition=node.config.meta.get("publish_partition"),
                    comment=TableComment(
                        _one_line(node.description),
                        {c.name: _one_line(c.description) for c in node.columns.values()},
                    ),
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
                    raise failure(result, self._project.warehouse.path)
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
            raise disk_error("dbt", str(error)) from error


def _kind(node: Any) -> str:
    return str(node.config.materialized)


def _one_line(text: str) -> str:
    return " ".join(text.split())


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
