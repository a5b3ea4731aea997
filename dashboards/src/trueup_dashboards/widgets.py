"""The parts that pages are made of. Own HTML holds own words only; texts from outside go through
`names.as_html` or into tables and charts, which draw them as text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from trueup_dashboards import theme
from trueup_dashboards.metrics import Metric, metric
from trueup_dashboards.names import as_csv, as_html, as_markdown
from trueup_dashboards.showing import NOT_AVAILABLE, moment
from trueup_dashboards.states import SIGNS, Reliance, State

Better = Literal["normal", "inverse", "off"]
Tone = Literal["good", "attention", "bad", "neutral"]
_STYLE = Path(__file__).parent / "assets" / "style.css"
_TONES: dict[State, Tone] = {
    State.FINAL: "good",
    State.PROVISIONAL: "neutral",
    State.MISSING: "attention",
    State.HELD: "bad",
}


def chip(words: str, tone: Tone = "neutral", title: str = "") -> str:
    """A small label as HTML; `words` and `title` may come from outside."""
    return f'<span class="tu-chip tu-{tone}" title="{as_html(title)}">{as_html(words)}</span>'


def state_chip(reliance: Reliance) -> str:
    """The state of a figure, with its as-of time behind it."""
    held = f"; held back by {', '.join(reliance.held_by)}" if reliance.held_by else ""
    title = f"as of {moment(reliance.as_of)}{held}"
    words = f"{SIGNS[reliance.state]} {reliance.words}"
    return chip(words, _TONES[reliance.state], title)


def chips(*parts: str) -> None:
    st.html(f'<div class="tu-strip">{" ".join(parts)}</div>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One figure in words, its change, its trend by day, and how far it can be relied on.

    `better` says which direction is good news; `note` is what belongs beside the figure.
    """

    metric: Metric
    value: str
    change: str
    reliance: Reliance
    better: Better = "normal"
    trend: Sequence[float | None] = ()
    note: str = ""

    @property
    def moves(self) -> bool:
        """False where there is nothing to compare with, or no difference worth a tenth of 1 %."""
        return self.change != NOT_AVAILABLE and self.change.strip("+-0. %") != ""


def tile(shown: Tile) -> None:
    """Draw one figure."""
    at = f"as of {moment(shown.reliance.as_of)}"
    with st.container(border=True, gap="xsmall", key=f"tile_{shown.metric.name}"):
        st.metric(
            as_markdown(shown.metric.label),
            shown.value,
            "no period before" if shown.change == NOT_AVAILABLE else shown.change,
            delta_color=shown.better if shown.moves else "off",
            delta_arrow="auto" if shown.moves else "off",
            help=as_markdown(explained(shown.metric)),
            chart_data=gapless(shown.trend) or None,
        )
        st.html(
            f'<div class="tu-foot"><span class="tu-note">{as_html(shown.note) or "&nbsp;"}</span>'
            f'{state_chip(shown.reliance)}<span class="tu-note">{as_html(at)}</span></div>'
        )


def gapless(trend: Sequence[float | None]) -> list[float]:
    """The known values; a sparkline without axes cannot show where others are missing."""
    return [value for value in trend if value is not None]


def explained(known: Metric) -> str:
    """A metric in one paragraph, as the published dictionary has it."""
    if not known.formula:
        return f"{known.label}: this version was published without its definition."
    return f"{known.label} = {known.formula}. {known.edge_rules}"


def definitions(metrics: Mapping[str, Metric], names: Sequence[str]) -> None:
    """What the figures of a page mean, from the published dictionary."""
    with st.popover("Definitions", width="stretch"):
        known = [metric(metrics, name) for name in names]
        rows = "".join(_definition(one) for one in known if one.formula)
        st.html(
            f'<dl class="tu-terms">{rows}</dl>'
            if rows
            else "<p>This version was published without its dictionary of metrics.</p>"
        )


def _definition(known: Metric) -> str:
    unit = f" <small>{as_html(known.unit)} per {as_html(known.grain)}</small>"
    return (
        f"<dt>{as_html(known.label)}{unit}</dt>"
        f"<dd>{as_html(known.formula)}<br><small>{as_html(known.edge_rules)}</small></dd>"
    )


@contextmanager
def panel(title: str, subtitle: str, table: pa.Table, file: str) -> Iterator[None]:
    """A framed chart or table with its title, what it says, and its rows as CSV."""
    with st.container(border=True, gap="xsmall", height="stretch", key=f"panel_{file}"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"head_{file}"):
            st.html(
                f'<div class="tu-title">{as_html(title)}</div>'
                f'<div class="tu-subtitle">{as_html(subtitle)}</div>',
                width="stretch",
            )
            csv_button(table, file)
        yield


def csv_button(table: pa.Table, file: str) -> None:
    """Download exactly the rows on show."""
    st.download_button(
        "CSV",
        as_csv(table),
        file_name=f"{file}.csv",
        mime="text/csv",
        key=f"csv_{file}",
        type="tertiary",
        on_click="ignore",
        help="These rows as CSV",
    )


def drawable(table: pa.Table) -> pa.Table:
    """`table` with decimals as doubles, which is what charts and browsers calculate with."""
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
    """Once per run: the house's look over Streamlit's theme, in the colours of light or dark."""
    look = theme.colours()
    words = {name: getattr(look, name) for name in look.__slots__}
    st.html(f"<style>{Template(_STYLE.read_text()).substitute(words)}</style>")
