"""The period of a page: in its address, in its control, and on the next page."""

from datetime import date

import pytest

from tests.unit.dashboards.conftest import OpenPage, html_of

PAGES = ("overview", "channels", "campaigns", "trust")


@pytest.mark.parametrize(
    ("address", "days"),
    [
        ({"days": "7"}, "2026-06-25 to 2026-07-01"),
        ({"days": "14"}, "2026-06-18 to 2026-07-01"),
        ({"days": "all"}, "2026-05-03 to 2026-07-01"),
        ({"since": "2026-06-01", "until": "2026-06-11"}, "2026-06-01 to 2026-06-10"),
    ],
    ids=str,
)
def test_a_link_opens_its_period(open_page: OpenPage, address: dict[str, str], days: str) -> None:
    page = open_page("overview", **address)
    assert not page.exception
    assert f">{days}</span>" in html_of(page)
    assert {key: page.query_params[key] for key in address} == address


def test_a_link_with_nonsense_opens_the_usual_period_with_a_note(open_page: OpenPage) -> None:
    page = open_page("overview", since="2026-06-10", until="2026-06-01")
    assert not page.exception
    html = html_of(page)
    assert ">2026-06-04 to 2026-07-01</span>" in html
    assert "until (2026-06-01) must be after since (2026-06-10). The page shows the last" in html
    assert dict(page.query_params) == {"days": "28"}


def test_a_choice_is_written_into_the_address(open_page: OpenPage) -> None:
    page = open_page("overview")
    page.button_group(key="period").set_value("7 days").run()
    assert dict(page.query_params) == {"days": "7"}
    page.button_group(key="period").set_value("Custom").run()
    page.date_input(key="days").set_value((date(2026, 6, 1), date(2026, 6, 7))).run()
    assert dict(page.query_params) == {"since": "2026-06-01", "until": "2026-06-08"}
    page.button_group(key="period").set_value("All").run()
    assert dict(page.query_params) == {"days": "all"}


def test_too_many_days_are_refused_with_a_note(open_page: OpenPage) -> None:
    page = open_page("overview")
    page.button_group(key="period").set_value("Custom").run()
    page.date_input(key="days").set_value((date(1950, 1, 1), date(2026, 6, 7))).run()
    assert not page.exception
    assert "a period has at most 3,660 days" in html_of(page)


@pytest.mark.parametrize("name", PAGES)
def test_a_period_goes_along_to_other_pages(open_page: OpenPage, name: str) -> None:
    page = open_page("overview")
    page.button_group(key="period").set_value("7 days").run()
    page = page.switch_page(f"views/{name}.py").run()
    assert ">2026-06-25 to 2026-07-01</span>" in html_of(page)
    assert page.query_params["days"] == "7"
