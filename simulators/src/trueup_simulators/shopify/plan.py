"""Turns a checked document into a plan of resolvers, and says what it may cost at most.

graphql-core parses and validates; its executor takes a coroutine's worth of work per field, and a
page of orders has thousands, so running is left to `run`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSkipDirective,
    Node,
    OperationDefinitionNode,
    OperationType,
    get_argument_values,
    get_directive_values,
    get_named_type,
    get_nullable_type,
    get_variable_values,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from trueup_simulators.shopify.cost import LARGEST_PAGE, MUTATION_COST, OBJECT_COST, connection_cost
from trueup_simulators.shopify.schema import SCHEMA

Resolver = Callable[[Any, Mapping[str, Any], Any], Any]


@dataclass(frozen=True, slots=True)
class Plain:
    """A resolver that needs nothing but the source; running it skips the rest."""

    get: Callable[[Any], Any]

    def __call__(self, source: Any, _args: Mapping[str, Any], _context: Any) -> Any:
        """The field's value."""
        return self.get(source)


# (type, field) -> why the token may not read it, or None.
Access = Callable[[str, str, str], str | None]

# Wrappers that cost nothing of their own.
FREE = ("Edge", "PageInfo")


class DocumentError(ValueError):
    """The document fits the schema, but not the request: variables, page sizes."""

    def __init__(self, errors: Iterable[GraphQLError]) -> None:
        super().__init__("document refused")
        self.errors = tuple(errors)


@dataclass(slots=True)
class FieldPlan:
    """One selected field of one object type.

    is_open: nothing in it is denied. get: how to read a value that needs nothing but the source,
    if it is a leaf or an object whose fields are `parts`.
    """

    key: str
    name: str
    args: Mapping[str, Any]
    type_name: str
    is_leaf: bool
    is_list: bool
    nullable: bool
    resolve: Resolver
    denial: str | None
    selection: "Selection | None"
    is_open: bool = field(init=False)
    get: Callable[[Any], Any] | None = field(init=False, default=None)
    parts: "tuple[FieldPlan, ...] | None" = field(init=False, default=None)

    def __post_init__(self) -> None:
        below = self.selection.fields if self.selection else {}
        inside = (part for parts in below.values() for part in parts)
        self.is_open = self.denial is None and all(part.is_open for part in inside)
        is_paid = not (self.is_list or self.is_connection or self.type_name.endswith(FREE))
        is_object = self.type_name in below and is_paid
        if self.is_open and isinstance(self.resolve, Plain) and (self.is_leaf or is_object):
            self.get, self.parts = self.resolve.get, below.get(self.type_name)

    @property
    def is_connection(self) -> bool:
        """True when it gives a page of objects."""
        return self.type_name.endswith("Connection")

    @property
    def requested_cost(self) -> float:
        """Points at most."""
        if self.selection is None:
            return 0.0
        children = self.selection.requested_cost
        if self.is_connection:
            asked = self.args.get("first") or self.args.get("last") or LARGEST_PAGE
            return connection_cost(asked, children)
        return children + (0 if self.type_name.endswith(FREE) else OBJECT_COST)


@dataclass(slots=True)
class Selection:
    """Selection of a composite type, by concrete type."""

    fields: dict[str, tuple[FieldPlan, ...]]

    @property
    def requested_cost(self) -> float:
        """Points of the dearest concrete type."""
        return max(
            (sum(f.requested_cost for f in fields) for fields in self.fields.values()), default=0.0
        )


# By type and places in a document: what is selected there whatever the variables are.
Planned = dict[tuple[str | int, ...], Selection]


@dataclass(slots=True)
class Plan:
    """A runnable operation."""

    is_mutation: bool
    root: Selection
    fields: tuple[FieldPlan, ...]

    @property
    def requested_cost(self) -> int:
        """Points at most, as announced before running."""
        return round(self.root.requested_cost) + (MUTATION_COST if self.is_mutation else 0)


class Compiler:
    """Plans one operation of a document with its variables."""

    def __init__(
        self,
        document: DocumentNode,
        variables: dict[str, Any],
        resolvers: Mapping[str, Mapping[str, Resolver]],
        access: Access,
        planned: Planned,
    ) -> None:
        self._fragments = {
            node.name.value: node
            for node in document.definitions
            if isinstance(node, FragmentDefinitionNode)
        }
        operations = [n for n in document.definitions if isinstance(n, OperationDefinitionNode)]
        self._operation = operations[0]
        self._resolvers = resolvers
        self._access = access
        self._planned = planned
        self._is_planned_anew = any(map(_has_variables, self._fragments.values()))
        values = get_variable_values(SCHEMA, self._operation.variable_definitions or (), variables)
        if isinstance(values, list):
            raise DocumentError(values)
        self._variables = values

    def plan(self) -> Plan:
        """DocumentError when a variable does not fit."""
        is_mutation = self._operation.operation is OperationType.MUTATION
        root = SCHEMA.mutation_type if is_mutation else SCHEMA.query_type
        assert root is not None
        fields = self._object_fields(root, [self._operation.selection_set])
        return Plan(is_mutation, Selection({root.name: fields}), fields)

    def _object_fields(
        self, parent: GraphQLObjectType, selection_sets: Iterable[Any]
    ) -> tuple[FieldPlan, ...]:
        collected: dict[str, list[FieldNode]] = {}
        for selection_set in selection_sets:
            self._collect(parent, selection_set, collected)
        return tuple(self._field(parent, key, nodes) for key, nodes in collected.items())

    def _collect(
        self, parent: GraphQLObjectType, selection_set: Any, into: dict[str, list[FieldNode]]
    ) -> None:
        for node in selection_set.selections:
            if not self._is_included(node):
                continue
            if isinstance(node, FieldNode):
                key = node.alias.value if node.alias else node.name.value
                into.setdefault(key, []).append(node)
                continue
            fragment = (
                self._fragments[node.name.value] if isinstance(node, FragmentSpreadNode) else node
            )
            condition = fragment.type_condition
            if condition is None or _fits(parent, condition.name.value):
                self._collect(parent, fragment.selection_set, into)

    def _is_included(self, node: Any) -> bool:
        skip = get_directive_values(GraphQLSkipDirective, node, self._variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self._variables)
        return not (skip and skip["if"]) and (include is None or bool(include["if"]))

    def _field(self, parent: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> FieldPlan:
        name = nodes[0].name.value
        if name == "__typename":
            return _typename(parent.name, key)
        field = parent.fields[name]
        named = get_named_type(field.type)
        sets = [node.selection_set for node in nodes if node.selection_set]
        plan = FieldPlan(
            key=key,
            name=name,
            args=get_argument_values(field, nodes[0], self._variables),
            type_name=named.name,
            is_leaf=is_leaf_type(named),
            is_list=is_list_type(get_nullable_type(field.type)),
            nullable=not is_non_null_type(field.type),
            resolve=self._resolvers[parent.name][name],
            denial=self._access(parent.name, name, named.name),
            selection=self._selection(named, sets) if sets else None,
        )
        _check_page_size(plan, nodes[0])
        return plan

    def _selection(self, named: GraphQLNamedType, sets: list[Any]) -> Selection:
        if self._is_planned_anew or any(map(_has_variables, sets)):
            return self._new_selection(named, sets)
        key = (named.name, *(node.loc.start for node in sets))
        if key not in self._planned:
            self._planned[key] = self._new_selection(named, sets)
        return self._planned[key]

    def _new_selection(self, named: GraphQLNamedType, sets: list[Any]) -> Selection:
        types = [named] if isinstance(named, GraphQLObjectType) else _possible_types(named)
        return Selection({kind.name: self._object_fields(kind, sets) for kind in types})


def text_of(node: Node) -> str:
    """The part of a document that a node was parsed from."""
    assert node.loc is not None
    return node.loc.source.body[node.loc.start : node.loc.end]


def _has_variables(node: Node) -> bool:
    return "$" in text_of(node)


def _possible_types(named: GraphQLNamedType) -> Iterable[GraphQLObjectType]:
    return SCHEMA.get_possible_types(named) if is_abstract_type(named) else []


def _fits(parent: GraphQLObjectType, condition: str) -> bool:
    if parent.name == condition:
        return True
    named = SCHEMA.type_map[condition]
    return is_abstract_type(named) and SCHEMA.is_sub_type(named, parent)


def _typename(type_name: str, key: str) -> FieldPlan:
    return FieldPlan(
        key=key,
        name="__typename",
        args={},
        type_name="String",
        is_leaf=True,
        is_list=False,
        nullable=False,
        resolve=lambda _source, _args, _context: type_name,
        denial=None,
        selection=None,
    )


def _check_page_size(plan: FieldPlan, node: FieldNode) -> None:
    for name in ("first", "last"):
        size = plan.args.get(name)
        if isinstance(size, int) and not 0 <= size <= LARGEST_PAGE:
            raise DocumentError(
                [GraphQLError(f"{name} must be between 0 and {LARGEST_PAGE}", node)]
            )
