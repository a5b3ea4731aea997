"""The published dictionary of metrics: label, formula and rules of each figure."""

from collections.abc import Mapping
from dataclasses import dataclass

from trueup_dashboards.published import Published

TABLE = "ops.metrics"
_ABBREVIATIONS = {"cac", "cpc", "ctr", "gmv", "mer", "roas"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One metric; `formula` and the rules for edge cases are in words."""

    name: str
    label: str
    formula: str = ""
    unit: str = ""
    grain: str = ""
    edge_rules: str = ""


def dictionary(published: Published) -> dict[str, Metric]:
    """The metrics of this version by name; empty when it was published without them."""
    if not published.columns(TABLE):
        return {}
    found = published.rows(
        f"select name, label, formula, unit, grain, edge_rules from {TABLE} order by name"
    )
    return {
        row["name"]: Metric(**{key: str(value or "") for key, value in row.items()})
        for row in found
    }


def metric(known: Mapping[str, Metric], name: str) -> Metric:
    """The metric, or its bare name where the dictionary does not know it."""
    return known.get(name) or Metric(name=name, label=_label(name))


def _label(name: str) -> str:
    words = [word.upper() if word in _ABBREVIATIONS else word for word in name.split("_")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]
