"""Parameters of a request: from the query or a form body, lists and maps as JSON text."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from trueup_simulators.meta_ads.errors import GraphError, invalid_parameter


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition of `filtering`."""

    field: str
    operator: str
    value: Any


def json_param(params: Mapping[str, str], name: str) -> Any:
    """The parsed parameter, None if absent; raises GraphError when it is not JSON."""
    text = params.get(name)
    if text is None:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        raise invalid_parameter(f"Param {name} must be valid JSON") from None


def list_param(params: Mapping[str, str], name: str) -> list[str]:
    """A list given as JSON or separated by commas; empty if absent."""
    text = params.get(name, "").strip()
    if not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    items = json_param(params, name)
    if not all(isinstance(item, str) for item in items):
        raise invalid_parameter(f"Param {name} must be an array of strings")
    return list(items)


def int_param(params: Mapping[str, str], name: str, default: int) -> int:
    """A whole number of at least 1."""
    text = params.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise invalid_parameter(f"Param {name} must be an integer greater than 0")
    return int(text)


def date_range(params: Mapping[str, str]) -> tuple[date, date] | None:
    """First and last day (both included) of `time_range`; None if absent."""
    value = json_param(params, "time_range")
    if value is None:
        return None
    try:
        since, until = date.fromisoformat(value["since"]), date.fromisoformat(value["until"])
    except (KeyError, TypeError, ValueError):
        raise invalid_parameter("Must be a date representation in the format YYYY-MM-DD") from None
    if since > until:
        raise GraphError(
            message="(#100) The start date must not be after the end date",
            code=100,
            subcode=1487320,
        )
    return since, until


def filters(params: Mapping[str, str]) -> list[Filter]:
    """The conditions of `filtering`, and of `effective_status` as one of them."""
    wanted = json_param(params, "filtering") or []
    statuses = list_param(params, "effective_status")
    try:
        found = [Filter(item["field"], item["operator"], item["value"]) for item in wanted]
    except (KeyError, TypeError):
        text = "Param filtering must be an array of objects with field, operator and value"
        raise invalid_parameter(text) from None
    return found + ([Filter("effective_status", "IN", statuses)] if statuses else [])


OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "EQUAL": lambda have, want: have == want,
    "NOT_EQUAL": lambda have, want: have != want,
    "GREATER_THAN": lambda have, want: have > want,
    "GREATER_THAN_OR_EQUAL": lambda have, want: have >= want,
    "LESS_THAN": lambda have, want: have < want,
    "LESS_THAN_OR_EQUAL": lambda have, want: have <= want,
    "IN": lambda have, want: have in want,
    "NOT_IN": lambda have, want: have not in want,
    "CONTAIN": lambda have, want: want in have,
}


def holds(condition: Filter, have: Any) -> bool:
    """True when a value meets a condition; numbers compare as numbers however they were written."""
    operator = OPERATORS.get(condition.operator)
    if operator is None:
        names = ", ".join(OPERATORS)
        raise invalid_parameter(f"filtering operator must be one of {names}")
    want = condition.value
    try:
        if isinstance(have, int) and not isinstance(want, list):
            want = int(want)
        return operator(have, want)
    except (TypeError, ValueError):
        text = f"filtering value of {condition.field} does not fit {condition.operator}"
        raise invalid_parameter(text) from None


def refuse_unknown(given: Iterable[str], known: Iterable[str], text: str) -> None:
    """Raises GraphError with `text`, {} being the first unknown name."""
    allowed = set(known)
    for name in given:
        if name not in allowed:
            raise invalid_parameter(text.format(name))
