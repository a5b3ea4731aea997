"""Parts of pages: chips, tiles, panels, definitions.

HTML holds our own words only. Texts from outside go through `names.as_html`, or into tables and
charts, which draw them as text.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Literal

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from trueup_dashboards import theme
from trueup_dashboards.downloads import Download
from trueup_dashboards.metrics import Metric, metric
from trueup_dashboards.names import as_csv, as_html, as_markdown
from trueup_dashboards.showing import NOT_AVAILABLE, UNKNOWN, moment
from trueup_dashboards.states import SIGNS, Reliance, State

Better = Literal["normal", "inverse", "off"]
Tone = Literal["good", "attention", "bad", "neutral"]
# Said under tables in which a cell can be empty for either reason.
EMPTY_MEANS = f"{NOT_AVAILABLE}: unknown, or nothing to divide by"
OPTIONAL_COLUMNS = ("formerly", "spend_reason", "revenue_reason")
_STYLE = Path(__file__).parent / "assets" / "style.css"
_TONES: dict[State, Tone] = {
    State.FINAL: "good",
    State.PROVISIONAL: "neutral",
    State.BEYOND_REACH: "attention",
    State.MISSING: "attention",
    State.HELD: "bad",
}


def chip(words: str, tone: Tone = "neutral", title: str = "") -> str:
    """A small label as HTML; `words` and `title` may come from outside."""
    return f'<span class="tu-chip tu-{tone}" title="{as_html(title)}">{as_html(words)}</span>'


def state_chip(reliance: Reliance) -> str:
    """A chip with the state of a figure; under the pointer, its time and the gates that hold it."""
    held = f"; withheld by {', '.join(reliance.held_by)}" if reliance.held_by else ""
    title = f"as of {moment(reliance.as_of)}{held}"
    words = f"{SIGNS[reliance.state]} {reliance.words}"
    return chip(words, _TONES[reliance.state], title)


def chips(*parts: str) -> None:
    st.html(f'<div class="tu-strip">{" ".join(parts)}</div>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure in words, its change, its trend by day, and its state.

    `better` says which direction is good news. `lines` stand below the figure: what it is compared
    with, its exact amount, or the reason why it is unknown.
    """

    metric: Metric
    label: str
    value: str
    change: str
    reliance: Reliance
    better: Better = "normal"
    trend: Sequence[float | None] = ()
    lines: Sequence[str] = ()

    @property
    def moves(self) -> bool:
        """False where there is nothing to compare with, or no difference worth a tenth of 1 %."""
        return self.change != NOT_AVAILABLE and self.change.strip("+-0. %") != ""


def tile(shown: Tile) -> None:
    """Draw one figure."""
    lines = [*shown.lines, f"as of {moment(shown.reliance.as_of)}"]
    words = [f'<span class="tu-note">{as_html(line) or "&nbsp;"}</span>' for line in lines]
    name = shown.metric.name
    with st.container(border=True, gap="xsmall", height="stretch", key=f"tile_{name}"):
        st.metric(
            as_markdown(shown.label),
            shown.value,
            "no comparison" if shown.change == NOT_AVAILABLE else shown.change,
            delta_color=shown.better if shown.moves else "off",
            delta_arrow="auto" if shown.moves else "off",
            help=as_markdown(explained(shown.metric)),
            chart_data=with_gaps(shown.trend),
        )
        # "final" beside "unknown" would contradict it.
        is_unknown = shown.value == UNKNOWN and shown.reliance.state is State.FINAL
        state = chip(f"○ {UNKNOWN}", "attention") if is_unknown else state_chip(shown.reliance)
        foot = [*words[:-1], state, words[-1]]
        st.html(f'<div class="tu-foot">{"".join(foot)}</div>')


def with_gaps(trend: Sequence[float | None]) -> list[float] | None:
    """The values by day, NaN where the line breaks; None when no day is known."""
    values = [math.nan if value is None else value for value in trend]
    return None if all(map(math.isnan, values)) else values


def explained(known: Metric) -> str:
    """The definition of a metric in one paragraph, from the published dictionary."""
    if not known.formula:
        return f"{known.label}: this version has no definition of it."
    return f"{known.label} = {known.formula}. {known.edge_rules}"


def definitions(metrics: Mapping[str, Metric], names: Sequence[str]) -> None:
    """Draw the definitions of a page's figures, from the published dictionary."""
    with st.popover("Definitions", width="stretch"):
        known = [metric(metrics, name) for name in names]
        rows = "".join(_definition(one) for one in known if one.formula)
        st.html(
            f'<dl class="tu-terms">{rows}</dl>'
            if rows
            else "<p>This version has no dictionary of metrics.</p>"
        )


def _definition(known: Metric) -> str:
    unit = f" <small>{as_html(known.unit)} per {as_html(known.grain)}</small>"
    return (
        f"<dt>{as_html(known.label)}{unit}</dt>"
        f"<dd>{as_html(known.formula)}<br><small>{as_html(known.edge_rules)}</small></dd>"
    )


@contextmanager
def panel(title: str, subtitle: str, download: Download) -> Iterator[None]:
    """A framed chart or table with its title, a line of explanation, and its rows as CSV."""
    name = download.name
    with st.container(border=True, gap="xsmall", height="stretch", key=f"panel_{name}"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"head_{name}"):
            st.html(
                f'<div class="tu-title">{as_html(title)}</div>'
                f'<div class="tu-subtitle">{as_html(subtitle)}</div>',
                width="stretch",
            )
            csv_button(download)
        yield


def csv_button(download: Download) -> None:
    """Offers exactly the rows that the page shows."""
    st.download_button(
        "CSV",
        as_csv(download.rows),
        file_name=download.file_name,
        mime="text/csv",
        key=f"csv_{download.name}",
        type="tertiary",
        on_click="ignore",
        help="These rows as CSV, with exact amounts. Ratios have ten decimal places.",
    )


def without_empty(table: pa.Table, *names: str) -> list[str]:
    """`names` without the optional columns of `table` whose cells are all empty."""
    return [name for name in names if name not in OPTIONAL_COLUMNS or any(table[name].to_pylist())]


def blank_where_empty(table: pa.Table) -> pa.Table:
    """`table` with empty text in optional columns, for which "n/a" would be wrong."""
    for position, name in enumerate(table.column_names):
        if name in OPTIONAL_COLUMNS:
            table = table.set_column(position, name, pc.fill_null(table[name], ""))
    return table


def spend_column(table: pa.Table) -> Any:
    """The column of spend: with bars, unless an amount is unknown, which a bar cannot say."""
    amounts = table["spend"].to_pylist()
    if None in amounts:
        return st.column_config.NumberColumn("Spend", format="accounting")
    most = max(map(float, amounts), default=0.0) or 1.0
    return st.column_config.ProgressColumn(
        "Spend", format="accounting", min_value=0, max_value=most
    )


def drawable(table: pa.Table) -> pa.Table:
    """`table` with decimals as doubles, because charts and browsers calculate with doubles."""
    fields = [
        pa.field(field.name, pa.float64()) if pa.types.is_decimal(field.type) else field
        for field in table.schema
    ]
    return table.cast(pa.schema(fields))


def in_percent(table: pa.Table, name: str) -> pa.Table:
    """`table` with a rate of 0 to 1 as percent, for columns whose header says so."""
    position = table.column_names.index(name)
    return table.set_column(position, name, pc.multiply(table[name], 100.0))


def style_sheet() -> None:
    """Add our style to Streamlit's theme, in the colours of light or dark."""
    look = theme.colours()
    words = {name: getattr(look, name) for name in look.__slots__}
    st.html(f"<style>{Template(_STYLE.read_text()).substitute(words)}</style>")
