"""Writes docs/reference from the code: `python -m docs.generate`, or `--check` to compare."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml
from pydantic import BaseModel

from docs.cli_page import cli_page
from docs.errors.catalog import errors_page
from trueup.pipeline.settings.config import ProjectConfig
from trueup.pipeline.settings.network import NetworkConfig
from trueup.pipeline.settings.project import imported
from trueup.pipeline.steps.transform import (
    dbt_project_folder,
    metric_dictionary,
    state_comments,
)
from trueup.quality.catalog import GATES
from trueup.sources.registry import REGISTRY, source_type

REFERENCE = Path(__file__).parent / "reference"


def metrics_page() -> str:
    """Every metric with its formula and rules."""
    lines = [
        "# Metrics",
        "",
        "Generated from `dbt/metrics.yml`; the dashboard shows the same texts. Over several days "
        "or channels, a ratio is the ratio of the sums, never the mean of ratios. NULL (shown as "
        "an empty value) means that a value is unknown or that the denominator is zero. The "
        "[glossary](../glossary.md) explains the terms.",
    ]
    for metric in metric_dictionary():
        lines += [
            "",
            f"## {metric['label']}",
            "",
            f"`{metric['name']}` = {metric['formula'].strip()}",
            "",
            f"- Rules: {_one_line(metric['edge_rules'])}",
            f"- Unit: {metric['unit']}",
            f"- Grain: {metric['grain']}",
            f"- Table: `marts.{metric['table']}`",
            f"- SQL: `{_one_line(metric['sql'])}`",
        ]
    return "\n".join(lines) + "\n"


def gates_page() -> str:
    """Every gate, the tables it protects, and what to do if it fails."""
    lines = [
        "# Gates",
        "",
        "Generated from `src/trueup/quality`. A gate is a check that runs before tables are "
        "published. If a gate of severity `block` fails, the tables that it protects, and all "
        "tables built from them, are withheld: readers keep seeing their last good version, "
        "marked as such. Tables that are published only together are withheld together. A gate "
        "of severity `warn` reports what it found and withholds nothing.",
    ]
    for gate in GATES:
        lines += [
            "",
            f"## {gate.title}",
            "",
            f"`{gate.name}`, severity `{gate.severity}`, owner {gate.owner}",
            "",
            f"- Protects: {_listed(gate.protects)}",
        ]
        if gate.shown_together:
            lines.append(f"- Published only together: {_listed(gate.shown_together)}")
        lines += [f"- If it fails: {gate.why}", f"- What to do: {gate.hint}"]
    return "\n".join(lines) + "\n"


def _listed(tables: frozenset[str]) -> str:
    return ", ".join(f"`{table}`" for table in sorted(tables)) or "nothing"


def settings_page() -> str:
    """Every key of trueup.yml and of each source."""
    lines = [
        "# trueup.yml",
        "",
        "Generated from the settings' types. `${NAME}` in a value is replaced by the environment "
        "variable of that name. An unknown key is an error.",
        *_table_of(ProjectConfig, "The project"),
        *_table_of(NetworkConfig, "network"),
    ]
    for name in sorted(REGISTRY):
        lines += _table_of(imported(source_type(name).config), f"sources.{name}")
    return "\n".join(lines) + "\n"


def tables_page() -> str:
    """Published tables and columns with the descriptions of their models."""
    lines = [
        "# Tables",
        "",
        "Generated from the models' descriptions in `dbt/models` and `dbt/published_state.yml`. "
        "The published file holds the same texts as comments: `select * from duckdb_columns()`. "
        "Names are a contract with BI tools: they are added to, not changed.",
    ]
    for layer in ("core", "marts"):
        folder = dbt_project_folder() / "models" / layer
        found = [m for f in sorted(folder.glob("*.yml")) for m in _models(f)]
        for model in sorted(found, key=lambda m: m["name"]):
            columns = {c["name"]: c["description"] for c in model["columns"]}
            lines += _described(f"{layer}.{model['name']}", model["description"], columns)
    for name, comment in state_comments().items():
        lines += _described(name, comment.table, comment.columns)
    return "\n".join(lines) + "\n"


def _described(name: str, description: object, columns: Mapping[str, object]) -> list[str]:
    rows = [
        f"| `{column}` | {_one_line(text).replace('|', '&#124;')} |"
        for column, text in columns.items()
    ]
    return ["", f"## {name}", "", _one_line(description), "", "| column | |", "|---|---|", *rows]


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": cli_page,
    "metrics.md": metrics_page,
    "gates.md": gates_page,
    "errors.md": errors_page,
    "settings.md": settings_page,
    "tables.md": tables_page,
}


def outdated() -> list[str]:
    """Names of pages that differ from the code."""
    return [
        name
        for name, page in PAGES.items()
        if not (REFERENCE / name).exists() or (REFERENCE / name).read_text() != page()
    ]


def _models(path: Path) -> list[dict[str, object]]:
    return yaml.safe_load(path.read_text()).get("models", [])


def _one_line(text: object) -> str:
    return " ".join(str(text).split())


def _table_of(model: type[BaseModel], title: str) -> list[str]:
    lines = ["", f"## {title}", "", "| key | default | meaning |", "|---|---|---|"]
    for name, field in model.model_fields.items():
        default = "required" if field.is_required() else f"`{field.default}`"
        default = "see below" if isinstance(field.default, BaseModel) else default
        lines.append(f"| `{name}` | {default} | {_one_line(field.description or '')} |")
    return lines


def main() -> None:
    if "--check" in sys.argv:
        if names := outdated():
            raise SystemExit(f"outdated: {', '.join(names)}; run: make docs")
        return
    REFERENCE.mkdir(exist_ok=True)
    for name, page in PAGES.items():
        (REFERENCE / name).write_text(page())


if __name__ == "__main__":
    main()
