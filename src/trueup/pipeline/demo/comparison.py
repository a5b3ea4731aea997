"""Published figures beside each other and beside the sealed truth."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import duckdb

from trueup.pipeline.demo.parts import AttributionError, RevenueIdentity, Score, Truth
from trueup.pipeline.demo.published_reader import reader, version
from trueup.pipeline.demo.scenario import Attribution, Comparison, Identity, Scenario
from trueup.pipeline.settings.project import Project

# Both sides of a comparison as cells of a grain: what only one side has counts as different.
_COMPARED = """
    with ours as ({published}), truth as ({truth})
    select {unit} as unit, coalesce(sum(ours.{figure}), 0) as ours,
        coalesce(sum(truth.{figure}), 0) as truth, count(*) as compared,
        count(*) filter (coalesce(ours.{figure}, 0) <> coalesce(truth.{figure}, 0)) as differing
    from ours full outer join truth using ({cells})
    group by all order by unit
"""
_SHARES = """
    with ours as ({published}), truth as ({truth})
    select channel,
        coalesce(ours.orders, 0) / (select sum(orders) from ours) as ours,
        coalesce(truth.orders, 0) / (select sum(orders) from truth) as truth
    from ours full outer join truth using (channel) order by truth desc nulls last, channel
"""


def compare(project: Project, scenario: Scenario, at: datetime) -> Truth:
    """Compare what is published with what really happened up to `at`."""
    with reader(project) as connection, version(connection, project):
        scores = [s for one in scenario.comparisons for s in _scores(connection, one)]
        shares = scenario.attribution
        attribution = None if shares is None else _attribution(connection, shares)
    return Truth(at=at, scores=tuple(scores), attribution=attribution)


def revenue_identity(project: Project, identity: Identity) -> RevenueIdentity:
    """Finance's net revenue beside the sum over channels, both as published."""
    with reader(project) as connection, version(connection, project):
        [(finance,)] = connection.execute(identity.finance).fetchall()
        channels = connection.execute(identity.channels).fetchall()
    return RevenueIdentity(
        currency=project.config.currency,
        finance=Decimal(finance),
        channels=tuple((name, Decimal(amount)) for name, amount in channels),
    )


def _scores(connection: duckdb.DuckDBPyConnection, compared: Comparison) -> Iterator[Score]:
    for figure, kind in compared.figures.items():
        sql = _COMPARED.format(
            published=compared.published,
            truth=compared.truth,
            unit="currency" if kind == "money" else "''",
            figure=figure,
            cells=", ".join(compared.cells),
        )
        for unit, ours, truth, cells, differing in connection.execute(sql).fetchall():
            grain = [name.removesuffix("_id") for name in compared.cells if name != "currency"]
            yield Score(
                figure=f"{figure.replace('_', ' ')} {unit}".strip(),
                grain=", ".join(grain),
                ours=Decimal(ours),
                truth=Decimal(truth),
                compared=cells,
                differing=differing,
            )


def _attribution(
    connection: duckdb.DuckDBPyConnection, attribution: Attribution
) -> AttributionError:
    sql = _SHARES.format(published=attribution.published, truth=attribution.truth)
    shares = connection.execute(sql).fetchall()
    return AttributionError(
        title=attribution.title,
        shares=tuple((channel, float(ours), float(true)) for channel, ours, true in shares),
    )
