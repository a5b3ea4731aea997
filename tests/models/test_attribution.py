"""Last touch within seven days of a click, exact to the fraction of a second."""

from datetime import date

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

PLACED = "2026-06-20T12:00:00.500Z"
GCLID, FBCLID = "gclid=G1", "fbclid=F1"
PAID_SOCIAL = {"source": "facebook", "medium": "paid_social"}
PAID_SEARCH = {"source": "google", "medium": "cpc"}
NEWSLETTER = {"source": "newsletter", "medium": "email"}
GOOGLE = "https://www.google.com/"

# Name of the case, visits before the order, channel that gets the credit.
CASES = [
    ("exactly seven days before", [p.visit(1, "2026-06-13T12:00:00.500Z", GCLID)], "paid_search"),
    ("a second too early", [p.visit(2, "2026-06-13T11:59:59Z", GCLID)], "unattributed"),
    ("in the moment of the order", [p.visit(3, PLACED, GCLID)], "paid_search"),
    ("a second after the order", [p.visit(4, "2026-06-20T12:00:01Z", GCLID)], "unattributed"),
    ("a moment too early", [p.visit(19, "2026-06-13T12:00:00.300Z", GCLID)], "unattributed"),
    ("a moment after the order", [p.visit(20, "2026-06-20T12:00:00.900Z", GCLID)], "unattributed"),
    ("no journey", None, "unattributed"),
    ("an empty journey", [], "unattributed"),
    ("direct alone", [p.visit(5, "2026-06-20T11:00:00Z")], "direct"),
    (
        "direct after a click",
        [p.visit(6, "2026-06-18T11:00:00Z", GCLID), p.visit(7, "2026-06-20T11:00:00Z")],
        "paid_search",
    ),
    (
        "direct after a click that is too old",
        [p.visit(8, "2026-06-01T11:00:00Z", GCLID), p.visit(9, "2026-06-20T11:00:00Z")],
        "direct",
    ),
    (
        "the later of two",
        [
            p.visit(10, "2026-06-18T11:00:00Z", GCLID),
            p.visit(11, "2026-06-19T11:00:00Z", "", None, **NEWSLETTER),
        ],
        "email",
    ),
    (
        "two in one second: the better rank",
        [
            p.visit(12, "2026-06-19T11:00:00Z", "", None, **NEWSLETTER),
            p.visit(13, "2026-06-19T11:00:00Z", GCLID),
        ],
        "paid_search",
    ),
    ("tags of paid social", [p.visit(14, PLACED, FBCLID, None, **PAID_SOCIAL)], "paid_social"),
    ("a click id without tags", [p.visit(15, PLACED, FBCLID)], "organic_social"),
    ("from a search engine", [p.visit(16, PLACED, "", GOOGLE)], "organic_search"),
    ("from a blog", [p.visit(17, PLACED, "", "https://blog.example/x")], "referral"),
    ("from the shop itself", [p.visit(18, PLACED, "", "https://www.shop.example/x")], "direct"),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("attribution") / "w.duckdb")
    orders = [
        p.order(number, PLACED, [p.order_line(number, "9.99")], visits=visits)
        for number, (_, visits, _) in enumerate(CASES)
    ]
    named = p.visit(90, PLACED, "", None, campaign="Brand", **PAID_SEARCH)
    by_id = p.visit(91, PLACED, "utm_id=c2", None, **PAID_SEARCH)
    orders += [p.order(90, PLACED, [], visits=[named]), p.order(91, PLACED, [], visits=[by_id])]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform()
    clicks = [p.google_click("G1", "c7", "11", date(2026, 6, 13))]
    warehouse.load_windows("google_ads.click_views", "1", {date(2026, 6, 13): clicks})
    listed = [p.google_campaign("c1", "Brand"), p.google_campaign("c2", "Sale")]
    warehouse.load_windows("google_ads.campaigns", "1", {None: listed})
    warehouse.transform()
    return warehouse


def credited(shop: Warehouse, number: int) -> list[tuple[object, ...]]:
    return shop.rows(
        "select channel_code, credit_e12 from core.fact_attribution "
        "inner join core.fact_orders using (order_dk) where order_id = ?",
        str(number),
    )


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, _, _ in CASES])
def test_the_credit_goes_to(shop: Warehouse, number: int) -> None:
    assert credited(shop, number) == [(CASES[number][2], 10**12)]


@pytest.mark.parametrize(
    ("number", "campaign", "resolved_by"),
    [(0, "c7", "click_id"), (90, "c1", "utm_campaign"), (91, "c2", "utm_id")],
)
def test_a_touch_finds_its_campaign_even_when_that_comes_later(
    shop: Warehouse, number: int, campaign: str, resolved_by: str
) -> None:
    found = shop.rows(
        "select campaign_id, resolved_by from core.fact_touchpoints "
        "inner join core.fact_orders using (order_dk) "
        "inner join core.dim_campaign using (campaign_dk) where order_id = ?",
        str(number),
    )
    assert found == [(campaign, resolved_by)]


def test_channels_together_have_the_revenue_of_finance(shop: Warehouse) -> None:
    by_channel = shop.rows(
        "select report_date, sum(net_revenue_amount_reporting) from marts.mart_channel_daily "
        "group by 1 order by 1"
    )
    finance = shop.rows(
        "select report_date, sum(net_revenue_amount_reporting) from marts.mart_finance_daily "
        "group by 1 order by 1"
    )
    assert by_channel == finance
    assert by_channel[0][1] > 0
