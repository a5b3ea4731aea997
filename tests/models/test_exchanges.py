"""An exchange has the value of the goods that the customer keeps, with any adjustment."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.test_given_back import PAID_OUT, PLACED, TAKEN_OUT, given_back, payment
from tests.models.warehouse_harness import Warehouse


def exchanged(
    number: int, other: str, adjusted: str | None, *moved: p.Row, refunded: str = "0.00"
) -> p.Row:
    """A lamp of 100 goes back; what takes its place costs `other` (0 for nothing)."""
    lamp = p.order_line(number * 10 + 1, "100.00") | {"currentQuantity": 0}
    lines = [lamp, *([p.order_line(number * 10 + 2, other)] if Decimal(other) else [])]
    back = given_back(
        number, TAKEN_OUT, refunded, adjusted, p.refund_line(number * 10 + 1, "100.00")
    )
    return p.order(
        number,
        PLACED,
        lines,
        edited=True,
        displayFinancialStatus="PAID",
        presentmentCurrencyCode="USD",
        totalPriceSet=p.money(str(100 + Decimal(other))),
        transactions=[payment("SALE", "100.00"), *moved],
        refunds=[back],
    )


def store_credit(amount: str) -> p.Row:
    return payment("REFUND", amount) | {"gateway": "shopify_store_credit"}


PAID_MORE = payment("SALE", "150.00")
# What it is, the order, and its net revenue.
CASES = {
    "for more, and the customer pays the rest": (exchanged(1, "250.00", "100.00", PAID_MORE), 250),
    "for more, and the rest is still to be paid": (exchanged(2, "250.00", "100.00"), 250),
    "for as much": (exchanged(3, "100.00", "100.00"), 100),
    "for less, and the rest is paid out": (
        exchanged(4, "60.00", "60.00", payment("REFUND", "40.00"), refunded="40.00"),
        60,
    ),
    "for less, without an adjustment": (
        exchanged(5, "60.00", None, payment("REFUND", "40.00"), refunded="40.00"),
        60,
    ),
    "for store credit": (exchanged(6, "0", None, store_credit("100.00"), refunded="100.00"), 0),
    "for less and store credit": (
        exchanged(7, "60.00", "60.00", store_credit("40.00"), refunded="40.00"),
        60,
    ),
    "for nothing, and paid out in part": (
        exchanged(8, "0", "30.00", payment("REFUND", "70.00"), refunded="70.00"),
        30,
    ),
    "for more, paid in another currency": (
        exchanged(9, "250.00", "100.00", PAID_MORE) | {"presentmentCurrencyCode": "EUR"},
        250,
    ),
    "for more, with nothing known of payments": (
        exchanged(10, "250.00", "100.00") | {"transactions": []},
        250,
    ),
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("exchanges") / "w.duckdb")
    warehouse.load_records("shopify.orders", p.SHOP, [order for order, _ in CASES.values()])
    warehouse.transform(select=["+fact_order_ledger", "+fact_orders", "+fact_refunds"])
    return warehouse


@pytest.mark.parametrize("what", CASES)
def test_goods_go_back(shop: Warehouse, what: str) -> None:
    order, expected = CASES[what]
    found = shop.rows(
        "select sum(ledger.amount) from core.fact_order_ledger as ledger "
        "inner join core.fact_orders using (order_dk) where order_name = ? and is_net_revenue",
        order["name"],
    )
    assert found == [(Decimal(expected),)]


def test_the_ledger_holds_what_orders_and_refunds_say(shop: Warehouse) -> None:
    assert shop.verdict("ledger_equals_orders").violations == 0
    assert shop.verdict("refunds_explained").violations == 0


def test_only_money_still_owed_differs_from_goods(shop: Warehouse) -> None:
    # Number 2 says it is paid, and is not: that is what the gate is for.
    found = shop.verdict("refunds_not_double_counted")
    assert (found.status, found.violations) == ("warn", 1)
    assert found.message == "#2: 250.000000 USD in the ledger, 100.000000 kept"


def test_goodwill_after_an_exchange_still_lowers_it(tmp_path: Path) -> None:
    order = exchanged(1, "250.00", "100.00", PAID_MORE, payment("REFUND", "20.00"))
    order["refunds"].append(given_back(2, PAID_OUT, "20.00", "-20.00"))
    warehouse = Warehouse(tmp_path / "w.duckdb")
    warehouse.load_records("shopify.orders", p.SHOP, [order])
    warehouse.transform(select=["+fact_order_ledger"])
    found = warehouse.rows(
        "select strftime(report_date, '%d'), sum(amount) from core.fact_order_ledger "
        "where is_net_revenue group by all order by 1"
    )
    assert found == [("02", Decimal(350)), ("03", Decimal(-100)), ("04", Decimal(-20))]
