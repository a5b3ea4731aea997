"""Orders, their lines and refunds: the newest version, each amount on the day of its own event."""

from decimal import Decimal

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

MORNING = "2026-06-02T01:00:00Z"  # still 1 June in New York


def an_order(number: int, at: str = MORNING, price: str = "10.00", **fields: object) -> p.Row:
    line = p.order_line(
        number, price, discountAllocations=p.discount("1.00"), taxLines=p.tax("0.9")
    )
    return p.order(number, at, [line], totalTaxSet=p.money("0.9"), **fields)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two loads with a transform after each; what came late or twice is in the second."""
    warehouse = Warehouse(tmp_path_factory.mktemp("shop") / "w.duckdb")
    back = p.refund(71, "2026-06-10T03:30:00Z", [p.refund_line(1, "4.50", "0.45")], "2.00")
    newest = an_order(2, price="30.00", updatedAt="2026-06-09T00:00:00Z")
    alone = an_order(9, "2026-06-25T12:00:00Z")
    first = an_order(4, "2026-06-03T12:00:00Z", customer=9, email="tok_a")
    mistaken = an_order(10, "2026-07-01T12:00:00Z", customer=30)
    follower = an_order(11, "2026-07-20T12:00:00Z", customer=30)
    before = [an_order(1), newest, first, alone, mistaken, follower]
    warehouse.load_records("shopify.orders", p.SHOP, before)
    warehouse.transform(select=["+mart_finance_daily"])
    back["createdAt"] = "2026-06-21T12:00:00Z"  # entered later than it was given
    refunded = an_order(1, refunds=[back], updatedAt="2026-06-10T03:30:00Z")
    older = an_order(2, price="20.00", updatedAt="2026-06-05T00:00:00Z")
    guest = an_order(5, "2026-06-04T12:00:00Z", email="tok_a")
    again = an_order(6, "2026-06-02T12:00:00Z", customer=9)
    unread = an_order(7, price="ten")
    card = p.order(8, MORNING, [p.order_line(8, "50.00", isGiftCard=True)])
    moved = an_order(9, "2026-06-15T12:00:00Z", updatedAt="2026-06-26T00:00:00Z")
    other = an_order(10, "2026-07-01T12:00:00Z", customer=31, updatedAt="2026-07-25T00:00:00Z")
    second = [refunded, older, guest, again, an_order(3, test=True), unread, card, moved, other]
    warehouse.load_records("shopify.orders", p.SHOP, second)
    warehouse.transform(select=["+mart_finance_daily"])
    return warehouse


def ledger(shop: Warehouse, number: int) -> list[tuple[object, ...]]:
    return shop.rows(
        "select component, cast(ledger.report_date as varchar), amount "
        "from core.fact_order_ledger as ledger inner join core.fact_orders using (order_dk) "
        "where order_id = ? order by all",
        str(number),
    )


def test_a_refund_is_booked_on_its_own_day_in_the_reporting_zone(shop: Warehouse) -> None:
    assert ledger(shop, 1) == [
        ("discount", "2026-06-01", Decimal("-1.00")),
        ("refund_items", "2026-06-09", Decimal("-4.50")),
        ("refund_shipping", "2026-06-09", Decimal("-2.00")),
        ("refund_tax", "2026-06-09", Decimal("-0.45")),
        ("sale", "2026-06-01", Decimal("10.00")),
        ("tax", "2026-06-01", Decimal("0.90")),
    ]


def test_an_older_version_that_comes_late_changes_nothing(shop: Warehouse) -> None:
    assert shop.rows("select gross_amount from core.fact_orders where order_id = '2'") == [(30,)]


def test_a_test_order_is_kept_and_never_counted(shop: Warehouse) -> None:
    assert shop.rows("select is_test from core.fact_orders where order_id = '3'") == [(True,)]
    assert ledger(shop, 3) == []
    counted = "select orders from marts.mart_finance_daily where report_date = '2026-06-01'"
    assert shop.rows(counted) == [(3,)]  # orders 1, 2 and 8; 7 is quarantined


def test_a_first_order_is_first_of_its_customer_and_of_its_email(shop: Warehouse) -> None:
    found = shop.rows("select order_id, is_first_order from core.fact_orders order by 1")
    flags = dict(found)
    assert (flags["6"], flags["4"], flags["5"], flags["1"]) == (True, False, False, None)


def test_an_order_with_an_amount_that_cannot_be_read_is_quarantined(shop: Warehouse) -> None:
    assert shop.rows("select order_id from core.fact_orders where order_id = '7'") == []
    assert "order #7 (7) has a value in its order_lines" in (
        shop.verdict("orders_not_quarantined").message
    )


def test_a_gift_card_is_no_revenue(shop: Warehouse) -> None:
    assert ledger(shop, 8) == [
        ("gift_card_sale", "2026-06-01", Decimal("50.00")),
        ("sale", "2026-06-01", Decimal("0.00")),
    ]


def test_a_day_that_an_order_leaves_is_counted_again(shop: Warehouse) -> None:
    # Order 9 was alone on the 25th and has moved to the 15th.
    found = shop.rows(
        "select cast(report_date as varchar), orders from marts.mart_finance_daily order by 1"
    )
    assert dict(found)["2026-06-15"] == 1
    assert "2026-06-25" not in dict(found)


def test_a_day_with_a_quarantined_order_has_the_revenue_of_the_others(shop: Warehouse) -> None:
    found = shop.rows(
        "select net_revenue_amount from marts.mart_finance_daily where report_date = '2026-06-01'"
    )
    assert found == [(Decimal(38),)]


def test_a_day_is_counted_again_when_its_order_becomes_the_first(shop: Warehouse) -> None:
    # Order 10 came before 11 by the same customer, and turned out to be somebody else's.
    found = shop.rows(
        "select cast(report_date as varchar), new_customers from marts.mart_finance_daily"
    )
    assert dict(found)["2026-07-20"] == 1
