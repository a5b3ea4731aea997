"""The vendor's own schema as judge of what is sent and of what the simulator serves.

It is inside an npm package (see README.md here); nothing of it is kept in this repository.
"""

import gzip
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from graphql import (
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    build_client_schema,
    get_nullable_type,
    is_abstract_type,
    is_enum_type,
    is_list_type,
    is_non_null_type,
    is_scalar_type,
    parse,
    validate,
)

VERSION = "2026-10"
SCHEMA_FILE = (
    Path(__file__).parent / "node_modules/@shopify/dev-mcp/dist/data" / f"admin_{VERSION}.json.gz"
)

_TEXT_SCALARS: dict[str, re.Pattern[str]] = {
    "ID": re.compile(r"gid://shopify/\w+/.+"),
    "DateTime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"),
    "Decimal": re.compile(r"-?\d+\.\d+"),
    "Money": re.compile(r"-?\d+\.\d+"),
    "UnsignedInt64": re.compile(r"\d+"),
    "URL": re.compile(r"https?://.+", re.DOTALL),
    "String": re.compile(r".*", re.DOTALL),
}
_PLAIN_SCALARS: dict[str, tuple[type, ...]] = {
    "Int": (int,),
    "Float": (int, float),
    "Boolean": (bool,),
}


def available() -> bool:
    """True when the schema is installed."""
    return SCHEMA_FILE.is_file()


@cache
def schema() -> GraphQLSchema:
    """The official schema; built once, in about a quarter of a second."""
    introspection = json.loads(gzip.decompress(SCHEMA_FILE.read_bytes()))
    return build_client_schema(introspection["data"], assume_valid=True)


def query_faults(document: str) -> list[str]:
    """Errors of a document by the official schema."""
    return [error.message for error in validate(schema(), parse(document))]


def answer_faults(document: str, data: Mapping[str, Any]) -> list[str]:
    """Errors in the data of a response: missing and unknown keys, types, nulls, formats."""
    judged = _Judged(document)
    return list(judged.of_object(judged.root_type, [judged.operation.selection_set], data, "data"))


def bulk_line_faults(document: str, line: Mapping[str, Any]) -> list[str]:
    """Errors in one line of a bulk result; nested connections have lines of their own."""
    judged = _Judged(document)
    kind = line["id"].split("/")[-2]
    selection = judged.bulk_selection(judged.root_type, judged.operation.selection_set, kind)
    own = {name: value for name, value in line.items() if name != "__parentId"}
    return list(judged.of_object(schema().type_map[kind], [selection], own, kind, bulk=True))


class _Judged:
    """One document, ready to be compared with answers to it."""

    def __init__(self, document: str) -> None:
        parsed = parse(document).definitions
        self.operation = next(n for n in parsed if isinstance(n, OperationDefinitionNode))
        self._fragments = {n.name.value: n for n in parsed if isinstance(n, FragmentDefinitionNode)}
        is_query = self.operation.operation is OperationType.QUERY
        self.root_type: Any = schema().query_type if is_query else schema().mutation_type

    def of_object(
        self, kind: Any, sets: list[Any], value: Any, place: str, *, bulk: bool = False
    ) -> Iterator[str]:
        if not isinstance(value, Mapping):
            yield f"{place}: not an object"
            return
        fields = self._fields(kind, sets, value)
        if bulk:
            fields = {k: v for k, v in fields.items() if not _is_connection(kind, v[0])}
        missing, unknown = fields.keys() - value.keys(), value.keys() - fields.keys()
        if missing or unknown:
            yield f"{place}: missing {sorted(missing)}, unknown {sorted(unknown)}"
        for key in fields.keys() & value.keys():
            of_type = kind.fields[fields[key][0].name.value].type
            inner = [node.selection_set for node in fields[key] if node.selection_set]
            yield from self._of_value(of_type, inner, value[key], f"{place}.{key}")

    def _fields(self, kind: Any, sets: list[Any], value: Any) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for node in (node for selection_set in sets for node in selection_set.selections):
            if node.kind == "field":
                found.setdefault((node.alias or node.name).value, []).append(node)
                continue
            part = (
                self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            )
            for key, nodes in self._fields(kind, [part.selection_set], value).items():
                found.setdefault(key, []).extend(nodes)
        return found

    def _of_value(self, of_type: Any, sets: list[Any], value: Any, place: str) -> Iterator[str]:
        if value is None:
            if is_non_null_type(of_type):
                yield f"{place}: null where {of_type} is promised"
            return
        bare = get_nullable_type(of_type)
        if is_list_type(bare):
            items = value if isinstance(value, list) else []
            if not isinstance(value, list):
                yield f"{place}: not a list"
            for index, item in enumerate(items):
                yield from self._of_value(bare.of_type, sets, item, f"{place}[{index}]")
        elif is_scalar_type(bare) or is_enum_type(bare):
            yield from _leaf_faults(bare, value, place)
        else:
            yield from self.of_object(self._concrete(bare, sets, value), sets, value, place)

    def _concrete(self, kind: Any, sets: list[Any], value: Any) -> Any:
        """The type behind an interface: from the id, else from the one requested fragment."""
        if not is_abstract_type(kind):
            return kind
        names = [value["id"].split("/")[-2]] if "id" in value else self._conditions(sets)
        found = [schema().type_map.get(name) for name in names]
        fitting = [t for t in found if t in schema().get_possible_types(kind)]
        return fitting[0] if len(fitting) == 1 else kind

    def _conditions(self, sets: list[Any]) -> list[str]:
        nodes = [node for selection_set in sets for node in selection_set.selections]
        parts = [self._fragments.get(n.name.value, n) if hasattr(n, "name") else n for n in nodes]
        return [part.type_condition.name.value for part in parts if hasattr(part, "type_condition")]

    def bulk_selection(self, kind: Any, selection_set: Any, wanted: str) -> Any:
        for node in selection_set.selections:
            if node.kind != "field" or node.selection_set is None:
                continue
            named = _named(kind, node)
            if named.name == wanted:
                return node.selection_set
            deeper = self.bulk_selection(named, node.selection_set, wanted)
            if deeper is not None:
                return deeper
        return None


def _named(kind: Any, node: Any) -> Any:
    of_type = kind.fields[node.name.value].type
    while hasattr(of_type, "of_type"):
        of_type = of_type.of_type
    return of_type


def _is_connection(kind: Any, node: Any) -> bool:
    return bool(_named(kind, node).name.endswith("Connection"))


def _leaf_faults(kind: Any, value: Any, place: str) -> Iterator[str]:
    if is_enum_type(kind):
        fits = value in kind.values
    elif kind.name in _PLAIN_SCALARS:
        allowed = _PLAIN_SCALARS[kind.name]
        fits = isinstance(value, allowed) and (bool in allowed or not isinstance(value, bool))
    else:
        pattern = _TEXT_SCALARS.get(kind.name)
        fits = isinstance(value, str) and pattern is not None and bool(pattern.fullmatch(value))
    if not fits:
        yield f"{place}: {value!r} is no {kind.name}"
