"""Colours and chart style, the same on every page, in light and dark."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import altair as alt
import streamlit as st

# Okabe and Ito's palette: told apart with every common colour blindness.
CHANNEL_COLOURS = {
    "paid_search": "#0072B2",
    "paid_social": "#E69F00",
    "affiliate": "#D55E00",
    "email": "#009E73",
    "organic_search": "#56B4E9",
    "organic_social": "#CC79A7",
    "direct": "#3A3F47",
}
# More than seven colours cannot be told apart; further channels share this one.
OTHER_COLOUR = "#8A8F98"
# The same hues, bright enough for a dark ground.
DARK_CHANNEL_COLOURS = {"paid_search": "#2E8FD6", "organic_search": "#9AD4F5", "direct": "#D5D8DD"}

PROVISIONAL_OPACITY = 0.42
FINAL_OPACITY = 1.0
UNKNOWN_OPACITY = 0.35
EDGE_PIXELS = 4


@dataclass(frozen=True, slots=True)
class Colours:
    """`accent` marks what a chart is about; everything else stays neutral."""

    accent: str
    neutral: str
    faint: str
    weak: str
    ink: str
    ground: str
    good: str
    attention: str
    bad: str


LIGHT = Colours(
    accent="#4453C4",
    neutral="#5B616B",
    faint="#DDE0E5",
    weak="#BFC4CC",
    ink="#1C2026",
    ground="#FFFFFF",
    good="#00735C",
    attention="#9A5B00",
    bad="#B3261E",
)
DARK = Colours(
    accent="#8E9BFF",
    neutral="#A5ABB5",
    faint="#343A44",
    weak="#596170",
    ink="#ECEEF1",
    ground="#14171C",
    good="#4CC9A6",
    attention="#F0B355",
    bad="#FF8A80",
)


def is_dark() -> bool:
    """True when the page is drawn on a dark ground."""
    return st.context.theme.type == "dark"


def colours() -> Colours:
    return DARK if is_dark() else LIGHT


def channel_colour(code: str) -> str:
    """A channel's colour, the same on every page."""
    usual = CHANNEL_COLOURS.get(code, OTHER_COLOUR)
    return DARK_CHANNEL_COLOURS.get(code, usual) if is_dark() else usual


def channel_scale(codes: list[str], names: list[str]) -> alt.Scale:
    """The colours of the channels `names`, whose codes are `codes`."""
    return alt.Scale(domain=names, range=[channel_colour(code) for code in codes])


_PADDING = {"left": 2, "top": 6, "right": 8, "bottom": 2}


def amount_axis(ticks: int) -> alt.Axis:
    """Round amounts in thousands and millions; zero is just that."""
    return alt.Axis(
        tickCount=ticks, labelExpr="datum.value === 0 ? '0' : format(datum.value, '~s')"
    )


def by_day(days: Sequence[date], labels: int = 8) -> alt.X:
    """One band per day of `days`, also for days that the data lacks; some of them are labelled.

    Dates have no zone. They are drawn as UTC, so that every browser shows the same days.
    """
    every = max(1, round(len(days) / labels))
    moments = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in days]
    return alt.X(
        "utcyearmonthdate(day):O",
        axis=alt.Axis(
            format="%b %d", title=None, values=moments[::every], labelAngle=0, ticks=False
        ),
        scale=alt.Scale(domain=moments, paddingInner=0.18, paddingOuter=0.05),
    )


def unknown_bands(base: Any, field: str) -> Any:
    """A grey band over the whole height of each day of `base` whose `field` is unknown."""
    return base.transform_filter(f"!isValid(datum.{field})").mark_rect(
        color=colours().weak, opacity=UNKNOWN_OPACITY
    )


def unknown_edges(base: Any, field: str) -> Any:
    """A line along the top edge over each day of `base` whose `field` is unknown."""
    return (
        base.transform_filter(f"!isValid(datum.{field})")
        .mark_rect(color=colours().attention)
        .encode(y=alt.value(0), y2=alt.value(EDGE_PIXELS))
    )


def in_words(base: Any, field: str, reason: str) -> Any:
    """`base` with `<field>_words`: the amount, or "unknown" with the reason in column `reason`."""
    words = (
        f"isValid(datum.{field}) ? format(datum.{field}, ',.2f') : "
        f"'unknown' + (isValid(datum.{reason}) ? ': ' + datum.{reason} : '')"
    )
    return base.transform_calculate(**{f"{field}_words": words})


def styled(chart: Any, height: int) -> Any:
    """`chart` in the common style: quiet axes, no frame, a fixed height in pixels."""
    look = colours()
    return (
        chart.properties(height=height, background="transparent", padding=_PADDING)
        .configure_view(strokeWidth=0)
        .configure_axis(
            labelColor=look.neutral,
            titleColor=look.neutral,
            gridColor=look.faint,
            domainColor=look.faint,
            tickColor=look.faint,
            labelFontSize=11,
            titleFontSize=11,
            titleFontWeight="normal",
            titlePadding=8,
            labelPadding=5,
            labelLimit=180,
        )
        .configure_legend(
            labelColor=look.neutral,
            titleColor=look.neutral,
            labelFontSize=11,
            symbolSize=70,
            orient="top",
            offset=4,
            padding=0,
            labelLimit=160,
        )
        .configure_text(color=look.ink, fontSize=11)
    )
