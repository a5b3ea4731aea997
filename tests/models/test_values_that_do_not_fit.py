"""No model fails on what a record holds: such a record is quarantined, and all others count."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

DAY = date(2026, 6, 1)
AT = f"{DAY}T12:00:00Z"
HUGE = "99999999999999.99"
BEYOND = ("1e30", "1e400", "-99999999999999.999999", "Infinity", "NaN", "", "ten", HUGE)
EVERY_AMOUNT = {
    name: p.money(HUGE)
    for name in (
        "totalPriceSet", "totalDiscountsSet", "totalTaxSet", "totalTipReceivedSet",
        "originalTotalDutiesSet", "originalTotalAdditionalFeesSet", "totalShippingPriceSet",
    )
}  # fmt: skip


def order(number: int, price: str = "30.00", **fields: object) -> p.Row:
    total = {"totalPriceSet": p.money(price)}
    return p.order(number, AT, [p.order_line(number, price)], **total | fields)


def with_line(number: int, price: str, **fields: object) -> p.Row:
    return p.order(number, AT, [p.order_line(number, price, **fields)])


def odd_orders() -> dict[str, p.Row]:
    lines = [order(0, HUGE) for _ in range(2)]
    odd = {f"a price of {text!r}": with_line(0, text) for text in BEYOND}
    odd |= {
        "every amount": order(0, HUGE, **EVERY_AMOUNT),
        "a quantity": with_line(0, "9999999999999", quantity=9_223_372_036_854_775_807),
        "price times quantity": with_line(0, "9999999999999", quantity=1_000_000),
        "a discount": with_line(0, "10", discountAllocations=p.discount(HUGE)),
        "discounts together": with_line(0, "10", discountAllocations=p.discount("9e12") * 20),
        "a tax": with_line(0, "10", taxLines=p.tax(HUGE)),
        "a refund": order(0, refunds=[p.refund(1, AT, [p.refund_line(1, HUGE)])]),
        "shipping given back": order(0, refunds=[p.refund(1, AT, shipping=HUGE)]),
        "lines that are no list": order(0, lineItems={"nodes": lines[0]["name"]}),
    }
    return odd


def odd_times() -> dict[str, p.Row]:
    return {
        text: order(0, processedAt=text, createdAt=text)
        for text in ("infinity", "-infinity", "294247-01-01T00:00:00Z", "0001-01-01 BC", "never")
    }


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Odd orders of all kinds, each with a name of its own, and one that is as it should be."""
    warehouse = Warehouse(tmp_path_factory.mktemp("odd") / "w.duckdb")
    orders = [order(1)]
    for number, (what, odd) in enumerate({**odd_orders(), **odd_times()}.items(), start=100):
        orders.append(odd | {"id": f"gid://shopify/Order/{number}", "name": what})
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform()
    return warehouse


def test_the_order_that_can_be_read_counts(shop: Warehouse) -> None:
    found = shop.rows(
        "select total_amount from core.fact_orders where order_name = '#1' and not has_cast_problem"
    )
    assert found == [(Decimal(30),)]


@pytest.mark.parametrize("what", [name for name in odd_orders() if "no list" not in name])
def test_an_order_is_quarantined_for(shop: Warehouse, what: str) -> None:
    assert shop.rows("select order_dk from core.fact_orders where order_name = ?", what) == []
    quarantined = shop.rows(
        "select count(*) from intermediate.int_orders_quarantined inner join "
        "staging.stg_shopify__orders using (order_dk) where order_name = ?",
        what,
    )
    assert quarantined[0][0] > 0


def test_a_gate_names_them(shop: Warehouse) -> None:
    verdict = shop.verdict("orders_not_quarantined")
    assert verdict.status == "warn"
    assert verdict.violations >= len(odd_orders()) - 1
    assert shop.verdict("order_values_readable").violations == 0
    assert shop.verdict("orders_complete").violations == 0


def test_totals_of_a_day_with_such_an_order_are_compared_by_count(shop: Warehouse) -> None:
    [(count,)] = shop.rows(
        "select count(*) from staging.stg_shopify__orders where cast(created_at as date) = ?", DAY
    )
    totals = {"order_count": str(count), "total_amount": HUGE}
    shop.load_totals("shopify.orders", p.SHOP, DAY, totals)
    assert shop.verdict("orders_equal_shop").violations == 0
    shop.load_totals("shopify.orders", p.SHOP, DAY, {"order_count": str(count + 1)}, load_id=2)
    assert shop.verdict("orders_equal_shop").violations == 1


def test_ads_and_rates_that_do_not_fit_fail_no_model(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    figures = {"impressions": "9223372036854775807", "clicks": "999999999999999999"}
    ads = [p.google_ad_day(f"{n}a", "9223372036854775807", DAY, **figures) for n in range(12)]
    ads += [p.google_ad_day(f"{n}b", "999999999999999999", DAY, **figures) for n in range(12)]
    warehouse.load_windows("google_ads.ad_days", "1", {DAY: ads}, "EUR")
    odd = {"spend": HUGE, "actions": [{"action_type": "purchase", "value": "1e300"}]}
    meta = [p.meta_ad_day(f"m{n}", "9e12", DAY, clicks="1e18") for n in range(20)]
    warehouse.load_windows(
        "meta_ads.ad_days", "2", {DAY: [*meta, p.meta_ad_day("x", "1", DAY) | odd]}
    )
    rates = [
        p.rate("EUR", "USD", DAY, "9999999999.99"),
        p.rate("USD", "JPY", DAY, "0.0000000001"),
        p.rate("EUR", "GBP", DAY, "0.0000000001"),
        p.rate("USD", "EUR", date(9999, 12, 31), "1.1"),
    ]
    warehouse.load_windows("fx.rates", "file", {None: rates})
    warehouse.transform()
    assert warehouse.verdict("spend_values_readable").status == "fail"
    assert warehouse.rows("select max(date_day) < '2030-01-01' from core.dim_date") == [(True,)]


@pytest.mark.parametrize("year", [1996, 2019, 2036, 2054])
def test_days_and_rates_follow_the_data(tmp_path: Path, year: int) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    day = date(year, 12, 30)
    order = p.order(1, f"{day}T12:00:00Z", [p.order_line(1, "10")], currencyCode="EUR")
    warehouse.load_records("shopify.orders", p.SHOP, [order])
    rates = [p.rate("EUR", "USD", day, "1.5"), p.rate("EUR", "USD", date(2026, 6, 1), "2")]
    warehouse.load_windows("fx.rates", "file", {None: rates})
    warehouse.transform()
    found = warehouse.rows("select net_revenue_amount_reporting from marts.mart_finance_daily")
    assert found == [(Decimal(15),)]
    days = warehouse.rows("select count(*) from core.dim_date where date_day = ?", day)
    assert days == [(1,)]
    filled = warehouse.rows("select max(rate_date) from core.dim_fx_rate where rate = 1.5")
    assert filled == [(date(year + 1, 1, 4),)]
