"""The parts that pages are made of. Own HTML holds own words only; texts from outside go through
`names.as_html` or into tables and charts, which draw them as text."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import pyarrow as pa
import streamlit as st

from trueup_dashboards import theme
from trueup_dashboards.metrics import Metric, metric
from trueup_dashboards.names import as_csv, as_html, as_markdown
from trueup_dashboards.showing import NOT_AVAILABLE, moment
from trueup_dashboards.states import SIGNS, Reliance, State

Tone = Literal["good", "attention", "bad", "neutral"]
_TONES: dict[State, Tone] = {
    State.SETTLED: "good",
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


def tile(
    known: Metric,
    value: str,
    delta: str,
    reliance: Reliance,
    *,
    better: Literal["normal", "inverse", "off"] = "normal",
    trend: Sequence[float | None] = (),
    note: str = "",
) -> None:
    """One figure with its trend, its change, and how far it can be relied on."""
    has_change = delta != NOT_AVAILABLE
    moves = has_change and delta.strip("+-0. %") != ""
    with st.container(border=True, gap="xsmall", key=f"tile_{known.name}"):
        st.metric(
            as_markdown(known.label),
            value,
            delta if has_change else "no period before",
            delta_color=better if moves else "off",
            delta_arrow="auto" if moves else "off",
            help=as_markdown(explained(known)),
            chart_data=gapless(trend) or None,
            chart_type="line",
        )
        st.html(
            f'<div class="tu-foot"><span class="tu-note">{as_html(note) or "&nbsp;"}</span>'
            f"{state_chip(reliance)}"
            f'<span class="tu-note">as of {as_html(moment(reliance.as_of))}</span></div>'
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


def with_column(table: pa.Table, name: str, values: Sequence[Any]) -> pa.Table:
    return table.append_column(name, pa.array(values))


def style_sheet() -> None:
    """Once per run: what Streamlit's own theme has no word for."""
    look = theme.colours()
    st.html(f"<style>{_CSS.format(**{name: getattr(look, name) for name in look.__slots__})}</style>")


_CSS = """
.stMainBlockContainer {{ max-width: 1280px; padding-top: 3.9rem; padding-bottom: 1.2rem; }}
.stApp {{ font-variant-numeric: tabular-nums; }}
.tu-strip, .tu-foot {{ display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }}
.tu-foot {{ flex-direction: column; align-items: flex-start; gap: 3px; }}
.tu-chip {{ font-size: 0.78rem; line-height: 1.5; padding: 1px 8px; border-radius: 999px;
  border: 1px solid {faint}; color: {neutral}; white-space: nowrap; }}
.tu-good {{ color: {good}; }}
.tu-attention {{ color: {attention}; border-color: {attention}; }}
.tu-bad {{ color: {bad}; border-color: {bad}; border-style: dashed; }}
.tu-note, .tu-subtitle {{ font-size: 0.78rem; color: {neutral}; }}
.tu-title {{ font-weight: 600; font-size: 0.98rem; line-height: 1.3; }}
.tu-page {{ font-weight: 650; font-size: 1.45rem; line-height: 1.2; }}
.tu-terms dt {{ font-weight: 600; margin-top: 8px; }}
.tu-terms dd {{ margin: 0; }}
.tu-terms small {{ color: {neutral}; font-weight: 400; }}
.tu-sum {{ width: 100%; border-collapse: collapse; font-size: 0.85rem; margin: 2px 0 8px; }}
.tu-sum td {{ padding: 2px 0; border: 0; }}
.tu-sum td:nth-child(n+2) {{ text-align: right; }}
.tu-sum td:nth-child(3) {{ color: {neutral}; width: 4.5rem; }}
.tu-sum tr:last-child td {{ border-top: 1px solid {faint}; font-weight: 600; padding-top: 4px; }}
.tu-swatch {{ display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 7px; }}
[class*="st-key-tile_"] {{ padding: 10px 14px 12px; }}
[class*="st-key-panel_"] {{ padding: 12px 14px; }}
.tu-empty {{ border: 1px dashed {faint}; border-radius: 8px; padding: 40px 32px; text-align: left; }}
.tu-empty h3 {{ margin: 0 0 8px; font-size: 1.15rem; }}
.tu-empty p {{ margin: 4px 0; color: {neutral}; }}
.tu-empty code {{ color: {accent}; background: none; }}
@media print {{ .stDownloadButton, .stPopover, header {{ display: none; }} }}
"""
