"""Days without a row: 0 where the day was read, unknown with a reason where it was not."""

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from trueup_dashboards.published import Row
from trueup_dashboards.states import UNKNOWN_DAYS, DayStates, State

NOT_READ = "not read yet"
BEYOND_REACH = "the vendor no longer answers for these days"
_UNKNOWN = {State.MISSING: NOT_READ, State.BEYOND_REACH: BEYOND_REACH}
_NEEDED = {
    "roas": ("spend", "net_revenue"),
    "mer": ("spend", "net_revenue"),
    "cac": ("spend", "new_customers"),
}
_FIGURES = {"spend": ("spend",), "revenue": ("net_revenue", "orders", "new_customers")}


def completed(table: pa.Table, states: DayStates) -> pa.Table:
    """`table`, one row per day, with states, zeros, and a reason beside each unknown figure.

    Where a row of the marts lacks an amount, it has a reason already.
    """
    for kind, state_of in (("spend", states.of_spend), ("revenue", states.of_revenue)):
        days = _days(table, state_of)
        empty = [reason is None for reason in table[f"{kind}_reason"].to_pylist()]
        for name in _FIGURES[kind]:
            if name in table.column_names:
                table = _with_zeros(table, name, days, empty)
        table = _with_reason(table, kind, days)
        table = table.append_column(f"{kind}_state", pa.array([day.value for day in days]))
    return table


def whole(totals: Row, days: pa.Table) -> Row:
    """`totals` of `days`; a figure is unknown when it is on one of the days."""
    figures = ("spend", *_FIGURES["revenue"])
    unknown = {name for name in figures if None in days[name].to_pylist()}
    without = {name for name, needed in _NEEDED.items() if unknown.intersection(needed)}
    return {name: None if name in unknown | without else totals[name] for name in totals}


def reasons(days: pa.Table, kind: str) -> list[str]:
    """Reasons why figures of `kind` are unknown on some of `days`, each once."""
    unknown = days.filter(pc.is_null(days[_FIGURES[kind][0]]))
    return sorted({reason for reason in unknown[f"{kind}_reason"].to_pylist() if reason})


def _days(table: pa.Table, state_of: Callable[[date], State]) -> list[State]:
    return [state_of(day) for day in table["day"].to_pylist()]


def _with_zeros(table: pa.Table, name: str, days: list[State], empty: list[bool]) -> pa.Table:
    values = [
        0 if value is None and is_empty and day not in UNKNOWN_DAYS else value
        for value, is_empty, day in zip(table[name].to_pylist(), empty, days, strict=True)
    ]
    return _replaced(table, name, pa.array(values, table[name].type))


def _with_reason(table: pa.Table, kind: str, days: list[State]) -> pa.Table:
    name, figure = f"{kind}_reason", _FIGURES[kind][0]
    reasons = [
        _UNKNOWN.get(day) if value is None and reason is None else reason
        for value, reason, day in zip(
            table[figure].to_pylist(), table[name].to_pylist(), days, strict=True
        )
    ]
    return _replaced(table, name, pa.array(reasons, pa.string()))


def _replaced(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)
