"""Rows as JSON text: zeros left out, 64-bit integers as strings, names in lowerCamelCase."""

import json
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trueup_simulators.google_ads.fields import FIELDS, Field, Kind
from trueup_simulators.google_ads.plan import Plan, resource_names
from trueup_simulators.google_ads.rows import FIGURES, RATIOS

Texts = list[str | None]

# `json.dumps` with an argument makes an encoder for each value.
_json_text = json.JSONEncoder(ensure_ascii=False).encode


def camel(name: str) -> str:
    """ad_group_ad.ad.final_urls -> adGroupAd.ad.finalUrls"""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


def field_mask(plan: Plan) -> str:
    """Requested fields in order; distinguishes a zero from a field that was not requested."""
    return ",".join(camel(field.name) for field in plan.select)


def encode_rows(plan: Plan, table: pa.Table) -> list[str]:
    """One JSON object per row."""
    tree: dict[str, Any] = {}
    for field in _written(plan):
        *parents, leaf = [camel(part) for part in field.name.split(".")]
        node = tree
        for parent in parents:
            node = node.setdefault(parent, {})
        node[leaf] = field_texts(field, table[field.name])
    return [text or "{}" for text in _objects(tree, table.num_rows)]


def _written(plan: Plan) -> Iterable[Field]:
    """The selected fields and the resource names that come without being asked for."""
    names = dict.fromkeys([*resource_names(plan), *(field.name for field in plan.select)])
    return [FIELDS[name] for name in names]


def field_texts(field: Field, column: pa.ChunkedArray | pa.Array) -> Texts:
    """Values as JSON text; None where proto3 JSON leaves the field out."""
    values = column.to_pylist()
    match field.kind:
        case Kind.INT64:
            return [f'"{value}"' if value else None for value in values]
        case Kind.INT32:
            return [str(value) if value else None for value in values]
        case Kind.DOUBLE:
            return [_number(value) if value else None for value in values]
        case Kind.BOOL:
            return ["true" if value else None for value in values]
        case Kind.ENUM:
            return [f'"{value}"' if value else None for value in values]
        case _:
            return [_json_text(value) if value else None for value in values]


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _objects(tree: dict[str, Any], count: int) -> Texts:
    """One object per row from columns of texts, empty ones left out."""
    members = [
        _members(name, node if isinstance(node, list) else _objects(node, count))
        for name, node in tree.items()
    ]
    if not members:
        return [None] * count
    rows = (",".join(filter(None, parts)) for parts in zip(*members, strict=True))
    return [f"{{{row}}}" if row else None for row in rows]


def _members(name: str, texts: Texts) -> Texts:
    return [None if text is None else f'"{name}":{text}' for text in texts]


def summary_row(plan: Plan, table: pa.Table) -> str:
    """The selected figures over all rows, as a row."""
    sums = {
        name: pc.sum(table[name]).as_py() or 0 for name in FIGURES if name in table.column_names
    }
    members = []
    for name in plan.metrics:
        value = sums.get(name)
        if name in RATIOS:
            value = _ratio(name, sums)
        text = field_texts(FIELDS[name], pa.array([value]))[0]
        if text is not None:
            members.append(f'"{camel(name.partition(".")[2])}":{text}')
    return f'{{"metrics":{{{",".join(members)}}}}}'


def _ratio(name: str, sums: dict[str, Any]) -> float:
    above, below = (f"metrics.{part}".replace("spend_", "cost_") for part in RATIOS[name])
    return float(sums[above] / sums[below]) if sums.get(below) else 0.0
