"""Published figures beside each other and beside the sealed truth, which only this module reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

from trueup.pipeline.demo.parts import AttributionError, RevenueIdentity, Score, Truth
from trueup.pipeline.demo.simulators import Simulators
from trueup.pipeline.settings.project import Project

# Both sides of a comparison as cells of a grain: what only one side has counts as different.
_ADS = """
    select platform, account_id, campaign_id, currency_code as currency, platform_date as day,
        sum(spend_amount) as spend, sum(clicks) as clicks, sum(impressions) as impressions
    from published.core.fact_ad_spend group by all
"""
_ADS_TRUTH = """
    select platform, account_id, campaign_id, currency, day, sum(spend) as spend,
        sum(clicks) as clicks, sum(impressions) as impressions
    from '{truth}/ad_spend.parquet' group by all
"""
_SALES = """
    select report_date as day, currency_code as currency, sum(orders) as orders,
        sum(refund_amount) as refunds, sum(net_revenue_amount) as net_revenue
    from published.marts.mart_finance_daily group by all
"""
# Orders count on the day they were placed, refunds on the day they were given; tests never. Figures
# begin with the project: of earlier orders only what happened to them since is in them.
_SALES_TRUTH = """
    with orders as (select * from '{truth}/orders.parquet' where not is_test),
    events as (
        select placed_at as happened_at, currency, 1 as orders, 0 as refunds,
            net_of_discount_amount as net_revenue
        from orders
        union all
        select refunded_at, refunds.currency, 0, items_amount, -items_amount
        from '{truth}/refunds.parquet' as refunds semi join orders using (order_id)
    )
    select (happened_at at time zone '{timezone}')::date as day, currency, sum(orders) as orders,
        sum(refunds) as refunds, sum(net_revenue) as net_revenue
    from events where (happened_at at time zone '{timezone}')::date >= date '{start}' group by all
"""
_COMPARED = """
    with ours as ({ours}), truth as ({truth})
    select {unit} as unit, coalesce(sum(ours.{figure}), 0) as ours,
        coalesce(sum(truth.{figure}), 0) as truth, count(*) as compared,
        count(*) filter (coalesce(ours.{figure}, 0) <> coalesce(truth.{figure}, 0)) as differing
    from ours full outer join truth using ({keys})
    group by all order by unit
"""
_SHARES = """
    with ours as (
        select channel_code as channel, sum(attributed_orders) as orders
        from published.marts.mart_channel_daily group by all having sum(attributed_orders) > 0
    ),
    truth as (
        select true_channel as channel, count(*) as orders
        from '{truth}/orders.parquet'
        where not is_test and (placed_at at time zone '{timezone}')::date >= date '{start}'
        group by all
    )
    select channel,
        coalesce(ours.orders, 0) / (select sum(orders) from ours) as ours,
        coalesce(truth.orders, 0) / (select sum(orders) from truth) as truth
    from ours full outer join truth using (channel) order by truth desc nulls last, channel
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Comparison:
    """One figure of a grain, ours and true; money is summed per currency only."""

    figure: str
    is_money: bool
    ours: str
    truth: str
    keys: tuple[str, ...]

    def scores(self, connection: duckdb.DuckDBPyConnection, names: dict[str, str]) -> list[Score]:
        sql = _COMPARED.format(
            unit="currency" if self.is_money else "''",
            ours=self.ours,
            truth=self.truth.format(**names),
            figure=self.figure,
            keys=", ".join(self.keys),
        )
        return [
            Score(
                figure=f"{self.figure.replace('_', ' ')} {unit}".strip(),
                grain=", ".join(key.removesuffix("_id") for key in self.keys if key != "currency"),
                ours=Decimal(ours),
                truth=Decimal(truth),
                compared=compared,
                differing=differing,
            )
            for unit, ours, truth, compared, differing in connection.execute(sql).fetchall()
        ]


def _compared(
    figures: dict[str, bool], ours: str, truth: str, keys: tuple[str, ...]
) -> tuple[_Comparison, ...]:
    return tuple(
        _Comparison(figure=figure, is_money=is_money, ours=ours, truth=truth, keys=keys)
        for figure, is_money in figures.items()
    )


_AD_CELL = ("platform", "account_id", "campaign_id", "day", "currency")
_COMPARISONS = (
    *_compared({"spend": True, "clicks": False, "impressions": False}, _ADS, _ADS_TRUTH, _AD_CELL),
    *_compared(
        {"orders": False, "refunds": True, "net_revenue": True},
        _SALES,
        _SALES_TRUTH,
        ("day", "currency"),
    ),
)


def score(project: Project, vendors: Simulators, folder: Path) -> Truth:
    """Compare what is published with what really happened up to the simulated now."""
    vendors.write_truth(folder)
    names = {
        "truth": str(folder).replace("'", "''"),
        "timezone": project.config.timezone,
        "start": project.config.start_date.isoformat(),
    }
    with published(project) as connection:
        scores = [s for compared in _COMPARISONS for s in compared.scores(connection, names)]
        shares = connection.execute(_SHARES.format(**names)).fetchall()
    return Truth(
        at=vendors.now(),
        scores=tuple(scores),
        attribution=AttributionError(shares=tuple((c, float(a), float(b)) for c, a, b in shares)),
    )


def revenue_identity(project: Project) -> RevenueIdentity:
    """Finance's net revenue beside the sum over channels, both as published."""
    currency = project.config.currency
    with published(project) as connection:
        finance = connection.execute(
            "select coalesce(sum(net_revenue_amount_reporting), 0) "
            "from published.marts.mart_finance_daily"
        ).fetchall()[0][0]
        channels = connection.execute(
            "select mart.channel_name, sum(net_revenue_amount_reporting) as amount "
            "from published.marts.mart_channel_daily as mart "
            "join published.core.dim_channel using (channel_dk) "
            "group by all having amount <> 0 order by min(tie_rank)"
        ).fetchall()
    return RevenueIdentity(
        currency=currency,
        finance=Decimal(finance),
        channels=tuple((name, Decimal(amount)) for name, amount in channels),
    )


@contextmanager
def published(project: Project) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newest published version, attached as `published`, read-only."""
    path = str(project.published.serving_file()).replace("'", "''")
    connection = duckdb.connect()
    try:
        connection.execute(f"set timezone = 'UTC'; attach '{path}' as published (read_only)")
        yield connection
    finally:
        connection.close()
