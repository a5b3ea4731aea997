"""Plan of a query: resolves fields and the date range, and enforces the vendor's rules."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from trueup_simulators.google_ads.dates import Days, days_filtered
from trueup_simulators.google_ads.errors import ApiError, query_error
from trueup_simulators.google_ads.fields import (
    CORE_DATES,
    FIELDS,
    METRICS_OF_CLICK_VIEW,
    RESOURCES,
    SEGMENTS_OF_CLICK_VIEW,
    Field,
    Kind,
    Resource,
)
from trueup_simulators.google_ads.gaql import Condition, Query, Token

CLICK_VIEW_DAYS = 90
# Rows by day, hour and week; by month they reach back 11 years.
MONTHS_BACK = 37
PARAMETERS = frozenset({"include_drafts", "omit_unselected_resource_names"})
_COMPARISONS = frozenset({"=", "!=", ">", ">=", "<", "<=", "BETWEEN"})
_SETS = frozenset({"=", "!=", "IN", "NOT IN", "IS NULL", "IS NOT NULL"})
_TEXTS = _SETS | {"LIKE", "NOT LIKE", "REGEXP_MATCH", "NOT REGEXP_MATCH"}
_NUMBERS = _SETS | _COMPARISONS
OPERATORS: dict[Kind, frozenset[str]] = {
    Kind.INT64: _NUMBERS,
    Kind.INT32: _NUMBERS,
    Kind.DOUBLE: _NUMBERS,
    Kind.STRING: _TEXTS,
    Kind.DATE: frozenset({"=", ">", ">=", "<", "<=", "BETWEEN", "DURING"}),
    Kind.DATE_TIME: frozenset({"=", ">", ">=", "<", "<=", "BETWEEN"}),
    Kind.BOOL: frozenset({"=", "!=", "IS NULL", "IS NOT NULL"}),
    Kind.ENUM: _SETS,
    Kind.STRINGS: frozenset({"CONTAINS ANY", "CONTAINS ALL", "CONTAINS NONE"}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A query that the vendor would answer."""

    query: Query
    resource: Resource
    select: tuple[Field, ...]
    days: Days
    filters: tuple[Condition, ...]  # those that do not bound the days

    @property
    def metrics(self) -> tuple[str, ...]:
        return self._selected("metrics")

    @property
    def segments(self) -> tuple[str, ...]:
        return self._selected("segments")

    @property
    def needed(self) -> tuple[Field, ...]:
        """Every field that answering takes, selected or not, once."""
        names = [field.name for field in self.select]
        names += [condition.field for condition in self.filters]
        names += [ordering.field for ordering in self.query.order_by]
        return tuple(FIELDS[name] for name in dict.fromkeys(names))

    def _selected(self, resource: str) -> tuple[str, ...]:
        return tuple(field.name for field in self.select if field.resource == resource)


def plan_for(query: Query, *, today: date, is_manager: bool) -> Plan:
    """Raises ApiError where the vendor refuses. `today` is the account's."""
    if query.resource not in RESOURCES:
        message = f"Invalid resource type in FROM clause: '{query.resource}'."
        raise query_error("BAD_RESOURCE_TYPE_IN_FROM_CLAUSE", message)
    resource = RESOURCES[query.resource]
    select = tuple(_selectable(name, resource) for name in query.select)
    for condition in query.where:
        _check_condition(condition, resource, query)
    for ordering in query.order_by:
        _check_ordering(ordering.field, resource, query)
    _check_parameters(query.parameters)
    plan = Plan(
        query=query,
        resource=resource,
        select=select,
        days=days_filtered(query.where, today),
        filters=tuple(item for item in query.where if item.field not in CORE_DATES),
    )
    _check_meaning(plan, today=today, is_manager=is_manager)
    return plan


def resource_names(plan: Plan) -> list[str]:
    """Resource names of the FROM resource and of all others that have a field selected."""
    if plan.query.parameters.get("omit_unselected_resource_names", "").lower() == "true":
        return []
    resources = dict.fromkeys([plan.resource.name, *(field.resource for field in plan.select)])
    names = [f"{resource}.resource_name" for resource in resources]
    if any(field.name.startswith("ad_group_ad.ad.") for field in plan.select):
        names.append("ad_group_ad.ad.resource_name")
    return [name for name in names if name in FIELDS]


def _known(name: str) -> Field:
    try:
        return FIELDS[name]
    except KeyError:
        message = f"Unrecognized field in the query: '{name}'."
        raise query_error("UNRECOGNIZED_FIELD", message) from None


def _selectable(name: str, resource: Resource) -> Field:
    field = _known(name)
    _check_compatible(field, resource, "SELECT")
    if not field.selectable:
        message = f"The field '{name}' is not selectable."
        raise query_error("PROHIBITED_FIELD_IN_SELECT_CLAUSE", message)
    return field


def _check_compatible(field: Field, resource: Resource, clause: str) -> None:
    if field.resource in {resource.name, *resource.attributed}:
        return
    if field.resource in {"metrics", "segments"}:
        if not _has_figure(field, resource):
            kind = "METRIC" if field.resource == "metrics" else "SEGMENT"
            message = (
                f"Cannot select or filter on '{field.name}', since it is incompatible with the "
                f"resource in the FROM clause: {resource.name}."
            )
            raise query_error(f"PROHIBITED_{kind}_IN_SELECT_OR_WHERE_CLAUSE", message)
        return
    message = (
        f"Cannot use fields of the resource {field.resource.upper()}, since it is incompatible "
        f"with the resource in the FROM clause."
    )
    raise query_error(f"PROHIBITED_RESOURCE_TYPE_IN_{clause}_CLAUSE", message)


def _has_figure(field: Field, resource: Resource) -> bool:
    if resource.name == "click_view":
        return field.name in METRICS_OF_CLICK_VIEW | SEGMENTS_OF_CLICK_VIEW
    return resource.has_metrics


def _check_condition(condition: Condition, resource: Resource, query: Query) -> None:
    field = _known(condition.field)
    _check_compatible(field, resource, "WHERE")
    if not field.filterable:
        message = f"The field '{field.name}' is not filterable."
        raise query_error("PROHIBITED_FIELD_IN_WHERE_CLAUSE", message)
    if condition.operator not in OPERATORS[field.kind]:
        message = f"Operator {condition.operator} does not apply to '{field.name}'."
        raise query_error("OPERATOR_FIELD_MISMATCH", message)
    # A filter on a figure or a segment changes what is counted, so it has to be seen.
    hidden = field.name not in query.select and field.name not in CORE_DATES
    if field.resource in {"metrics", "segments"} and hidden:
        raise _not_selected(field.name, "WHERE")
    for token in condition.values:
        check_value(field, token)


def _not_selected(name: str, clause: str) -> ApiError:
    message = f"The following field must be present in SELECT clause: '{name}' ({clause})."
    return query_error("EXPECTED_REFERENCED_FIELD_IN_SELECT_CLAUSE", message)


def check_value(field: Field, token: Token) -> None:
    """Raises ApiError when the value cannot be one of the field's."""
    if field.kind in {Kind.INT64, Kind.INT32} and not re.fullmatch(r"-?\d+", token.text):
        raise query_error("BAD_NUMBER", f"'{token.text}' is not a whole number.")
    if field.kind is Kind.DOUBLE and token.kind != "number":
        raise query_error("BAD_NUMBER", f"'{token.text}' is not a number.")
    if field.kind is Kind.STRING and token.kind != "string":
        raise query_error("INVALID_STRING_VALUE", f"'{token.text}' is not a quoted string.")
    if field.kind is Kind.ENUM and token.text not in field.constants:
        message = f"Invalid enum value cannot be included in WHERE clause: '{token.text}'."
        raise query_error("BAD_ENUM_CONSTANT", message)
    if field.kind is Kind.BOOL and token.text.upper() not in {"TRUE", "FALSE"}:
        raise query_error("BAD_VALUE", f"'{token.text}' is neither TRUE nor FALSE.")


def _check_ordering(name: str, resource: Resource, query: Query) -> None:
    field = _known(name)
    if not field.sortable:
        message = f"The field '{name}' cannot be sorted by."
        raise query_error("PROHIBITED_FIELD_IN_ORDER_BY_CLAUSE", message)
    if name not in query.select and field.resource != resource.name:
        raise _not_selected(name, "ORDER BY")


def _check_parameters(parameters: dict[str, str]) -> None:
    for name, value in parameters.items():
        if name not in PARAMETERS:
            raise query_error("BAD_PARAMETER_NAME", f"Unknown parameter: '{name}'.")
        if value.lower() not in {"true", "false"}:
            raise query_error("BAD_PARAMETER_VALUE", f"Invalid value of '{name}': '{value}'.")


def _check_meaning(plan: Plan, *, today: date, is_manager: bool) -> None:
    if is_manager and plan.metrics:
        raise query_error(
            "REQUESTED_METRICS_FOR_MANAGER",
            "Metrics cannot be requested for a manager account. To retrieve metrics, issue "
            "separate requests against each client account under the manager account.",
        )
    if plan.resource.name == "click_view":
        _check_click_view(plan.days, today)
    named = {field.name for field in plan.select} & set(CORE_DATES)
    filtered = any(condition.field in CORE_DATES for condition in plan.query.where)
    if (named or filtered) and not plan.days.is_finite:
        raise query_error(
            "EXPECTED_FILTERS_ON_DATE_RANGE",
            "A finite date range is needed in the WHERE clause when a date is a segment.",
        )
    if "segments.date" in named and plan.metrics:
        _check_reach(plan.days, today)


def _check_reach(days: Days, today: date) -> None:
    months = today.year * 12 + today.month - 1 - MONTHS_BACK
    last = monthrange(months // 12, months % 12 + 1)[1]
    oldest = date(months // 12, months % 12 + 1, min(today.day, last))
    if days.since is not None and days.since < oldest:
        raise ApiError(
            "dateRangeError",
            "REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED",
            "The requested time granularity is not supported for the date range in the query.",
        )


def _check_click_view(days: Days, today: date) -> None:
    if days.since is None or days.until is None or (days.until - days.since).days != 1:
        raise ApiError(
            "clickViewError",
            "EXPECTED_FILTER_ON_A_SINGLE_DAY",
            "Request must filter on a single day.",
        )
    if (today - days.since).days > CLICK_VIEW_DAYS:
        raise ApiError(
            "clickViewError",
            "DATE_TOO_OLD",
            f"The requested date is more than {CLICK_VIEW_DAYS} days ago.",
        )
