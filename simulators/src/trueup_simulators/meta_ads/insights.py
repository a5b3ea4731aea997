"""Insights: figures of an account by level and period, computed from the world's ad days."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from trueup_simulators.meta_ads.entities import HIDDEN_STATUSES, Edges, check_statuses
from trueup_simulators.meta_ads.errors import GraphError, invalid_parameter
from trueup_simulators.meta_ads.fields import (
    DEFAULT_INSIGHTS_FIELDS,
    INSIGHTS_FIELDS,
    KNOWN_WINDOWS,
    LEVEL_COLUMNS,
    LEVELS,
)
from trueup_simulators.meta_ads.params import (
    Filter,
    date_range,
    filters,
    holds,
    list_param,
    refuse_unknown,
)
from trueup_simulators.world import AdAccount, World

MONTHS_BACK = 37
# Figures of the world that make a row worth showing.
_FIGURES = ("impressions", "clicks", "spend_micros", "purchases_7d_click", "purchases_1d_view")
# What rows are made of. Derived before summing, so that the parts add up to the whole.
METRICS = (
    "impressions",
    "link_clicks",
    "all_clicks",
    "spend_micros",
    "purchases_1d_click",
    "purchases_7d_click",
    "purchases_28d_click",
    "purchases_1d_view",
    "purchase_value",
)
_EDGE_OF_LEVEL = {"campaign": "campaigns", "adset": "adsets", "ad": "ads"}
_PRESETS = {"today": (0, 0), "yesterday": (1, 1), "last_7d": (7, 1), "last_30d": (30, 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class InsightsQuery:
    """One question. `since` and `until` are days of the account, both included."""

    account: AdAccount
    level: str
    since: date
    until: date
    increment_days: int | None  # None: one period for all days
    fields: tuple[str, ...]
    windows: tuple[str, ...]
    conditions: tuple[Filter, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The id columns that tell the rows of this level apart."""
        depth = LEVELS.index(self.level)
        return tuple(LEVEL_COLUMNS[level] for level in LEVELS[1 : depth + 1])

    def period(self, index: int) -> tuple[date, date]:
        """First and last day of a period."""
        if self.increment_days is None:
            return self.since, self.until
        first = self.since + timedelta(days=index * self.increment_days)
        return first, min(first + timedelta(days=self.increment_days - 1), self.until)


def parse_query(params: Mapping[str, str], account: AdAccount, now: datetime) -> InsightsQuery:
    """Raises GraphError for requests that the vendor refuses."""
    level = params.get("level", "account")
    if level not in LEVELS:
        raise invalid_parameter(f"level must be one of the following values: {', '.join(LEVELS)}")
    _refuse_breakdowns(params)
    fields = tuple(list_param(params, "fields")) or DEFAULT_INSIGHTS_FIELDS
    refuse_unknown(fields, INSIGHTS_FIELDS, "{} is not valid for fields param.")
    windows = tuple(list_param(params, "action_attribution_windows"))
    text = f"action_attribution_windows must be one of {', '.join(KNOWN_WINDOWS)}, not {{}}"
    refuse_unknown(windows, KNOWN_WINDOWS, text)
    since, until = _days(params, now.astimezone(ZoneInfo(account.timezone)).date())
    return InsightsQuery(
        account=account,
        level=level,
        since=since,
        until=until,
        increment_days=_increment(params),
        fields=fields,
        windows=windows,
        conditions=tuple(filters(params)),
    )


def compute(query: InsightsQuery, world: World, at: datetime) -> pa.Table:
    """One row per period and id of the level that has any figure: `query.columns`, `period` and
    METRICS, by period and ids."""
    end = query.until + timedelta(days=1)
    table = world.ad_days(query.account.account_id, query.since, end, at)
    table = _with_metrics(_with_period(table.filter(_has_figures(table)), query))
    table = _meeting_conditions(table, query, Edges(world, query.account, at))
    keys = ["period", *query.columns]
    summed = table.group_by(keys).aggregate([(metric, "sum") for metric in METRICS])
    named = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    return named.sort_by([(key, "ascending") for key in keys])


def _has_figures(table: pa.Table) -> pa.ChunkedArray:
    anything = pc.greater(table[_FIGURES[0]], 0)
    for figure in _FIGURES[1:]:
        anything = pc.or_(anything, pc.greater(table[figure], 0))
    return anything


def _with_metrics(table: pa.Table) -> pa.Table:
    """The world's clicks are link clicks; `clicks` counts likes and profile clicks as well."""
    clicks, purchases = table["clicks"], table["purchases_7d_click"]
    derived = {
        "link_clicks": clicks,
        "all_clicks": pc.add(clicks, pc.divide(clicks, 4)),
        "purchases_1d_click": pc.divide(pc.multiply(purchases, 7), 10),
        "purchases_28d_click": pc.add(purchases, pc.divide(purchases, 8)),
    }
    for name, column in derived.items():
        table = table.append_column(name, column)
    return table


def _with_period(table: pa.Table, query: InsightsQuery) -> pa.Table:
    days = pc.subtract(table["day"].cast(pa.int32()), (query.since - date(1970, 1, 1)).days)
    length = query.increment_days or (query.until - query.since).days + 1
    return table.append_column("period", pc.divide(days, length))


def _meeting_conditions(table: pa.Table, query: InsightsQuery, edges: Edges) -> pa.Table:
    """Below the account's level, rows of archived and deleted objects are left out unless a
    condition names effective statuses: the parts then sum up to less than the whole."""
    conditions = list(query.conditions)
    asks_status = any(item.field.endswith(".effective_status") for item in conditions)
    if query.level != "account" and not asks_status:
        hidden = sorted(HIDDEN_STATUSES)
        conditions.append(Filter(f"{query.level}.effective_status", "NOT_IN", hidden))
    for condition in conditions:
        level, _, field = condition.field.partition(".")
        if level not in LEVEL_COLUMNS or field not in {"id", "effective_status"}:
            raise invalid_parameter(f"Filtering field '{condition.field}' is invalid")
        if field == "effective_status":
            check_statuses(_EDGE_OF_LEVEL[level], condition)
        statuses = edges.statuses(_EDGE_OF_LEVEL[level])
        have = {key: key for key in statuses} if field == "id" else statuses
        wanted = [key for key, value in have.items() if holds(condition, value)]
        column = table[LEVEL_COLUMNS[level]]
        table = table.filter(pc.is_in(column, value_set=pa.array(wanted, pa.string())))
    return table


def _refuse_breakdowns(params: Mapping[str, str]) -> None:
    # No figures are simulated by breakdown: every name is as unknown as a misspelt one.
    refuse_unknown(
        list_param(params, "breakdowns"), (), "breakdowns must be one of the known values, not {}"
    )
    known = ("action_type",)
    refuse_unknown(list_param(params, "action_breakdowns"), known, "action_breakdowns cannot be {}")


def _days(params: Mapping[str, str], today: date) -> tuple[date, date]:
    span = date_range(params)
    if span is None:
        preset = params.get("date_preset", "last_30d")
        if preset not in _PRESETS:
            raise invalid_parameter(f"date_preset must be one of {', '.join(_PRESETS)}")
        first, last = _PRESETS[preset]
        span = today - timedelta(days=first), today - timedelta(days=last)
    months = (today.year - span[0].year) * 12 + today.month - span[0].month
    if months > MONTHS_BACK or (months == MONTHS_BACK and span[0].day < today.day):
        text = f"cannot be beyond {MONTHS_BACK} months from the current date"
        raise GraphError(message=f"(#3018) The start date of the time range {text}", code=3018)
    return span


def _increment(params: Mapping[str, str]) -> int | None:
    text = params.get("time_increment", "all_days")
    if text == "all_days":
        return None
    if text.isdecimal() and 1 <= int(text) <= 90:
        return int(text)
    raise invalid_parameter("time_increment must be all_days or an integer between 1 and 90")
