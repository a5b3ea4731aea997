"""Overview: how are we doing, and can it be trusted?"""

from collections.abc import Callable
from decimal import Decimal

import pyarrow as pa
import streamlit as st

from trueup_dashboards import empty, showing, widgets
from trueup_dashboards.charts import overview as drawing
from trueup_dashboards.metrics import metric
from trueup_dashboards.period import Period
from trueup_dashboards.published import Row
from trueup_dashboards.queries import overview as queries
from trueup_dashboards.queries.marts import CHANNELS, FINANCE
from trueup_dashboards.visit import Visit, current

TileSource = tuple[str, Callable[[showing.Figure], str], widgets.Better, str, tuple[str, ...]]
# Name, how to show it, whether more is better, whose days say its state, the tables it is from.
TILES: tuple[TileSource, ...] = (
    ("net_revenue", showing.short_money, "normal", "revenue", (FINANCE,)),
    ("spend", showing.short_money, "off", "spend", (CHANNELS,)),
    ("roas", showing.ratio, "normal", "both", (CHANNELS,)),
    ("new_customers", showing.count, "normal", "revenue", (FINANCE,)),
    ("cac", showing.short_money, "inverse", "both", (CHANNELS, FINANCE)),
    ("orders", showing.count, "normal", "revenue", (FINANCE,)),
)


def show(visit: Visit) -> None:
    if missing := visit.lacks(FINANCE, CHANNELS):
        empty.never_shown(visit, missing)
        return
    if visit.known is None or not _overlap(visit.chosen, visit.known):
        empty.no_data(visit)
        return
    _reasons(visit)
    days = visit.published.table(queries.DAYS, **_within(visit.chosen))
    _tiles(visit, days)
    wide, narrow = st.columns([8, 4])
    with wide:
        _daily(visit, days)
    with narrow:
        _identity(visit)


def _reasons(visit: Visit) -> None:
    """Why spend, and all that needs it, is not known for the period."""
    found = visit.published.rows(queries.REASONS, **_within(visit.chosen))
    if found:
        widgets.chips(*(widgets.chip(f"○ spend: {row['reason']}", "attention") for row in found))


def _tiles(visit: Visit, days: pa.Table) -> None:
    now = visit.published.rows(queries.TOTALS, **_within(visit.chosen))[0]
    before = _totals_before(visit)
    trends = widgets.drawable(days)
    columns = st.columns(len(TILES), gap="small")
    for column, (name, words, better, kind, tables) in zip(columns, TILES, strict=True):
        with column:
            widgets.tile(
                widgets.Tile(
                    metric=metric(visit.metrics, name),
                    value=words(now[name]),
                    change=showing.change(now[name], before.get(name)),
                    reliance=visit.reliance(kind, *tables),
                    better=better,
                    trend=trends[name].to_pylist(),
                    note=_note(visit, name, now),
                )
            )


def _note(visit: Visit, name: str, now: Row) -> str:
    """What belongs beside a figure: its cents, its denominator, or its sibling."""
    match name:
        case "net_revenue" | "spend":
            return showing.exact_money(now[name])
        case "roas":
            return f"{metric(visit.metrics, 'mer').label} {showing.ratio(now['mer'])}"
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
    return visit.published.rows(queries.TOTALS, **_within(before))[0]


def _daily(visit: Visit, days: pa.Table) -> None:
    table = visit.with_states(days)
    with widgets.panel(
        f"Net revenue and spend by day, {visit.currency}",
        "bars: net revenue, on the day each part of it happened; line: spend. "
        "Light or hollow: the source may still restate it. Gap: not known.",
        table,
        "overview_days",
    ):
        st.altair_chart(
            drawing.revenue_and_spend(widgets.drawable(table), visit.currency),
            alt=f"Net revenue and spend by day, {visit.chosen}",
        )


def _identity(visit: Visit) -> None:
    found = visit.published.rows(queries.IDENTITY, **_within(visit.chosen))[0]
    parts = _parts(found) if found["net_revenue"] is not None else None
    if parts is None:
        widgets.chips(widgets.chip("○ net revenue is not known for this period", "attention"))
        return
    with widgets.panel(
        f"Where revenue came from, {visit.currency}",
        "attributed + direct & organic + unattributed = net revenue",
        parts,
        "overview_identity",
    ):
        st.altair_chart(drawing.identity(widgets.drawable(parts), visit.currency))
        st.html(_identity_lines(parts, found))


def _parts(found: Row) -> pa.Table:
    amounts = [found["attributed"], found["direct"], found["unattributed"]]
    whole = found["net_revenue"]
    return pa.table(
        {
            "part": ["Attributed", "Direct & organic", "Unattributed"],
            "amount": amounts,
            "share": [float(amount / whole) if whole else None for amount in amounts],
            "rank": [1, 2, 3],
        }
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
