"""Figures that are unknown: pages say so, with the reason."""

from pathlib import Path

import duckdb

from tests.unit.dashboards.conftest import OpenPage, html_of
from tests.unit.dashboards.small_publish import Shape, publish

UNREAD = "meta_ads has not been read for every day"


def test_unknown_spend_and_what_needs_it_say_why(open_page: OpenPage) -> None:
    page = open_page("overview", Shape(unread="day > date '2026-06-25'"))
    shown = {tile.label: tile.value for tile in page.metric}
    unknown = [label for label, value in shown.items() if value == "unknown"]
    assert unknown == ["Spend, USD", "ROAS", "CAC, USD"]
    assert html_of(page).count(UNREAD) == 3


def test_unknown_net_revenue_says_why(open_page: OpenPage) -> None:
    gap = "case when day = date '2026-06-10' then null else 0 end"
    page = open_page("overview", Shape(gap=gap))
    assert page.metric[0].value == "unknown"
    assert html_of(page).count("○ unknown</span>") == 1
    assert "○ unknown: an amount has no exchange rate" in html_of(page)


def test_channels_say_why_their_spend_is_unknown(open_page: OpenPage) -> None:
    page = open_page("channels", Shape(unread="true"))
    rows = page.dataframe[0].value.set_index("channel_code")
    assert rows.loc["paid_social", "spend_reason"] == UNREAD
    assert (rows["spend_reason"] != "").sum() == 1
    assert f"○ Paid social: spend unknown, {UNREAD}" in html_of(page)


def test_a_version_without_reasons_shows_the_same_figures(
    open_page: OpenPage, tmp_path: Path
) -> None:
    reasons = "spend_status, spend_reason, revenue_status, revenue_reason"
    with duckdb.connect(str(publish(tmp_path))) as connection:
        connection.execute(
            f"create table marts.old as select * exclude ({reasons}) from marts.mart_channel_daily"
        )
        connection.execute("drop view marts.mart_channel_daily")
        connection.execute("create view marts.mart_channel_daily as select * from marts.old")
    page = open_page("overview", None)
    assert [tile.value for tile in page.metric][:3] == ["482 k", "67.1 k", "2.66"]
    assert not page.switch_page("views/channels.py").run().exception


def test_tiles_name_the_period_that_they_compare_with(open_page: OpenPage) -> None:
    html = html_of(open_page("overview"))
    assert html.count(">vs. previous 28 days,</span>") == 6
    assert html.count(">2026-05-07 to 2026-06-03</span>") == 6
