"""The Channels page's charts."""

from typing import Any

import altair as alt
import pyarrow as pa

from trueup_dashboards import theme
from trueup_dashboards.charts.overview import lightness

ROW_PIXELS = 34


def spend_bars(table: pa.Table, currency: str) -> Any:
    """One bar of spend per channel, in the table's order."""
    return theme.styled(
        alt.Chart(table)
        .mark_bar(height=16, cornerRadiusEnd=2)
        .encode(
            y=_channel_axis(table, labels=True),
            x=alt.X(
                "spend:Q",
                title=f"spend, {currency}",
                axis=theme.amount_axis(5),
                scale=alt.Scale(domainMin=0),
            ),
            color=_channel_colour(table),
            tooltip=_tooltip(currency),
        ),
        _height(table),
    )


def roas_dots(table: pa.Table, currency: str) -> Any:
    """One dot of ROAS per channel beside the bars, hollow where the platform speaks for itself.

    The dashed rule is where a unit of spend just comes back.
    """
    look = theme.colours()
    base = alt.Chart(table).encode(y=_channel_axis(table, labels=False))
    dots = base.mark_circle(size=130, opacity=1).encode(
        x=alt.X(
            "roas:Q",
            title="ROAS, net revenue per 1 spent",
            axis=alt.Axis(tickCount=5),
            scale=alt.Scale(
                domain=[0, 1.2 * max(_most(table, "roas"), _most(table, "claimed_roas"))]
            ),
        ),
        color=_channel_colour(table),
        tooltip=_tooltip(currency),
    )
    values = base.mark_text(dy=-13, color=look.ink).encode(
        x="roas:Q", text=alt.Text("roas:Q", format=",.2f")
    )
    claimed = base.mark_point(size=110, filled=False, strokeWidth=1.8).encode(
        x="claimed_roas:Q", color=_channel_colour(table), tooltip=_tooltip(currency)
    )
    unknown = (
        base.transform_filter("!isValid(datum.roas)")
        .mark_text(align="left", color=look.neutral)
        .encode(x=alt.datum(0), text=alt.value("n/a"))
    )
    even = (
        alt.Chart(pa.table({"one": [1]}))
        .mark_rule(strokeDash=[3, 3], color=look.neutral)
        .encode(x="one:Q")
    )
    return theme.styled(even + claimed + dots + values + unknown, _height(table))


def trend(days: pa.Table, top: float, code: str) -> Any:
    """One channel by day: bars of net revenue, a line of spend; all channels scale to `top`."""
    look = theme.colours()
    base = alt.Chart(days).encode(
        x=theme.by_day(days["day"].to_pylist(), labels=3),
        tooltip=[
            alt.Tooltip("utcyearmonthdate(day):T", title="day", format="%a %Y-%m-%d"),
            alt.Tooltip("net_revenue:Q", title="net revenue", format=",.2f"),
            alt.Tooltip("spend:Q", title="spend", format=",.2f"),
            alt.Tooltip("revenue_state:N", title="revenue is"),
            alt.Tooltip("spend_state:N", title="spend is"),
        ],
    )
    scale = alt.Scale(domain=[min(0.0, _least(days)), top])
    bars = base.mark_bar(color=theme.channel_colour(code)).encode(
        y=alt.Y("net_revenue:Q", title=None, scale=scale, axis=theme.amount_axis(3)),
        opacity=lightness("revenue_state", legend=None),
    )
    line = base.mark_line(color=look.ink, strokeWidth=1.4).encode(y=alt.Y("spend:Q", scale=scale))
    costs = any(days["spend"].to_pylist())
    return theme.styled(bars + line if costs else bars, 118)


def _most(table: pa.Table, name: str) -> float:
    return max((value for value in table[name].to_pylist() if value is not None), default=1.0)


def _least(days: pa.Table) -> float:
    return min((value for value in days["net_revenue"].to_pylist() if value is not None), default=0)


def _height(table: pa.Table) -> int:
    rows: int = table.num_rows
    return 62 + ROW_PIXELS * rows


def _channel_axis(table: pa.Table, *, labels: bool) -> alt.Y:
    return alt.Y(
        "channel:N",
        sort=table["channel"].to_pylist(),
        title=None,
        axis=alt.Axis(labels=labels, ticks=False, domain=False, labelPadding=8, labelLimit=160),
    )


def _channel_colour(table: pa.Table) -> alt.Color:
    names = table["channel"].to_pylist()
    codes = table["channel_code"].to_pylist()
    return alt.Color("channel:N", scale=theme.channel_scale(codes, names), legend=None)


def _tooltip(currency: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("channel:N", title="channel"),
        alt.Tooltip("spend:Q", title=f"spend, {currency}", format=",.2f"),
        alt.Tooltip("net_revenue:Q", title=f"net revenue, {currency}", format=",.2f"),
        alt.Tooltip("roas:Q", title="ROAS", format=",.2f"),
        alt.Tooltip("claimed_roas:Q", title="ROAS, platform's claim", format=",.2f"),
        alt.Tooltip("new_customers:Q", title="new customers", format=",.0f"),
        alt.Tooltip("cac:Q", title=f"CAC, {currency}", format=",.2f"),
    ]
