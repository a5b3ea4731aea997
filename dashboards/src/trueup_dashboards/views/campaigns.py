"""Campaigns: spend, results and state of each campaign."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st

from trueup_dashboards import empty, showing, widgets
from trueup_dashboards.charts import campaigns as drawing
from trueup_dashboards.charts import sparkline
from trueup_dashboards.published import Row
from trueup_dashboards.queries import campaigns as queries
from trueup_dashboards.queries import coverage
from trueup_dashboards.queries.marts import CAMPAIGN_TABLES, CAMPAIGNS
from trueup_dashboards.states import SIGNS, State
from trueup_dashboards.visit import Visit, current


def show(visit: Visit) -> None:
    if missing := visit.lacks(*CAMPAIGN_TABLES):
        empty.never_shown(visit, missing)
        return
    if visit.period is None:
        empty.no_data(visit)
        return
    within = {"since": visit.period.since, "until": visit.period.until}
    offered = visit.published.rows(queries.FILTERS, **within)
    if not offered:
        empty.no_data(visit)
        return
    table = visit.published.table(queries.TABLE, **within, **_filters(offered))
    table = _with_unknown_days(visit, table)
    _campaign_table(visit, _with_states(visit, table))
    _scatter(visit, table)


def _with_unknown_days(visit: Visit, table: pa.Table) -> pa.Table:
    """`table` with unknown instead of 0 on days on which the campaign's account was not read."""
    days = visit.chosen.each_day()
    found = visit.published.rows(
        coverage.missing_days(visit.coverage), since=visit.chosen.since, until=visit.chosen.until
    )
    missing = {(row["source"], row["scope"], row["day"]) for row in found}
    columns = (table[name].to_pylist() for name in ("platform", "account_id", "spend_by_day"))
    series = [
        [
            None if not amount and (platform, account, day) in missing else amount
            for day, amount in zip(days, amounts, strict=True)
        ]
        for platform, account, amounts in zip(*columns, strict=True)
    ]
    position = table.column_names.index("spend_by_day")
    return table.set_column(position, "spend_by_day", pa.array(series, table["spend_by_day"].type))


def _filters(offered: list[Row]) -> dict[str, list[str] | str]:
    """Draw the filters and return the picks as values of the query. Options are drawn as text."""
    channels = {row["channel_code"]: row["channel"] for row in offered}
    accounts = {row["account_id"]: row["account"] for row in offered}
    search, by_channel, by_account = st.columns([4, 4, 4])
    return {
        "search": search.text_input(
            "Name or id",
            key="campaign_search",
            placeholder="Name or id contains …",
            label_visibility="collapsed",
        ),
        "channels": by_channel.multiselect(
            "Channels",
            list(channels),
            format_func=lambda code: channels.get(code, code),
            key="campaign_channels",
            placeholder="All channels",
            label_visibility="collapsed",
        ),
        "accounts": by_account.multiselect(
            "Accounts",
            list(accounts),
            format_func=lambda account: accounts.get(account, account),
            key="campaign_accounts",
            placeholder="All accounts",
            label_visibility="collapsed",
        ),
    }


def _with_states(visit: Visit, table: pa.Table) -> pa.Table:
    """`table` with the state of each campaign's spend, which is that of its account's days."""
    found = visit.published.rows(
        coverage.account_states(visit.coverage),
        since=visit.chosen.since,
        until=visit.chosen.until,
    )
    states = {(row["source"], row["scope"]): _words(row) for row in found}
    held = visit.tables[CAMPAIGNS].held_by
    unknown = f"{SIGNS[State.MISSING]} missing"
    words = [
        f"{SIGNS[State.HELD]} withheld" if held else states.get(account, unknown)
        for account in zip(
            table["platform"].to_pylist(), table["account_id"].to_pylist(), strict=True
        )
    ]
    return table.append_column("state", pa.array(words, pa.string()))


def _words(row: Row) -> str:
    if row["missing_days"]:
        return f"{SIGNS[State.MISSING]} missing {row['missing_days']} d"
    if row["beyond_reach_days"]:
        return f"{SIGNS[State.BEYOND_REACH]} beyond reach {row['beyond_reach_days']} d"
    if row["provisional_days"]:
        return f"{SIGNS[State.PROVISIONAL]} provisional {row['provisional_days']} d"
    return f"{SIGNS[State.FINAL]} final"


def _campaign_table(visit: Visit, table: pa.Table) -> None:
    rows = table.drop_columns(["found", "channel_code", "platform", "account_id"])
    with widgets.panel(
        f"Campaigns, amounts in {visit.currency}",
        _subtitle(table),
        visit.download(rows, "campaigns"),
    ):
        reliance = visit.reliance("spend", CAMPAIGNS)
        widgets.chips(
            widgets.state_chip(reliance), widgets.chip(f"as of {showing.moment(reliance.as_of)}")
        )
        if not table.num_rows:
            st.html('<p class="tu-subtitle">No campaign matches these filters.</p>')
            return
        st.dataframe(
            _with_pictures(widgets.in_percent(widgets.drawable(rows), "ctr")),
            column_config=_columns(table),
            column_order=widgets.without_empty(table, *COLUMN_ORDER),
            hide_index=True,
            placeholder=showing.NOT_AVAILABLE,
            row_height=30,
            height=min(30 * (table.num_rows + 1) + 12, 520),
            alt="Campaigns",
        )


def _with_pictures(table: pa.Table) -> pa.Table:
    pictures = [sparkline.bars(amounts) for amounts in table["spend_by_day"].to_pylist()]
    position = table.column_names.index("spend_by_day")
    return table.set_column(position, "spend_by_day", pa.array(pictures, pa.string()))


def _subtitle(table: pa.Table) -> str:
    found = table["found"][0].as_py() if table.num_rows else 0
    cut = f"the {table.num_rows} with the most spend of " if found > table.num_rows else ""
    return (
        f"{cut}{showing.many(found, 'campaign')}. Claimed: the platform's own count, which no "
        f"other figure includes. {widgets.EMPTY_MEANS}."
    )


COLUMN_ORDER = (
    *("campaign", "account", "state", "spend", "spend_by_day", "roas", "cac", "new_customers"),
    *("orders", "claimed_conversions", "net_revenue", "claimed_value", "ctr", "cpc"),
    *("impressions", "clicks", "channel", "status", "formerly", "campaign_id"),
)


def _columns(table: pa.Table) -> dict[str, Any]:
    kinds = st.column_config
    number = kinds.NumberColumn
    return {
        "campaign": kinds.TextColumn("Campaign", pinned=True, width=200),
        "state": kinds.TextColumn("Spend status", width=128),
        "spend": widgets.spend_column(table),
        "spend_by_day": kinds.ImageColumn(
            "Spend by day", help="Grey: unknown", width=sparkline.WIDTH + 16
        ),
        "ctr": number("CTR, %", format="%.2f"),
        "cpc": number("CPC", format="%.2f"),
        "orders": number(
            "Orders", format="localized", help="Orders that our attribution credits to the campaign"
        ),
        "claimed_conversions": number(
            "Claimed", format="localized", help="Conversions by the platform's own count"
        ),
        "net_revenue": number("Net revenue", format="accounting"),
        "claimed_value": number(
            "Claimed value",
            format="accounting",
            help="Value of the claimed conversions, in the reporting currency",
        ),
        "roas": number("ROAS", format="%.2f"),
        "new_customers": number("New cust.", format="localized"),
        "cac": number("CAC", format="%.2f"),
        "impressions": number("Impressions", format="localized"),
        "clicks": number("Clicks", format="localized"),
        "channel": kinds.TextColumn("Channel"),
        "account": kinds.TextColumn("Account", width=110),
        "status": kinds.TextColumn("Status"),
        "formerly": kinds.TextColumn("Formerly", help="Earlier names of the campaign"),
        "campaign_id": kinds.TextColumn("Campaign id"),
    }


def _scatter(visit: Visit, table: pa.Table) -> None:
    won = table.filter(pc.is_valid(table["cac"])).drop_columns(["spend_by_day", "found"])
    none = table.num_rows - won.num_rows
    few = f"Dashed grey: fewer than {drawing.FEW_NEW_CUSTOMERS} new customers, so mostly chance."
    left_out = f" Not drawn: {showing.many(none, 'campaign')} without a CAC." if none else ""
    with widgets.panel(
        f"Spend and CAC per campaign, {visit.currency}",
        few + left_out,
        visit.download(won, "campaigns_cac"),
    ):
        if won.num_rows:
            st.altair_chart(
                drawing.spend_by_cac(widgets.drawable(won), visit.currency),
                alt="Spend and CAC per campaign",
            )
        else:
            st.html('<p class="tu-subtitle">No campaign has a CAC in this period.</p>')


if __name__ == "__main__":
    show(current())
