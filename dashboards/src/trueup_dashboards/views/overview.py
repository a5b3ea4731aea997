"""Overview: six figures of the period, their days, and the parts of net revenue."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Literal

import pyarrow as pa
import streamlit as st

from trueup_dashboards import empty, showing, widgets
from trueup_dashboards.charts import overview as drawing
from trueup_dashboards.known_days import completed, reasons, whole
from trueup_dashboards.metrics import metric
from trueup_dashboards.period import Period
from trueup_dashboards.published import Row
from trueup_dashboards.queries import overview as queries
from trueup_dashboards.queries.marts import CHANNELS, FINANCE
from trueup_dashboards.visit import Visit, current

TEN_PLACES = Decimal("1e-10")


@dataclass(frozen=True, slots=True, kw_only=True)
class TileSource:
    """A figure of the Overview: `kind` names the days that say its state, `better` good news."""

    name: str
    words: Callable[[showing.Figure], str]
    better: widgets.Better
    kind: Literal["spend", "revenue", "both"]
    tables: tuple[str, ...]
    is_money: bool = False


MONEY = partial(TileSource, words=showing.short_money, is_money=True)
COUNT = partial(TileSource, words=showing.count)
TILES: tuple[TileSource, ...] = (
    MONEY(name="net_revenue", better="normal", kind="revenue", tables=(FINANCE,)),
    MONEY(name="spend", better="off", kind="spend", tables=(CHANNELS,)),
    TileSource(name="roas", words=showing.ratio, better="normal", kind="both", tables=(CHANNELS,)),
    COUNT(name="new_customers", better="normal", kind="revenue", tables=(FINANCE,)),
    MONEY(name="cac", better="inverse", kind="both", tables=(CHANNELS, FINANCE)),
    COUNT(name="orders", better="normal", kind="revenue", tables=(FINANCE,)),
)
# The figures that a figure is calculated from; without one of them it is unknown.
NEEDED = {"spend": ("spend",), "revenue": ("net_revenue",), "both": ("spend", "net_revenue")}


def show(visit: Visit) -> None:
    if missing := visit.lacks(FINANCE, CHANNELS):
        empty.never_shown(visit, missing)
        return
    if visit.known is None or not _overlap(visit.chosen, visit.known):
        empty.no_data(visit)
        return
    days = _days(visit, visit.chosen)
    _tiles(visit, days)
    wide, narrow = st.columns([8, 4])
    with wide:
        _daily(visit, days)
    with narrow:
        _identity(visit, days)


def _days(visit: Visit, period: Period) -> pa.Table:
    return completed(visit.published.table(queries.DAYS, **_within(period)), visit.days)


def _totals(visit: Visit, period: Period, days: pa.Table) -> Row:
    return whole(visit.published.rows(queries.TOTALS, **_within(period))[0], days)


def _tiles(visit: Visit, days: pa.Table) -> None:
    now = _totals(visit, visit.chosen, days)
    before = _totals_before(visit)
    unknown = _reasons(visit, days)
    trends = widgets.drawable(days)
    for column, source in zip(st.columns(len(TILES), gap="small"), TILES, strict=True):
        name = source.name
        known = metric(visit.metrics, name)
        why = _why_unknown(source, now, unknown)
        shown = widgets.Tile(
            metric=known,
            label=f"{known.label}, {visit.currency}" if source.is_money else known.label,
            value=showing.UNKNOWN if why else source.words(now[name]),
            change=showing.change(now[name], before.get(name)),
            reliance=visit.reliance(source.kind, *source.tables),
            better=source.better,
            trend=trends[name].to_pylist(),
            lines=(why,) if why else (*_compared(visit, name, before), _note(visit, name, now)),
        )
        with column:
            widgets.tile(shown)


def _reasons(visit: Visit, days: pa.Table) -> dict[str, str]:
    """Reasons why spend or net revenue of the period is unknown."""
    found = {}
    for kind, name, sql in (
        ("spend", "spend", queries.REASONS),
        ("revenue", "net_revenue", queries.REVENUE_REASONS),
    ):
        rows = visit.published.rows(sql, **_within(visit.chosen))
        found[name] = "; ".join([row["reason"] for row in rows] or reasons(days, kind))
    return found


def _why_unknown(source: TileSource, now: Row, reasons: dict[str, str]) -> str:
    """The reason why a figure is unknown; empty when it is known or cannot be calculated."""
    if now[source.name] is not None:
        return ""
    unknown = [name for name in NEEDED[source.kind] if now[name] is None]
    return "; ".join(dict.fromkeys(reasons[name] for name in unknown))


def _compared(visit: Visit, name: str, before: Row) -> tuple[str, str]:
    """The period that a figure is compared with, or the reason why there is no comparison."""
    period = visit.chosen.before()
    if not before:
        return "not fully known:", period.span
    if not before[name]:
        return f"previous: {showing.NOT_AVAILABLE if before[name] is None else 0}", period.span
    unit = "day" if period.days == 1 else f"{period.days} days"
    return f"vs. previous {unit},", period.span


def _note(visit: Visit, name: str, now: Row) -> str:
    """The line below a figure: its exact amount, its denominator, or a related figure."""
    match name:
        case "net_revenue" | "spend":
            return f"{showing.exact_money(now[name])} {visit.currency}"
        case "roas":
            unknown = now["net_revenue"] is None or now["spend"] is None
            mer = showing.UNKNOWN if unknown else showing.ratio(now["mer"])
            return f"{metric(visit.metrics, 'mer').label} {mer}"
        case "cac":
            return f"spend ÷ {showing.count(now['new_customers'])}"
        case "new_customers":
            return f"of {showing.count(now['orders'])} orders"
    return f"of {showing.count(now['new_customers'])} new customers"


def _totals_before(visit: Visit) -> Row:
    """The totals of as many days before; nothing when those are not all known."""
    before = visit.chosen.before()
    if visit.known is None or before not in visit.known:
        return {}
    return _totals(visit, before, _days(visit, before))


def _daily(visit: Visit, days: pa.Table) -> None:
    with widgets.panel(
        f"Net revenue and spend by day, {visit.currency}",
        "bars: net revenue. Line: spend. Light, hollow: not final. "
        "Grey band: net revenue unknown. Line at the top: spend unknown.",
        visit.download(days, "overview_days"),
    ):
        st.altair_chart(
            drawing.revenue_and_spend(
                widgets.drawable(days), visit.chosen.each_day(), visit.currency
            ),
            alt=f"Net revenue and spend by day, {visit.chosen}",
        )


def _identity(visit: Visit, days: pa.Table) -> None:
    found = visit.published.rows(queries.IDENTITY, **_within(visit.chosen))[0]
    known = found["net_revenue"] is not None and None not in days["net_revenue"].to_pylist()
    parts = _parts(found) if known else _PARTS.empty_table()
    with widgets.panel(
        f"Parts of net revenue, {visit.currency}",
        "attributed + direct & organic + unattributed = net revenue",
        visit.download(parts, "overview_identity"),
    ):
        if known:
            st.altair_chart(drawing.identity(widgets.drawable(parts), visit.currency))
            st.html(_identity_lines(parts, found))
        else:
            reason = _reasons(visit, days)["net_revenue"]
            widgets.chips(widgets.chip(f"○ unknown: {reason}", "attention"))


_PARTS = pa.schema(
    [
        ("part", pa.string()),
        ("amount", pa.decimal128(38, 6)),
        ("share", pa.decimal128(38, 10)),
        ("rank", pa.int8()),
    ]
)


def _parts(found: Row) -> pa.Table:
    amounts = [found["attributed"], found["direct"], found["unattributed"]]
    whole = found["net_revenue"]
    shares = [(amount / whole).quantize(TEN_PLACES) if whole else None for amount in amounts]
    return pa.table(
        {
            "part": ["Attributed", "Direct & organic", "Unattributed"],
            "amount": amounts,
            "share": shares,
            "rank": [1, 2, 3],
        },
        schema=_PARTS,
    )


def _identity_lines(parts: pa.Table, found: Row) -> str:
    rows = [
        (
            _swatch(colour) + row["part"].replace("&", "&amp;"),
            showing.exact_money(row["amount"]),
            showing.share(row["share"]),
        )
        for colour, row in zip(drawing.part_colours(), parts.to_pylist(), strict=True)
    ]
    rows.append(("Net revenue", showing.exact_money(found["net_revenue"]), ""))
    body = "".join(
        f"<tr><td>{name}</td><td>{amount}</td><td>{part}</td></tr>" for name, amount, part in rows
    )
    return f'<table class="tu-sum">{body}</table>{_difference(found)}'


def _swatch(colour: str) -> str:
    return f'<span class="tu-swatch" style="background: {colour}"></span>'


def _difference(found: Row) -> str:
    difference: Decimal = found["difference"]
    words = f"difference {showing.exact_money(difference)}"
    if found["days_that_differ"]:
        return widgets.chip(f"✗ {words}, {found['days_that_differ']} days differ", "bad")
    return widgets.chip(f"✓ {words} on every day", "good")


def _within(period: Period) -> dict[str, object]:
    return {"since": period.since, "until": period.until}


def _overlap(one: Period, other: Period) -> bool:
    return one.since < other.until and other.since < one.until


if __name__ == "__main__":
    show(current())
