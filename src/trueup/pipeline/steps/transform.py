"""Transform step: dbt in this process builds candidate tables from new loads."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path

from ruamel.yaml import YAML

from trueup.core.failpoints import failpoint
from trueup.errors import IntegrityError
from trueup.pipeline.events import Listener, silent
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.dbt_runner import DbtRunner, Lineage
from trueup.pipeline.time_zones import require_known_zone
from trueup.warehouse.fingerprint import TableComment


@dataclass(frozen=True, kw_only=True)
class TransformResult:
    """Result of a transform; `load_id` is the last load that the candidate tables include.

    `project_hash` differs when the same load ids mean other rows: with other models, settings or
    another lake.
    """

    load_id: int
    models: int
    full_refresh: bool
    project_hash: str
    find_lineage: Callable[[], Lineage]

    @cached_property
    def lineage(self) -> Lineage:
        """Lineage of the models, found only for an audit, since it takes seconds."""
        return self.find_lineage()


def transform(project: Project, listener: Listener = silent) -> TransformResult:
    """Bring the candidate tables up to date with all loads; without new ones, do nothing.

    A change of the models, of the project's zone or currency, of the configured sources or of the
    lake's first batch rebuilds all from raw, and so does a table that is gone. Raises QualityError
    naming the model when one fails; the candidate is then not published.
    """
    newest = project.warehouse.query("select coalesce(max(load_id), 0) as id from raw.batches")
    load_id = int(newest[0]["id"])
    variables = model_variables(project)
    project_hash = _project_hash(variables, _origin(project) + _configured(project))
    position = project.warehouse.query("select load_id, project_hash from ops.transform_position")
    before = (position[0]["load_id"], position[0]["project_hash"]) if position else None
    full_refresh = before is None or before[1] != project_hash
    runner = DbtRunner(project, dbt_project_folder(), variables)
    models = 0
    if before != (load_id, project_hash):
        require_known_zone(project)
        full_refresh = full_refresh or not runner.has_all_tables()
        if full_refresh:
            _forget(project)
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
    metrics: list[dict[str, str]] = YAML(typ="safe", pure=True).load(text)["metrics"]
    return metrics


def state_comments() -> dict[str, TableComment]:
    """Descriptions of the published state tables, by their names in the schema `ops`."""
    text = (dbt_project_folder() / "published_state.yml").read_text(encoding="utf-8")
    return {
        f"ops.{table['name']}": TableComment(
            " ".join(table["description"].split()), table["columns"]
        )
        for table in YAML(typ="safe", pure=True).load(text)["tables"]
    }


def model_variables(project: Project) -> dict[str, str]:
    """Variables of the project for the models."""
    return {
        "reporting_currency": project.config.currency,
        "reporting_timezone": project.config.timezone,
        "start_date": project.config.start_date.isoformat(),
    }


def _forget(project: Project) -> None:
    """Make an unfinished rebuild start again, whatever models come next: its tables are mixed."""
    with project.warehouse.transaction() as connection:
        connection.execute("delete from ops.transform_position")


def _remember(project: Project, load_id: int, project_hash: str) -> None:
    with project.warehouse.transaction() as connection:
        connection.execute("delete from ops.transform_position")
        connection.execute(
            "insert into ops.transform_position values (?, ?)", [load_id, project_hash]
        )


def _origin(project: Project) -> str:
    """First loaded batch, which differs in a recreated lake."""
    first = project.warehouse.query(
        "select batch_id, loaded_at::varchar as loaded_at from raw.batches order by load_id limit 1"
    )
    return json.dumps(first)


def _configured(project: Project) -> str:
    """The configured sources: without one, the figures that it alone gives are unknown."""
    found = project.warehouse.query("select source, stream from ops.streams order by all")
    return json.dumps(found)


def _project_hash(variables: dict[str, str], origin: str) -> str:
    digest = hashlib.sha256((json.dumps(variables, sort_keys=True) + origin).encode())
    folder = dbt_project_folder()
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".sql", ".yml", ".csv"} and "target" not in path.parts:
            digest.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    return digest.hexdigest()[:16]
