"""The Campaigns page's chart."""

from typing import Any

import altair as alt
import pyarrow as pa

from trueup_dashboards import theme

# Below this a ratio says more about chance than about the campaign.
FEW_NEW_CUSTOMERS = 10


def spend_by_cac(table: pa.Table, currency: str) -> Any:
    """One point per campaign that won customers; those that won few are grey and hollow."""
    look = theme.colours()
    few = f"datum.new_customers < {FEW_NEW_CUSTOMERS}"
    names, codes = _channels(table)
    points = (
        alt.Chart(table)
        .mark_point(filled=False, strokeWidth=2, opacity=0.95, clip=False)
        .encode(
            x=alt.X("spend:Q", title=f"spend, {currency}", axis=theme.amount_axis(6)),
            y=alt.Y("cac:Q", title=f"CAC, {currency}", axis=theme.amount_axis(5)),
            size=alt.Size(
                "new_customers:Q",
                scale=alt.Scale(domainMin=0, range=[30, 420]),
                legend=alt.Legend(title="new customers", orient="right", tickCount=3),
            ),
            color=alt.condition(
                few,
                alt.value(look.neutral),
                alt.Color(
                    "channel:N",
                    scale=theme.channel_scale(codes, names),
                    legend=alt.Legend(title=None, orient="top"),
                ),
            ),
            strokeDash=alt.condition(few, alt.value([2, 2]), alt.value([1, 0])),
            tooltip=_tooltip(currency),
        )
    )
    return theme.styled(points, 320)


def _channels(table: pa.Table) -> tuple[list[str], list[str]]:
    pairs = dict(zip(table["channel"].to_pylist(), table["channel_code"].to_pylist(), strict=True))
    return list(pairs), list(pairs.values())


def _tooltip(currency: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("campaign:N", title="campaign"),
        alt.Tooltip("campaign_id:N", title="id"),
        alt.Tooltip("account:N", title="account"),
        alt.Tooltip("channel:N", title="channel"),
        alt.Tooltip("spend:Q", title=f"spend, {currency}", format=",.2f"),
        alt.Tooltip("new_customers:Q", title="new customers", format=",.0f"),
        alt.Tooltip("cac:Q", title=f"CAC, {currency}", format=",.2f"),
        alt.Tooltip("roas:Q", title="ROAS", format=",.2f"),
    ]
