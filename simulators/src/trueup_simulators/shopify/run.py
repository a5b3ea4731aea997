"""Runs a plan: values, partial data beside errors, and what it did cost."""

from dataclasses import dataclass, field
from typing import Any

from trueup_simulators.shopify.cost import MUTATION_COST, OBJECT_COST, connection_cost
from trueup_simulators.shopify.errors import AccessDeniedError, access_denied_error
from trueup_simulators.shopify.paging import Page
from trueup_simulators.shopify.plan import FREE, FieldPlan, Plan
from trueup_simulators.shopify.resolve.sources import type_of


class _NullError(Exception):
    """A field that must have a value has none: its parent becomes null."""


@dataclass(slots=True)
class Outcome:
    """Result of running a plan."""

    data: dict[str, Any] | None
    errors: list[dict[str, Any]]
    actual_cost: int


@dataclass(slots=True)
class Runner:
    """One run; `context` is handed to every resolver."""

    context: Any
    errors: list[dict[str, Any]] = field(default_factory=list)
    _path: list[str | int] = field(default_factory=list)

    def run(self, plan: Plan) -> Outcome:
        """Data is None when a root field that must have a value was denied."""
        try:
            data, points = self._root(plan.fields)
        except _NullError:
            return Outcome(None, self.errors, 1)
        cost = round(points) + (MUTATION_COST if plan.is_mutation else 0)
        return Outcome(data, self.errors, cost)

    def _root(self, fields: tuple[FieldPlan, ...]) -> tuple[dict[str, Any], float]:
        """Any field of the root may be denied while it is resolved."""
        found = {plan.key: self._guarded(plan, None) for plan in fields}
        data = {key: value for key, (value, _) in found.items()}
        return data, sum(cost for _, cost in found.values())

    def _object(self, fields: tuple[FieldPlan, ...], source: Any) -> tuple[dict[str, Any], float]:
        result: dict[str, Any] = {}
        points = 0.0
        for plan in fields:
            if plan.get is None:
                run = self._composite if plan.is_open else self._guarded
                result[plan.key], cost = run(plan, source)
                points += cost
                continue
            value = plan.get(source)
            if plan.parts is not None and value is not None:
                value, cost = self._object(plan.parts, value)
                points += cost + OBJECT_COST
            result[plan.key] = value
        return result, points

    def _guarded(self, plan: FieldPlan, source: Any) -> tuple[Any, float]:
        self._path.append(plan.key)
        depth = len(self._path)
        try:
            return self._composite(plan, source)
        except AccessDeniedError as denial:
            self.errors.append(access_denied_error(str(denial), list(self._path)))
            if not plan.nullable:
                raise _NullError from denial
        except _NullError:
            if not plan.nullable:
                raise
        finally:
            del self._path[depth - 1 :]
        return None, 0.0

    def _composite(self, plan: FieldPlan, source: Any) -> tuple[Any, float]:
        if plan.denial is not None:
            raise AccessDeniedError(plan.denial)
        value = plan.resolve(source, plan.args, self.context)
        if value is None or plan.selection is None:
            return value, 0.0
        if isinstance(value, Page):
            data, points = self._object(plan.selection.fields[plan.type_name], value)
            count = len(value.nodes)
            return data, connection_cost(count, points / count if count else 0.0)
        if plan.is_list:
            return self._list(plan, value)
        return self._one(plan, value)

    def _one(self, plan: FieldPlan, value: Any) -> tuple[dict[str, Any], float]:
        assert plan.selection is not None
        data, points = self._object(plan.selection.fields[type_of(value, plan.type_name)], value)
        return data, points + (0 if plan.type_name.endswith(FREE) else OBJECT_COST)

    def _list(self, plan: FieldPlan, values: list[Any]) -> tuple[list[Any], float]:
        items: list[dict[str, Any] | None] = []
        costs: list[float] = []
        for index, value in enumerate(values):
            if value is None:
                items.append(None)
                continue
            self._path.append(index)
            item, cost = self._one(plan, value)
            self._path.pop()
            items.append(item)
            costs.append(cost)
        # The objects of a page are paid one by one; a plain list counts as its dearest object.
        of_page = plan.name in ("nodes", "edges")
        return items, sum(costs) if of_page else max(costs, default=0.0)
