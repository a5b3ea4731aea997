"""Runs a bulk query: one line per object, children with the id of their parent."""

import random
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import msgspec

from trueup_simulators.shopify.bulk import Export
from trueup_simulators.shopify.paging import Page
from trueup_simulators.shopify.plan import FieldPlan, Plan, Selection
from trueup_simulators.shopify.run import Runner


def export(plan: Plan, context: Any, *, grouped: bool, seed: int) -> Export:
    """Ungrouped lines come in no order at all: a child may stand before its parent."""
    lines: list[bytes] = []
    roots = 0
    for root in plan.fields:
        page = root.resolve(None, root.args, context)
        roots += len(page.nodes)
        for item in page.nodes:
            lines.extend(map(msgspec.json.encode, _objects(_node_plan(root), item, context, None)))
    if not grouped:
        random.Random(seed).shuffle(lines)
    return Export(tuple(lines), roots)


def _node_plan(connection: FieldPlan) -> FieldPlan:
    """The plan of `edges { node }` inside a connection."""
    assert connection.selection is not None
    inside = connection.selection.fields[connection.type_name]
    edges = next(field for field in inside if field.name == "edges")
    assert edges.selection is not None
    return next(f for f in edges.selection.fields[edges.type_name] if f.name == "node")


def _objects(
    plan: FieldPlan, item: Any, context: Any, parent_id: str | None
) -> Iterator[dict[str, Any]]:
    assert plan.selection is not None
    fields = plan.selection.fields[plan.type_name]
    own = tuple(field for field in fields if not field.is_connection)
    shallow = replace(
        plan, resolve=lambda *_: item, selection=Selection({plan.type_name: own}), denial=None
    )
    outcome = Runner(context).run(Plan(is_mutation=False, root=Selection({}), fields=(shallow,)))
    line = (outcome.data or {})[plan.key]
    yield line if parent_id is None else {**line, "__parentId": parent_id}
    for field in fields:
        if field.is_connection:
            page: Page = field.resolve(item, field.args, context)
            for child in page.nodes:
                yield from _objects(_node_plan(field), child, context, line["id"])
