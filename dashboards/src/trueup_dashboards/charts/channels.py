"""The Channels page's charts."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import pyarrow as pa

from trueup_dashboards import theme
from trueup_dashboards.charts.overview import day_tooltip, day_words, lightness
from trueup_dashboards.queries.marts import NOT_CONFIGURED

ROW_PIXELS = 34


def spend_bars(table: pa.Table, currency: str) -> Any:
    """One bar of spend per channel, in the table's order; "unknown" where there is none to draw."""
    base = alt.Chart(table).encode(y=_channel_axis(table, labels=True), tooltip=_tooltip(currency))
    bars = base.mark_bar(height=16, cornerRadiusEnd=2).encode(
        x=alt.X(
            "spend:Q",
            title=f"spend, {currency}",
            axis=theme.amount_axis(5),
            scale=alt.Scale(domain=[0, _most(table, "spend")], nice=True),
        ),
        color=_channel_colour(table),
    )
    unknown = _text_at_zero(base, "!isValid(datum.spend)", "unknown")
    return theme.styled(bars + unknown, _height(table))


def roas_dots(table: pa.Table, currency: str) -> Any:
    """One filled dot per channel for our ROAS, one hollow dot for the platform's.

    At the dashed rule, net revenue equals spend.
    """
    look = theme.colours()
    base = alt.Chart(table).encode(y=_channel_axis(table, labels=False))
    most = 1.2 * max(_most(table, "roas"), _most(table, "claimed_roas"), 1.0)
    dots = base.mark_circle(size=130, opacity=1).encode(
        x=alt.X(
            "roas:Q",
            title="ROAS, net revenue per 1 spent",
            axis=alt.Axis(tickCount=5),
            scale=alt.Scale(domain=[0, most]),
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
    unknown = _text_at_zero(base, "!isValid(datum.roas)", "unknown")
    even = (
        alt.Chart(pa.table({"one": [1]}))
        .mark_rule(strokeDash=[3, 3], color=look.neutral)
        .encode(x="one:Q")
    )
    return theme.styled(even + claimed + dots + values + unknown, _height(table))


def _text_at_zero(base: Any, where: str, words: str) -> Any:
    return (
        base.transform_filter(where)
        .mark_text(align="left", dx=4, color=theme.colours().neutral)
        .encode(x=alt.datum(0), text=alt.value(words))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendAxes:
    """Axes shared by the trends of all channels: the days of the period and a span of amounts."""

    days: list[date]
    least: float
    most: float


def trend_axes(rows: pa.Table, days: list[date]) -> TrendAxes:
    """Axes that hold every amount of `rows`, and zero."""
    amounts = [
        amount
        for name in ("net_revenue", "spend")
        for amount in rows[name].to_pylist()
        if amount is not None
    ]
    return TrendAxes(days=days, least=min([0.0, *amounts]), most=max([0.0, *amounts]) or 1.0)


def trend(rows: pa.Table, axes: TrendAxes, code: str) -> Any:
    """One channel by day: bars of net revenue, a line of spend, on the `axes` of all channels.

    A day with unknown net revenue has a grey band, one with unknown spend a line along the top.
    """
    look = theme.colours()
    base = day_words(rows).encode(x=theme.by_day(axes.days, labels=3), tooltip=day_tooltip())
    scale = alt.Scale(domain=[axes.least, axes.most], nice=False)
    amount = alt.Y("net_revenue:Q", title=None, scale=scale, axis=theme.amount_axis(3))
    bars = base.mark_bar(color=theme.channel_colour(code)).encode(
        y=amount, opacity=lightness("revenue_state", legend=None)
    )
    layers = theme.unknown_bands(base, "net_revenue") + bars
    if any(rows["spend"].to_pylist()):
        layers += base.mark_line(color=look.ink, strokeWidth=1.4).encode(
            y=alt.Y("spend:Q", scale=scale)
        )
    if set(rows["spend_reason"].to_pylist()) - {None, NOT_CONFIGURED}:
        layers += theme.unknown_edges(base, "spend")
    return theme.styled(layers, 118)


def _most(table: pa.Table, name: str) -> float:
    """The largest amount of a column, 1 where none is known or above zero."""
    known = [float(value) for value in table[name].to_pylist() if value is not None]
    return max(known, default=0.0) or 1.0


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
