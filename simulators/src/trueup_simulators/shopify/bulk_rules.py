"""Refusals of queries for bulk operations, in the vendor's words."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    OperationDefinitionNode,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from trueup_simulators.shopify.schema import SCHEMA, checked_document

MAX_CONNECTIONS = 5
MAX_DEPTH = 2


@dataclass(slots=True)
class _Findings:
    connections: int = 0
    depth: int = 0
    by_nodes: list[str] = field(default_factory=list)
    without_id: list[str] = field(default_factory=list)
    in_list: bool = False
    top_level_node: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Position of a field in the query; `owner` is the nearest connection around it."""

    depth: int = 0
    in_list: bool = False
    owner: str = ""
    owner_has_id: bool = True


def refusals(query: str) -> list[str]:
    """Reasons that the query cannot run in bulk; empty if it can."""
    document = checked_document(query)
    if not isinstance(document, DocumentNode):
        return [f"Invalid bulk query: {error.message}" for error in document]
    operation = next(n for n in document.definitions if isinstance(n, OperationDefinitionNode))
    if operation.operation is not OperationType.QUERY:
        return ["Invalid operation type. Only `query` operations are supported."]
    found = _Findings()
    _walk(SCHEMA.query_type, operation.selection_set, _Place(), found)
    return list(_messages(found))


def _messages(found: _Findings) -> Iterator[str]:
    if found.by_nodes:
        names = "', '".join(found.by_nodes)
        yield (
            "All connection fields in a bulk query must select their contents using 'edges' > "
            f"'node', e.g: '{found.by_nodes[0]} {{ edges {{ node {{'. Selecting via 'nodes' is not "
            f"supported. Invalid connection fields: '{names}'."
        )
    if found.top_level_node:
        yield "Bulk queries cannot contain a top level `node` field."
    if found.depth > MAX_DEPTH:
        yield "Bulk queries cannot contain connections with a nesting depth greater than 2."
    if found.connections > MAX_CONNECTIONS:
        yield "Bulk queries cannot contain more than 5 connections."
    if found.without_id:
        yield (
            "The parent 'node' field for a nested connection must select the 'id' field without "
            "an alias and must be of 'ID' return type. Connection fields without 'id': "
            f"{', '.join(found.without_id)}."
        )
    if found.in_list:
        yield (
            "Queries that contain a connection field within a list field are not currently "
            "supported."
        )
    if not found.connections:
        yield "Bulk queries must contain at least one connection."


def _walk(parent: Any, selection_set: Any, place: _Place, found: _Findings) -> None:
    for node in selection_set.selections:
        if not isinstance(node, FieldNode):
            _walk(parent, node.selection_set, place, found)
        elif node.selection_set is not None:
            _field(parent, node, place, found)


def _field(parent: Any, node: FieldNode, place: _Place, found: _Findings) -> None:
    name = node.name.value
    kind = parent.fields[name].type
    named = get_named_type(kind)
    if named.name.endswith("Connection"):
        _connection(named, node, place, found)
        return
    found.top_level_node = found.top_level_node or (place.depth == 0 and name == "node")
    in_list = place.in_list or is_list_type(get_nullable_type(kind))
    inside = _Place(place.depth, in_list, place.owner, place.owner_has_id)
    _walk(named, node.selection_set, inside, found)


def _connection(kind: Any, node: FieldNode, place: _Place, found: _Findings) -> None:
    name = node.name.value
    found.connections += 1
    found.depth = max(found.depth, place.depth)
    found.in_list = found.in_list or place.in_list
    if not place.owner_has_id and place.owner not in found.without_id:
        found.without_id.append(place.owner)
    assert node.selection_set is not None
    parts = {p.name.value: p for p in node.selection_set.selections if isinstance(p, FieldNode)}
    if "nodes" in parts:
        found.by_nodes.append(name)
    item = _inner(parts.get("nodes")) or _inner(_inner_field(parts.get("edges"), "node"))
    if item is not None:
        has_id = any(_is_plain_id(p) for p in item.selections)
        inside = _Place(place.depth + 1, owner=name, owner_has_id=has_id)
        _walk(get_named_type(kind.fields["nodes"].type), item, inside, found)


def _inner(node: FieldNode | None) -> Any:
    return node.selection_set if node is not None else None


def _inner_field(node: FieldNode | None, name: str) -> FieldNode | None:
    parts = node.selection_set.selections if node is not None and node.selection_set else ()
    return next((p for p in parts if isinstance(p, FieldNode) and p.name.value == name), None)


def _is_plain_id(node: Any) -> bool:
    return isinstance(node, FieldNode) and node.name.value == "id" and node.alias is None
