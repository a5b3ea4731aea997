"""Every page in every state, through Streamlit's own test runner."""

from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.unit.dashboards.conftest import OpenPage, html_of
from tests.unit.dashboards.small_publish import HOSTILE_NAMES, PUBLISH_ID, Shape, publish

PAGES = ("overview", "channels", "campaigns", "trust")
CONTROL_FAILED = ("control_totals", "act_501 2026-06-20: 12.00 loaded, 13.00 said", "fact_ad_spend")


def titles(page: AppTest) -> list[str]:
    marked = html_of(page).split('tu-title">')[1:]
    return [text.split("</div>")[0] for text in marked]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_draws_without_an_error_and_names_its_version(
    open_page: OpenPage, name: str
) -> None:
    page = open_page(name)
    assert not page.exception
    assert f"version {PUBLISH_ID}" in html_of(page)
    assert "2026-06-04 to 2026-07-01" in html_of(page)


def test_the_overview_has_its_six_figures_with_change_and_state(open_page: OpenPage) -> None:
    page = open_page("overview")
    shown = [(tile.label, tile.value, tile.delta) for tile in page.metric]
    assert shown == [
        ("Net revenue, USD", "482 k", "+10.4 %"),
        ("Spend, USD", "67.1 k", "+10.4 %"),
        ("ROAS", "2.66", "+0.0 %"),
        ("New customers", "771", "+25.4 %"),
        ("CAC, USD", "87.06", "-11.9 %"),
        ("Orders", "1,546", "+17.7 %"),
    ]
    assert html_of(page).count("as of 2026-07-02 06:04 UTC</span></div>") == 6


def test_the_overview_proves_that_revenue_adds_up(open_page: OpenPage) -> None:
    html = html_of(open_page("overview"))
    assert "✓ difference 0.00 on every day" in html
    assert "<td>Net revenue</td><td>481,672.55</td>" in html


def test_a_broken_identity_is_not_hidden(open_page: OpenPage) -> None:
    html = html_of(open_page("overview", Shape(gap="0.01")))
    assert "✗ difference 0.28, 28 days differ" in html


def test_without_a_period_before_there_is_no_change(open_page: OpenPage) -> None:
    page = open_page("overview")
    page.button_group(key="period").set_value("All").run()
    assert {tile.delta for tile in page.metric} == {"no comparison"}


def test_a_period_before_that_is_known_in_part_is_no_comparison(open_page: OpenPage) -> None:
    page = open_page("overview", Shape(days=45))
    assert {tile.delta for tile in page.metric} == {"no comparison"}


def test_missing_days_of_spend_are_said_beside_spend(open_page: OpenPage) -> None:
    html = html_of(open_page("overview"))
    assert html.count("missing 12 of 28 d") == 3
    assert html.count("● final") == 3


def test_channels_say_that_they_add_up_to_finance(open_page: OpenPage) -> None:
    page = open_page("channels")
    assert "finance&#x27;s net revenue is 481,672.55, the channels&#x27; sum" in html_of(page)
    assert page.dataframe[0].value["channel"].tolist()[:2] == ["Paid search", "Paid social"]


def test_campaigns_can_be_searched(open_page: OpenPage) -> None:
    page = open_page("campaigns")
    assert len(page.dataframe[0].value) == 24
    page.text_input(key="campaign_search").set_value("retargeting").run()
    assert page.dataframe[0].value["campaign"].str.startswith("Retargeting").all()


def test_a_search_without_a_find_says_so(open_page: OpenPage) -> None:
    page = open_page("campaigns")
    page.text_input(key="campaign_search").set_value("no such campaign").run()
    assert not page.exception
    assert "No campaign matches these filters." in html_of(page)


def test_campaigns_can_be_filtered_by_account(open_page: OpenPage) -> None:
    page = open_page("campaigns")
    page.multiselect(key="campaign_accounts").set_value(["act_501"]).run()
    assert set(page.dataframe[0].value["account"]) == {"BrightCart Social"}


@pytest.mark.parametrize("name", PAGES)
def test_hostile_names_reach_no_markup(open_page: OpenPage, name: str) -> None:
    page = open_page(name)
    everything = html_of(page) + "".join(text.value for text in page.markdown)
    assert "<img src=x" not in everything
    assert "<script" not in everything
    assert "javascript:" not in everything
    assert "<i>" not in everything
    assert '" onmouseover' not in everything


def test_a_name_of_ten_megabytes_makes_no_large_page(open_page: OpenPage) -> None:
    page = open_page("campaigns", Shape(names=("x" * 10_000_000,)))
    assert page.dataframe[0].value["campaign"].str.len().max() == 80


def test_all_hostile_names_are_in_the_table(open_page: OpenPage) -> None:
    names = set(open_page("campaigns").dataframe[0].value["campaign"])
    assert {HOSTILE_NAMES[0], HOSTILE_NAMES[1], HOSTILE_NAMES[4], "(no name)"} <= names


def test_an_unavailable_account_is_named_with_its_reason(open_page: OpenPage) -> None:
    html = html_of(open_page("trust"))
    assert "○ BrightCart &lt;i&gt;Nordics&lt;/i&gt; unavailable" in html
    assert 'title="HTTP 403: &lt;i&gt;gone&lt;/i&gt;&quot; onmouseover=&quot;alert(4)"' in html


def test_the_trust_page_shows_gates_with_their_messages(open_page: OpenPage) -> None:
    page = open_page("trust", Shape(failed=(CONTROL_FAILED,)))
    gates = next(f.value for f in page.dataframe if "gate" in f.value)
    assert gates.iloc[0][["status", "message"]].tolist() == ["✗ fail", CONTROL_FAILED[1]]
    assert "✗ 4 of 6 gates passed, 1 failed" in html_of(page)


def test_a_held_back_table_is_named_with_since_when(open_page: OpenPage) -> None:
    page = open_page("trust", Shape(held={"mart_channel_daily": "control_totals"}))
    held = page.dataframe[0].value.iloc[0]
    assert (held["table"], held["gates"]) == ("mart_channel_daily", "control_totals")
    assert f"{held['figures_as_of']} {held['held_since']}" == (
        "2026-07-01 06:04:00 2026-07-02 06:04:00"
    )


def test_figures_of_a_held_back_table_say_so_with_their_older_time(open_page: OpenPage) -> None:
    html = html_of(open_page("overview", Shape(held={"mart_channel_daily": "control_totals"})))
    assert html.count("▣ withheld") == 3
    assert html.count("as of 2026-07-01 06:04 UTC</span></div>") == 3


@pytest.mark.parametrize("name", ["overview", "channels"])
def test_a_table_that_was_never_shown_has_a_page_that_says_why(
    open_page: OpenPage, name: str
) -> None:
    gate = ("control_totals", "<i>12.00</i> loaded", "mart_channel_daily")
    page = open_page(name, Shape(without=("marts.mart_channel_daily",), failed=(gate,)))
    assert not page.exception
    assert "▣ Withheld" in html_of(page)
    assert "<b>control_totals</b>: &lt;i&gt;12.00&lt;/i&gt; loaded" in html_of(page)


def test_trust_lists_tables_that_were_never_shown(open_page: OpenPage) -> None:
    shape = Shape(
        without=("marts.mart_finance_daily",), failed=(("a_gate", "m", "mart_finance_daily"),)
    )
    held = open_page("trust", shape).dataframe[0].value
    assert held.iloc[0][["table", "gates"]].tolist() == ["mart_finance_daily", "a_gate"]


@pytest.mark.parametrize("name", ["overview", "channels", "campaigns"])
def test_days_without_data_are_not_zero(open_page: OpenPage, name: str) -> None:
    page = open_page(name)
    page.button_group(key="period").set_value("Custom").run()
    page.date_input(key="days").set_value((date(2025, 1, 1), date(2025, 1, 7))).run()
    assert not page.exception
    assert "No data in this period" in html_of(page)


@pytest.mark.parametrize("name", PAGES)
def test_nothing_published_yet_is_a_page_of_its_own(open_page: OpenPage, name: str) -> None:
    page = open_page(name, None)
    assert not page.exception
    assert "Nothing is published yet" in html_of(page)
    assert "trueup run" in html_of(page)


def test_a_version_whose_files_are_gone_says_so(open_page: OpenPage, tmp_path: Path) -> None:
    publish(tmp_path)
    for part in tmp_path.glob("parts/*"):
        part.unlink()
    page = open_page("overview", None)
    assert not page.exception
    assert "This version cannot be read" in html_of(page)


def test_a_newer_version_is_followed_on_the_next_interaction(
    open_page: OpenPage, tmp_path: Path
) -> None:
    page = open_page("overview")
    publish(tmp_path, Shape(publish_id="20260703T060400Z-001", gap="100"))
    page.button_group(key="period").set_value("7 days").run()
    assert "version 20260703T060400Z-001" in html_of(page)
    assert [toast.value for toast in page.toast] == [
        "This page now shows the newer version 20260703T060400Z-001."
    ]


def test_without_the_dictionary_names_stay_and_formulas_are_missed(open_page: OpenPage) -> None:
    page = open_page("overview", Shape(without=("ops.metrics",)))
    assert [tile.label for tile in page.metric][2:5] == ["ROAS", "New customers", "CAC, USD"]
    assert "This version has no dictionary of metrics." in html_of(page)


def test_definitions_are_those_of_the_dictionary(open_page: OpenPage) -> None:
    html = html_of(open_page("overview"))
    assert "<dt>CAC <small>currency per day</small></dt><dd>spend / new customers" in html
    assert "n/a without new customers" in html


@pytest.mark.parametrize("name", PAGES)
def test_a_world_without_campaigns_is_drawn(open_page: OpenPage, name: str) -> None:
    page = open_page(name, Shape(campaigns=0))
    assert not page.exception


def test_channels_are_shown_while_finance_is_held_back(open_page: OpenPage) -> None:
    page = open_page("channels", Shape(without=("marts.mart_finance_daily",)))
    assert not page.exception
    assert "a failed gate holds back its net revenue" in html_of(page)
    assert len(page.dataframe[0].value) == 9


def test_coverage_is_shown_while_every_mart_is_held_back(open_page: OpenPage) -> None:
    marts = tuple(f"marts.mart_{name}_daily" for name in ("finance", "channel", "campaign"))
    page = open_page("trust", Shape(without=marts))
    assert not page.exception
    assert "Coverage by account and day" in titles(page)
    assert "2026-06-04 to 2026-07-01" in html_of(page)
