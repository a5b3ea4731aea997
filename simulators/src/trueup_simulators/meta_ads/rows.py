"""Insights rows as JSON objects: every number a string, money in major units of the account."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from trueup_simulators.meta_ads.entities import Edges
from trueup_simulators.meta_ads.fields import ID_FIELDS, NAME_FIELDS, SIMULATED_WINDOWS
from trueup_simulators.meta_ads.insights import InsightsQuery

# The same purchases come under several action types: adding them up counts them twice.
PURCHASE_TYPES = ("purchase", "omni_purchase")
_CLICK_WINDOWS = ("1d_click", "7d_click", "28d_click")
_EDGE_OF_NAME = {"campaign_name": "campaigns", "adset_name": "adsets", "ad_name": "ads"}

Row = Mapping[str, Any]
Renderer = Callable[[pa.Table], list[dict[str, Any]]]


def renderer(query: InsightsQuery, edges: Callable[[], Edges]) -> Renderer:
    """A function from rows of `compute` to JSON objects. `edges` is called if names are wanted."""
    wanted = [field for field in query.fields if field in NAME_FIELDS]
    above = edges() if wanted else None
    names = {field: above.names(_EDGE_OF_NAME[field]) for field in wanted} if above else {}
    step = Decimal(query.account.minor_micros).scaleb(-6).normalize()
    format_row = _RowFormat(query, names, step)
    return lambda table: [format_row(row) for row in table.to_pylist()]


class _RowFormat:
    """Formats the rows of one query. `step` is the smallest amount of the currency."""

    def __init__(
        self, query: InsightsQuery, names: Mapping[str, Mapping[str, str]], step: Decimal
    ) -> None:
        self._query = query
        self._names = names
        self._step = step
        self._windows = [name for name in query.windows if name in SIMULATED_WINDOWS]
        self._constants = {
            "account_id": query.account.account_id,
            "account_name": query.account.name,
            "account_currency": query.account.currency,
        }

    def __call__(self, row: Row) -> dict[str, Any]:
        first, last = self._query.period(row["period"])
        record: dict[str, Any] = {}
        for field in self._query.fields:
            value = self._value(field, row)
            if value:
                record[field] = value
        # The dates come whether asked for or not, and come last.
        record.pop("date_start", None), record.pop("date_stop", None)
        return record | {"date_start": first.isoformat(), "date_stop": last.isoformat()}

    def _value(self, field: str, row: Row) -> Any:
        """None, or an empty list, for what the vendor leaves out."""
        if field in self._constants:
            return self._constants[field]
        if field in ID_FIELDS:
            return row.get(ID_FIELDS[field])
        if field in NAME_FIELDS:
            return self._names[field].get(row.get(NAME_FIELDS[field], ""))
        return self._metric(field, row)

    def _metric(self, field: str, row: Row) -> Any:
        match field:
            case "impressions":
                return str(row["impressions"])
            case "clicks":
                return str(row["all_clicks"])
            case "inline_link_clicks":
                return str(row["link_clicks"]) if row["link_clicks"] else None
            case "spend":
                return self._amount(_spend(row))
            case "actions":
                return self._actions(row)
            case "action_values":
                return self._action_values(row)
            case "ctr" | "cpc" | "cpm":
                return _ratio(field, row)
        return None

    def _actions(self, row: Row) -> list[dict[str, str]]:
        clicks = row["link_clicks"]
        found = []
        if clicks:
            link_click = {"action_type": "link_click", "value": str(clicks)}
            by_window = {name: str(clicks) for name in self._windows if name in _CLICK_WINDOWS}
            found.append(link_click | by_window)
        counts = purchases_by_window(row)
        if counts["default"]:
            by_window = {name: str(counts[name]) for name in self._windows if counts[name]}
            found += [_entry(kind, str(counts["default"]), by_window) for kind in PURCHASE_TYPES]
        return found

    def _action_values(self, row: Row) -> list[dict[str, str]]:
        counts = purchases_by_window(row)
        total, claimed = Decimal(row["purchase_value"]), counts["default"]
        if not claimed or not total:
            return []
        by_window = {
            name: self._amount(total * counts[name] / claimed)
            for name in self._windows
            if counts[name]
        }
        return [_entry(kind, self._amount(total), by_window) for kind in PURCHASE_TYPES]

    def _amount(self, amount: Decimal) -> str:
        return str(amount.quantize(self._step))


def purchases_by_window(row: Row) -> dict[str, int]:
    """Claimed purchases by attribution window; "default" is 7d_click plus 1d_view."""
    counts = {window: row[f"purchases_{window}"] for window in SIMULATED_WINDOWS}
    return counts | {"default": counts["7d_click"] + counts["1d_view"]}


def _entry(action_type: str, value: str, by_window: Mapping[str, str]) -> dict[str, str]:
    return {"action_type": action_type, "value": value} | dict(by_window)


def _spend(row: Row) -> Decimal:
    return Decimal(row["spend_micros"]).scaleb(-6)


def _ratio(field: str, row: Row) -> str | None:
    clicks = row["all_clicks"]
    over, under = {
        "ctr": (Decimal(clicks * 100), row["impressions"]),
        "cpc": (_spend(row), clicks),
        "cpm": (_spend(row) * 1000, row["impressions"]),
    }[field]
    return str((over / under).quantize(Decimal("0.000001"))) if under else None
