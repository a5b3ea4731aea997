"""The Overview's charts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import altair as alt
import pyarrow as pa

from trueup_dashboards import theme
from trueup_dashboards.states import State

_LEGEND = alt.Legend(title=None, orient="top", symbolType="square")


def lightness(field: str, legend: alt.Legend | None = _LEGEND) -> alt.Opacity:
    """Full where `field` says final, light where the source may still restate."""
    return alt.Opacity(
        f"{field}:O",
        scale=alt.Scale(
            domain=[State.FINAL.value, State.PROVISIONAL.value],
            range=[theme.FINAL_OPACITY, theme.PROVISIONAL_OPACITY],
        ),
        legend=legend,
    )


def day_words(days: pa.Table) -> Any:
    """The days of `days`, with their amounts in words for tooltips."""
    worded = theme.in_words(alt.Chart(days), "net_revenue", "revenue_reason")
    return theme.in_words(worded, "spend", "spend_reason")


def day_tooltip() -> list[alt.Tooltip]:
    """The figures of a day of `day_words`, with their states."""
    return [
        alt.Tooltip("utcyearmonthdate(day):T", title="day", format="%a %Y-%m-%d"),
        alt.Tooltip("net_revenue_words:N", title="net revenue"),
        alt.Tooltip("revenue_state:N", title="revenue status"),
        alt.Tooltip("spend_words:N", title="spend"),
        alt.Tooltip("spend_state:N", title="spend status"),
    ]


def revenue_and_spend(rows: pa.Table, days: Sequence[date], currency: str) -> Any:
    """Bars of net revenue and a line of spend for each of `days`, one scale in `currency`.

    A day with unknown net revenue has a grey band, one with unknown spend a line along the top.
    """
    look = theme.colours()
    base = day_words(rows).encode(x=theme.by_day(days), tooltip=day_tooltip())
    amount = alt.Y("net_revenue:Q", title=currency, axis=theme.amount_axis(5))
    bars = base.mark_bar(color=look.accent, cornerRadiusEnd=2).encode(
        y=amount, opacity=lightness("revenue_state")
    )
    line = base.mark_line(color=look.ink, strokeWidth=1.6).encode(y="spend:Q")
    dots = base.mark_point(color=look.ink, size=22, strokeWidth=1.2, opacity=1).encode(
        y="spend:Q",
        fill=alt.condition(
            f"datum.spend_state === '{State.FINAL.value}'",
            alt.value(look.ink),
            alt.value(look.ground),
        ),
    )
    unknown = theme.unknown_bands(base, "net_revenue") + theme.unknown_edges(base, "spend")
    return theme.styled(unknown + bars + line + dots, 176)


def part_colours() -> tuple[str, str, str]:
    """Of attributed, direct & organic, and unattributed revenue."""
    look = theme.colours()
    return look.accent, look.neutral, look.weak


def identity(parts: pa.Table, currency: str) -> Any:
    """One bar: what revenue consists of. `parts` has part, amount, share and rank."""
    scale = alt.Scale(
        domain=["Attributed", "Direct & organic", "Unattributed"],
        range=list(part_colours()),
    )
    bar = (
        alt.Chart(parts)
        .mark_bar(height=30, cornerRadius=2)
        .encode(
            # The amounts are in the table below the bar.
            x=alt.X("amount:Q", axis=None, stack="zero", scale=alt.Scale(nice=False)),
            color=alt.Color("part:N", scale=scale, legend=None),
            order=alt.Order("rank:O"),
            tooltip=[
                alt.Tooltip("part:N", title="part"),
                alt.Tooltip("amount:Q", title=currency, format=",.2f"),
                alt.Tooltip("share:Q", title="share", format=".1%"),
            ],
        )
    )
    return theme.styled(bar, 34)
