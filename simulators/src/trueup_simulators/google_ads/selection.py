"""WHERE, ORDER BY: conditions and orderings over a table whose columns are fields."""

import re
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trueup_simulators.google_ads.fields import FIELDS, Field, Kind
from trueup_simulators.google_ads.gaql import Condition, Ordering, Token

_COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "=": pc.equal,
    "!=": pc.not_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
    "<": pc.less,
    "<=": pc.less_equal,
}


def filtered(table: pa.Table, conditions: tuple[Condition, ...]) -> pa.Table:
    """The rows that all conditions hold for; a value that is not set satisfies none of them."""
    for condition in conditions:
        keep = _mask(table[condition.field], FIELDS[condition.field], condition)
        table = table.filter(pc.fill_null(keep, fill_value=False))
    return table


def ordered(table: pa.Table, orderings: tuple[Ordering, ...]) -> pa.Table:
    """Sorted, ties in the order they came."""
    if not orderings:
        return table
    keys = [(by.field, "descending" if by.descending else "ascending") for by in orderings]
    return table.take(pc.sort_indices(table, sort_keys=keys))


def _mask(column: pa.ChunkedArray, field: Field, condition: Condition) -> Any:
    values = [_scalar(field, token) for token in condition.values]
    negated = condition.operator.startswith(("NOT ", "!="))
    match condition.operator.removeprefix("NOT "):
        case "IS NULL":
            return pc.is_null(column)
        case "IS NOT NULL":
            return pc.is_valid(column)
        case "IN":
            found = pc.is_in(column, value_set=pa.array(values, column.type))
            return pc.invert(found) if negated else found
        case "BETWEEN":
            low, high = values
            return pc.and_(pc.greater_equal(column, low), pc.less_equal(column, high))
        case "LIKE":
            found = pc.match_substring_regex(column, _like(str(values[0])), ignore_case=True)
            return pc.invert(found) if negated else found
        case "REGEXP_MATCH":
            found = pc.match_substring_regex(column, f"^(?:{values[0]})$")
            return pc.invert(found) if negated else found
        case "CONTAINS ANY" | "CONTAINS ALL" | "CONTAINS NONE" as operator:
            return _contains(column, operator, set(map(str, values)))
        case operator:
            return _COMPARE[operator](column, values[0])


def _contains(column: pa.ChunkedArray, operator: str, wanted: set[str]) -> pa.Array:
    held = [set(items or ()) for items in column.to_pylist()]
    match operator:
        case "CONTAINS ANY":
            return pa.array([bool(items & wanted) for items in held])
        case "CONTAINS ALL":
            return pa.array([wanted <= items for items in held])
        case _:
            return pa.array([not items & wanted for items in held])


def _scalar(field: Field, token: Token) -> int | float | bool | str:
    match field.kind:
        case Kind.INT64 | Kind.INT32:
            return int(token.text)
        case Kind.DOUBLE:
            return float(token.text)
        case Kind.BOOL:
            return token.text.upper() == "TRUE"
        case _:
            return token.text


def _like(pattern: str) -> str:
    """% is any text, _ any character; in brackets they, and brackets, stand for themselves."""
    parts = []
    for match in re.finditer(r"\[(.)\]|%|_|[^%_\[]+|\[", pattern, re.DOTALL):
        if match.group(1) is not None:
            parts.append(re.escape(match.group(1)))
        else:
            parts.append({"%": ".*", "_": "."}.get(match.group(), re.escape(match.group())))
    return f"(?s)^{''.join(parts)}$"
