"""Channels: spend, net revenue and ROAS per channel."""

from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from trueup_dashboards import empty, showing, widgets
from trueup_dashboards.charts import channels as drawing
from trueup_dashboards.charts import sparkline
from trueup_dashboards.known_days import completed
from trueup_dashboards.names import as_html
from trueup_dashboards.published import Row
from trueup_dashboards.queries import channels as queries
from trueup_dashboards.queries import overview
from trueup_dashboards.queries.marts import CAMPAIGN_TABLES, CHANNELS, FINANCE, NOT_CONFIGURED
from trueup_dashboards.states import UNKNOWN_DAYS, over
from trueup_dashboards.visit import Visit, current

PER_ROW = 3


def show(visit: Visit) -> None:
    if missing := visit.lacks(CHANNELS):
        empty.never_shown(visit, missing)
        return
    within = {"since": visit.chosen.since, "until": visit.chosen.until} if visit.period else {}
    table = visit.published.table(queries.TABLE, **within) if within else None
    if table is None or not table.num_rows:
        empty.no_data(visit)
        return
    days = completed(visit.published.table(queries.DAYS, **within), visit.days)
    _spend_against_roas(visit, table)
    _trends(visit, days, table)
    _table(visit, table, days)


def _spend_against_roas(visit: Visit, table: pa.Table) -> None:
    paid = _with_claims(visit, table.filter(pa.array(map(_is_paid, table.to_pylist()), pa.bool_())))
    with widgets.panel(
        f"Spend and ROAS by channel, {visit.currency}",
        "channels with spend. Filled dot: ROAS by our attribution. Hollow dot: ROAS by the "
        "platform's own count.",
        visit.download(paid, "channels_roas"),
    ):
        _state_line(visit, paid)
        if not paid.num_rows:
            st.html('<p class="tu-subtitle">No channel had spend in this period.</p>')
            return
        drawn = widgets.drawable(paid)
        left, right = st.columns([6, 5])
        left.altair_chart(drawing.spend_bars(drawn, visit.currency), alt="Spend per channel")
        right.altair_chart(drawing.roas_dots(drawn, visit.currency), alt="ROAS per channel")


def _is_paid(row: Row) -> bool:
    """True with spend, and where it is unknown although a source of it is configured."""
    if row["spend"] is None:
        return bool(row["spend_reason"] != NOT_CONFIGURED)
    return bool(row["spend"] > 0)


def _with_claims(visit: Visit, table: pa.Table) -> pa.Table:
    """`table` with the ROAS that the platforms claim; unknown where that is not published."""
    claims: dict[str, Decimal | None] = {}
    if not visit.lacks(*CAMPAIGN_TABLES):
        within = {"since": visit.chosen.since, "until": visit.chosen.until}
        found = visit.published.rows(queries.CLAIMS, **within)
        claims = {row["channel_code"]: row["claimed_roas"] for row in found}
    values = [claims.get(code) for code in table["channel_code"].to_pylist()]
    return table.append_column("claimed_roas", pa.array(values, table["roas"].type))


def _state_line(visit: Visit, paid: pa.Table) -> None:
    reliance = visit.reliance("both", CHANNELS)
    unknown = [
        widgets.chip(f"○ {row['channel']}: spend unknown, {row['spend_reason']}", "attention")
        for row in paid.to_pylist()
        if row["spend"] is None
    ]
    as_of = widgets.chip(f"as of {showing.moment(reliance.as_of)}")
    widgets.chips(widgets.state_chip(reliance), as_of, *unknown)


def _trends(visit: Visit, days: pa.Table, table: pa.Table) -> None:
    drawn = widgets.drawable(days)
    axes = drawing.trend_axes(drawn, visit.chosen.each_day())
    with widgets.panel(
        f"Net revenue and spend by channel and day, {visit.currency}",
        "bars: net revenue. Line: spend. All channels have the same axes. Light bar: provisional. "
        "Grey band: net revenue unknown. Line at the top: spend unknown.",
        visit.download(days, "channels_days"),
    ):
        rows = table.select(["channel_code", "channel"]).to_pylist()
        for start in range(0, len(rows), PER_ROW):
            for column, row in zip(
                st.columns(PER_ROW), rows[start : start + PER_ROW], strict=False
            ):
                mine = drawn.filter(pc.equal(drawn["channel_code"], row["channel_code"]))
                column.html(f'<div class="tu-note">{as_html(row["channel"])}</div>')
                column.altair_chart(
                    drawing.trend(mine, axes, row["channel_code"]), alt=row["channel"]
                )


def _table(visit: Visit, table: pa.Table, days: pa.Table) -> None:
    with widgets.panel(
        f"All channels, amounts in {visit.currency}",
        f"{_tie_out(visit)} · {widgets.EMPTY_MEANS}",
        visit.download(table, "channels"),
    ):
        st.dataframe(
            _with_pictures(
                widgets.blank_where_empty(widgets.in_percent(widgets.drawable(table), "ctr")), days
            ),
            column_config=_columns(table),
            column_order=widgets.without_empty(table, *COLUMN_ORDER),
            hide_index=True,
            placeholder=showing.NOT_AVAILABLE,
            height="content",
            alt="All channels",
        )


def _with_pictures(table: pa.Table, days: pa.Table) -> pa.Table:
    """`table` with a picture of each channel's net revenue by day."""
    amounts: dict[str, list[Decimal | None]] = {}
    for row in days.select(["channel_code", "net_revenue"]).to_pylist():
        amounts.setdefault(row["channel_code"], []).append(row["net_revenue"])
    pictures = [sparkline.bars(amounts[code]) for code in table["channel_code"].to_pylist()]
    return table.append_column("revenue_by_day", pa.array(pictures, pa.string()))


def _tie_out(visit: Visit) -> str:
    """Comparison of the channels' sum with finance's net revenue."""
    if visit.lacks(FINANCE):
        return "no comparison with finance: a failed gate holds back its net revenue"
    found = visit.published.rows(
        overview.IDENTITY, since=visit.chosen.since, until=visit.chosen.until
    )[0]
    if found["net_revenue"] is None:
        return "no comparison with finance: its net revenue is unknown"
    return (
        f"{_left_out(visit)}finance's net revenue is "
        f"{showing.exact_money(found['net_revenue'])}, the channels' sum "
        f"differs from it by {showing.exact_money(found['difference'])}"
    )


def _left_out(visit: Visit) -> str:
    """The number of days that sums of revenue do not include; empty when there is none."""
    states = over(visit.chosen, visit.days, "revenue")
    unknown = sum(1 for state in states if state in UNKNOWN_DAYS)
    return f"without {unknown} of {len(states)} days, which are unknown: " if unknown else ""


COLUMN_ORDER = (
    *("channel", "channel_group", "spend", "impressions", "clicks", "ctr", "cpc", "orders"),
    *("net_revenue", "new_customers", "cac", "roas", "spend_reason", "revenue_reason"),
    "revenue_by_day",
)


def _columns(table: pa.Table) -> dict[str, Any]:
    kinds = st.column_config
    return {
        "channel": kinds.TextColumn("Channel", width="medium"),
        "channel_group": kinds.TextColumn("Group"),
        "spend": widgets.spend_column(table),
        "spend_reason": kinds.TextColumn("Why spend is unknown"),
        "revenue_reason": kinds.TextColumn("Why net revenue is unknown"),
        "impressions": kinds.NumberColumn("Impressions", format="localized"),
        "clicks": kinds.NumberColumn("Clicks", format="localized"),
        "ctr": kinds.NumberColumn("CTR, %", format="%.2f"),
        "cpc": kinds.NumberColumn("CPC", format="%.2f"),
        "orders": kinds.NumberColumn("Orders", format="localized"),
        "net_revenue": kinds.NumberColumn("Net revenue", format="accounting"),
        "new_customers": kinds.NumberColumn("New cust.", format="localized"),
        "cac": kinds.NumberColumn("CAC", format="%.2f"),
        "roas": kinds.NumberColumn("ROAS", format="%.2f"),
        "revenue_by_day": kinds.ImageColumn(
            "Net revenue by day", help="Grey: unknown", width=sparkline.WIDTH + 24
        ),
    }


if __name__ == "__main__":
    show(current())
