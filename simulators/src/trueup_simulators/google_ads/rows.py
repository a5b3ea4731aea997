"""The rows of a query as an Arrow table: one column per field, computed from the world."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from trueup_simulators.google_ads.dates import Days, period_start
from trueup_simulators.google_ads.fields import FIELDS, ClientLink, Field, Kind, ad_group_ad_name
from trueup_simulators.google_ads.plan import Plan, resource_names
from trueup_simulators.world import World
from trueup_simulators.world.entities import AdAccount

ARROW_TYPES = {
    Kind.INT64: pa.int64(),
    Kind.INT32: pa.int32(),
    Kind.DOUBLE: pa.float64(),
    Kind.BOOL: pa.bool_(),
    Kind.STRINGS: pa.list_(pa.string()),
    Kind.MESSAGES: pa.list_(pa.struct([("text", pa.string())])),
}
# Column that identifies a row of a resource, in the world's own tables.
KEYS = {
    "customer": (),
    "campaign": ("campaign_id",),
    "ad_group": ("campaign_id", "ad_group_id"),
    "ad_group_ad": ("campaign_id", "ad_group_id", "ad_id"),
}
FIGURES = {
    "metrics.impressions": "impressions",
    "metrics.clicks": "clicks",
    "metrics.cost_micros": "spend_micros",
    "metrics.conversions": "conversions",
    "metrics.conversions_value": "conversion_value",
}
# Figures of figures: (numerator, denominator).
RATIOS = {
    "metrics.ctr": ("clicks", "impressions"),
    "metrics.average_cpc": ("spend_micros", "clicks"),
}
_FIRST_DAY, _NO_DAY = date(2000, 1, 1), date(9999, 1, 1)


def rows_for(plan: Plan, world: World, account: AdAccount, at: datetime) -> pa.Table:
    """Every row before filters, in a fixed order; columns named as fields."""
    return _Rows(plan, world, account, at).table()


class _Rows:
    def __init__(self, plan: Plan, world: World, account: AdAccount, at: datetime) -> None:
        self._plan = plan
        self._world = world
        self._account = account
        self._at = at
        self._named = set(resource_names(plan))

    def table(self) -> pa.Table:
        name = self._plan.resource.name
        if name == "click_view":
            base = self._clicks()
        elif name == "customer_client":
            base = pa.table({"client_id": [link.client.account_id for link in self._links()]})
        elif name in KEYS and (self._plan.metrics or self._plan.segments):
            base = self._figures()
        else:
            base = self._entities(name)
        names = {field.name for field in self._plan.needed}
        figures = FIGURES.keys() & set(base.column_names)
        columns = {
            name: self._column(FIELDS[name], base) for name in sorted(names | self._named | figures)
        }
        # A table without columns would forget how many rows it has.
        return pa.table({"": pa.nulls(base.num_rows), **columns})

    def _column(self, field: Field, base: pa.Table) -> pa.ChunkedArray | pa.Array:
        if field.name in base.column_names:
            return base[field.name]
        if field.resource in {"metrics", "segments", "click_view"}:
            return pa.nulls(base.num_rows, arrow_type(field))
        if field.resource == "customer":
            return pa.array([field.get(self._account)] * base.num_rows, arrow_type(field))
        things, key, column = self._lookup(field.resource)
        values = pa.array([field.get(thing) for thing in things], arrow_type(field))
        keys = pa.array([key(thing) for thing in things], pa.string())
        return values.take(pc.index_in(base[column].combine_chunks(), value_set=keys))

    def _lookup(self, resource: str) -> tuple[Sequence[Any], Callable[[Any], str], str]:
        """The world's objects of a resource, their key, and the base column that holds it."""
        account_id = self._account.account_id
        match resource:
            case "campaign" | "campaign_budget":
                campaigns = self._world.campaigns(account_id, self._at)
                return campaigns, lambda thing: str(thing.id), "campaign_id"
            case "ad_group":
                groups = self._world.ad_groups(account_id, self._at)
                return groups, lambda thing: str(thing.id), "ad_group_id"
            case "ad_group_ad":
                ads = self._world.ads(account_id, self._at)
                return ads, lambda thing: str(thing.id), "ad_id"
            case _:
                return self._links(), lambda link: str(link.client.account_id), "client_id"

    def _links(self) -> list[ClientLink]:
        own = self._account
        below = [
            account
            for account in self._world.accounts
            if account.platform == "google_ads" and account.manager_id == own.account_id
        ]
        return [ClientLink(own, account) for account in [own, *below]]

    def _entities(self, name: str) -> pa.Table:
        """The keys of every entity, removed ones included."""
        if name == "customer":
            return pa.table({"": pa.nulls(1)})
        things, key, column = self._lookup(name)
        columns = {column: pa.array([key(thing) for thing in things], pa.string())}
        for parent in ("campaign_id", "ad_group_id"):
            if parent != column and things and hasattr(things[0], parent):
                columns[parent] = pa.array([getattr(thing, parent) for thing in things])
            elif parent not in columns:
                columns[parent] = pa.nulls(len(things), pa.string())
        return pa.table(columns)

    def _figures(self) -> pa.Table:
        name = self._plan.resource.name
        keys = list(KEYS[name])
        days = self._ad_days(self._plan.days)
        if keys:
            # Performance Max spends without ad groups and ads: lower levels never see it.
            days = days.filter(pc.is_valid(days[keys[-1]]))
        for segment in self._plan.segments:
            days = days.append_column(segment, segment_column(segment, days["day"]))
        grouping = [*keys, *self._plan.segments]
        sums = [(column, "sum") for column in FIGURES.values()]
        totals = pa.TableGroupBy(days, grouping, use_threads=False).aggregate(sums)
        totals = totals.rename_columns([name.removesuffix("_sum") for name in totals.column_names])
        if self._plan.segments:
            return _with_figures(_some_figure(totals, self._plan.metrics))
        return _with_figures(self._all_entities(totals, keys))

    def _all_entities(self, totals: pa.Table, keys: list[str]) -> pa.Table:
        """Without segments every entity has a row, zeros where nothing happened."""
        if not keys:
            return totals if totals.num_rows else _zeros(1)
        entities = self._entities(self._plan.resource.name)
        at = pc.index_in(
            entities[keys[-1]].combine_chunks(), value_set=totals[keys[-1]].combine_chunks()
        )
        for column in FIGURES.values():
            entities = entities.append_column(column, pc.fill_null(totals[column].take(at), 0))
        return entities

    def _ad_days(self, days: Days) -> pa.Table:
        config = self._world.config
        since = max(days.since or _FIRST_DAY, config.start)
        until = min(days.until or _NO_DAY, self._at.date() + timedelta(days=2))
        return self._world.ad_days(self._account.account_id, since, max(since, until), self._at)

    def _clicks(self) -> pa.Table:
        day = self._plan.days.since
        if day is None:
            raise ValueError("a click_view query has one day")
        account_id = self._account.account_id
        clicks = self._world.clicks(account_id, day, self._at)
        count = clicks.num_rows
        prefix = f"customers/{account_id}/clickViews/{day}~"
        groups, ads = clicks["ad_group_id"].to_pylist(), clicks["ad_id"].to_pylist()
        clicked = list(zip(groups, ads, strict=True))
        names = {pair: ad_group_ad_name(account_id, *pair) for pair in set(clicked) if pair[1]}
        columns = {
            "click_view.gclid": clicks["click_id"],
            "click_view.resource_name": pc.binary_join_element_wise(prefix, clicks["click_id"], ""),
            "click_view.ad_group_ad": pa.array(map(names.get, clicked), pa.string()),
            "metrics.clicks": pa.array([1] * count, pa.int64()),
        }
        dates = pa.array([day] * count, pa.date32())
        for segment in self._plan.segments:
            columns[segment] = segment_column(segment, dates)
        for key in ("campaign_id", "ad_group_id"):
            columns[key] = clicks[key]
        return pa.table(columns)


def arrow_type(field: Field) -> pa.DataType:
    """The type of a field's column."""
    return ARROW_TYPES.get(field.kind, pa.string())


def segment_column(segment: str, days: pa.ChunkedArray | pa.Array) -> pa.Array:
    """The values of a segment for a column of dates; periods are named by their first day."""
    distinct = pc.unique(days)
    if segment == "segments.year":
        named = pa.array([day.year for day in distinct.to_pylist()], pa.int32())
    else:
        starts = [period_start(segment, day).isoformat() for day in distinct.to_pylist()]
        named = pa.array(starts, pa.string())
    positions = pc.index_in(days, value_set=distinct)
    if isinstance(positions, pa.ChunkedArray):
        positions = positions.combine_chunks()
    return named.take(positions)


def _some_figure(totals: pa.Table, metrics: tuple[str, ...]) -> pa.Table:
    """A segmented row exists only where a selected figure is not zero."""
    columns = {part for name in metrics for part in RATIOS.get(name, (FIGURES.get(name, ""),))}
    wanted = sorted(columns) or list(FIGURES.values())
    keep = pc.not_equal(totals[wanted[0]], 0)
    for column in wanted[1:]:
        keep = pc.or_(keep, pc.not_equal(totals[column], 0))
    return totals.filter(keep)


def _with_figures(totals: pa.Table) -> pa.Table:
    for name, column in FIGURES.items():
        totals = totals.append_column(name, totals[column])
    for name, (above, below) in RATIOS.items():
        divisor = pc.cast(totals[below], pa.float64())
        divisor = pc.if_else(pc.equal(divisor, 0.0), pa.scalar(None, pa.float64()), divisor)
        totals = totals.append_column(name, pc.divide(totals[above], divisor))
    return totals


def _zeros(count: int) -> pa.Table:
    return pa.table(
        {
            column: pa.array([0] * count, arrow_type(FIELDS[name]))
            for name, column in FIGURES.items()
        }
    )
