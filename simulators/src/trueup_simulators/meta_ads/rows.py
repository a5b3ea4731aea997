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
Getter = Callable[[Row], Any]
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
        dates = ("date_start", "date_stop")
        self._getters = [
            (field, self._getter(field)) for field in query.fields if field not in dates
        ]

    def __call__(self, row: Row) -> dict[str, Any]:
        record = {field: get(row) for field, get in self._getters}
        # The dates come whether asked for or not, and come last.
        return {field: value for field, value in record.items() if value} | self._dates(row)

    def _getter(self, field: str) -> Getter:
        """Gives None, or an empty list, for what the vendor leaves out."""
        account = self._query.account
        constants = {
            "account_id": account.account_id,
            "account_name": account.name,
            "account_currency": account.currency,
        }
        if field in constants:
            return lambda _: constants[field]
        if field in ID_FIELDS:
            return lambda row: row.get(ID_FIELDS[field])
        if field in NAME_FIELDS:
            return lambda row: self._names[field].get(row.get(NAME_FIELDS[field], ""))
        getters: Mapping[str, Getter] = {
            "impressions": lambda row: str(row["impressions"]),
            "clicks": lambda row: str(row["all_clicks"]),
            "inline_link_clicks": lambda row: str(row["link_clicks"]) if row["link_clicks"] else "",
            "spend": self._spend,
            "actions": self._actions,
            "action_values": self._action_values,
        }
        return getters.get(field) or (lambda row: _ratio(field, row))

    def _dates(self, row: Row) -> dict[str, str]:
        first, last = self._query.period(row["period"])
        return {"date_start": first.isoformat(), "date_stop": last.isoformat()}

    def _spend(self, row: Row) -> str:
        # Whole numbers only: decimals take several times as long, and every row has a spend.
        minor = row["spend_micros"] // self._query.account.minor_micros
        return f"{minor // 100}.{minor % 100:02}" if self._step < 1 else str(minor)

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
        if not row["purchase_value"]:
            return []
        counts = purchases_by_window(row)
        total, claimed = Decimal(row["purchase_value"]), counts["default"]
        if not claimed:
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
