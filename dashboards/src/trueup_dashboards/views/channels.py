"""Channels: where does money work?"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from trueup_dashboards import empty, showing, widgets
from trueup_dashboards.charts import channels as drawing
from trueup_dashboards.names import as_html
from trueup_dashboards.queries import channels as queries
from trueup_dashboards.queries import overview
from trueup_dashboards.queries.marts import CAMPAIGN_TABLES, CHANNELS, FINANCE
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
    _spend_against_roas(visit, widgets.drawable(table))
    _trends(visit, widgets.drawable(visit.published.table(queries.DAYS, **within)), table)
    _table(visit, table)


def _spend_against_roas(visit: Visit, table: pa.Table) -> None:
    paid = _with_claims(visit, table.filter(pc.greater(pc.fill_null(table["spend"], 1.0), 0.0)))
    with widgets.panel(
        f"Spend and what it brought, {visit.currency}",
        "channels with spend · filled dot: ROAS as we attribute; hollow: as the platform claims",
        paid.drop_columns(["revenue_by_day"]),
        "channels_roas",
    ):
        _state_line(visit)
        if not paid.num_rows:
            st.html('<p class="tu-subtitle">No channel had spend in this period.</p>')
            return
        left, right = st.columns([6, 5])
        left.altair_chart(drawing.spend_bars(paid, visit.currency), alt="Spend per channel")
        right.altair_chart(drawing.roas_dots(paid, visit.currency), alt="ROAS per channel")


def _with_claims(visit: Visit, table: pa.Table) -> pa.Table:
    """`table` with the ROAS that the platforms claim; unknown where that is not published."""
    claims: dict[str, float | None] = {}
    if not visit.lacks(*CAMPAIGN_TABLES):
        within = {"since": visit.chosen.since, "until": visit.chosen.until}
        found = visit.published.rows(queries.CLAIMS, **within)
        claims = {row["channel_code"]: row["claimed_roas"] for row in found}
    values = [claims.get(code) for code in table["channel_code"].to_pylist()]
    return table.append_column("claimed_roas", pa.array(values, pa.float64()))


def _state_line(visit: Visit) -> None:
    reliance = visit.reliance("both", CHANNELS)
    widgets.chips(
        widgets.state_chip(reliance), widgets.chip(f"as of {showing.moment(reliance.as_of)}")
    )


def _trends(visit: Visit, days: pa.Table, table: pa.Table) -> None:
    days = visit.with_states(days)
    top = max(
        (value for name in ("net_revenue", "spend") for value in days[name].to_pylist() if value),
        default=1.0,
    )
    with widgets.panel(
        f"Net revenue and spend by channel and day, {visit.currency}",
        "bars: net revenue; line: spend; one scale for all; light: may still be restated",
        days,
        "channels_days",
    ):
        rows = table.select(["channel_code", "channel"]).to_pylist()
        for start in range(0, len(rows), PER_ROW):
            for column, row in zip(
                st.columns(PER_ROW), rows[start : start + PER_ROW], strict=False
            ):
                mine = days.filter(pc.equal(days["channel_code"], row["channel_code"]))
                column.html(f'<div class="tu-note">{as_html(row["channel"])}</div>')
                column.altair_chart(
                    drawing.trend(mine, top, row["channel_code"]), alt=row["channel"]
                )


def _table(visit: Visit, table: pa.Table) -> None:
    with widgets.panel(
        f"All channels, amounts in {visit.currency}",
        _tie_out(visit),
        table,
        "channels",
    ):
        st.dataframe(
            widgets.in_percent(widgets.drawable(table), "ctr"),
            column_config=_columns(table),
            hide_index=True,
            placeholder=showing.NOT_AVAILABLE,
            height="content",
            alt="All channels",
        )


def _tie_out(visit: Visit) -> str:
    """Said under the table: the channels add up to what finance has."""
    if visit.lacks(FINANCE):
        return "finance's own net revenue is held back, so nothing is compared"
    found = visit.published.rows(
        overview.IDENTITY, since=visit.chosen.since, until=visit.chosen.until
    )[0]
    return (
        f"all channels together are finance's net revenue of "
        f"{showing.exact_money(found['net_revenue'])}, difference "
        f"{showing.exact_money(found['difference'])}"
    )


def _columns(table: pa.Table) -> dict[str, Any]:
    kinds = st.column_config
    most = max((float(value) for value in table["spend"].to_pylist() if value), default=1.0)
    return {
        "channel_code": None,
        "channel": kinds.TextColumn("Channel", width="medium"),
        "channel_group": kinds.TextColumn("Group"),
        "spend": kinds.ProgressColumn("Spend", format="accounting", min_value=0, max_value=most),
        "spend_reason": kinds.TextColumn("Why spend is unknown"),
        "impressions": kinds.NumberColumn("Impressions", format="localized"),
        "clicks": kinds.NumberColumn("Clicks", format="localized"),
        "ctr": kinds.NumberColumn("CTR, %", format="%.2f"),
        "cpc": kinds.NumberColumn("CPC", format="%.2f"),
        "orders": kinds.NumberColumn("Orders", format="localized"),
        "net_revenue": kinds.NumberColumn("Net revenue", format="accounting"),
        "new_customers": kinds.NumberColumn("New cust.", format="localized"),
        "cac": kinds.NumberColumn("CAC", format="%.2f"),
        "roas": kinds.NumberColumn("ROAS", format="%.2f"),
        "revenue_by_day": kinds.LineChartColumn("Net revenue by day", y_min=0),
    }


if __name__ == "__main__":
    show(current())
