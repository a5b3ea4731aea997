"""Components of an order: prices with and without tax, and amounts besides goods."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

AT = "2026-06-02T12:00:00Z"


def with_tax(number: int, lines: Sequence[p.Row], total: str, tax: str, **fields: object) -> p.Row:
    """An order of a shop whose prices include 19 % tax."""
    fields = {"taxesIncluded": True, "totalPriceSet": p.money(total)} | fields
    return p.order(number, AT, lines, totalTaxSet=p.money(tax), **fields)


def line(number: int, price: str, off: str, tax: str, **fields: object) -> p.Row:
    taxes = p.tax(tax, rate=0.19)
    fields = {"discountAllocations": p.discount(off), "taxLines": taxes} | fields
    return p.order_line(number, price, **fields)


def tax_inclusive() -> list[p.Row]:
    shipped = {
        "totalShippingPriceSet": p.money("11.90"),
        "shippingLines": p.shipping("11.90", "1.90"),
    }
    back = p.refund(1, AT, [p.refund_line(1, "107.10", "17.10")], "11.90", "1.90")
    three = [line(21, "0.99", "0.00", "0.47", quantity=3), line(22, "29.99", "10.00", "3.19")]
    scarce = line(5, "100.00", "99.95", "0.01")
    exempt = p.order_line(6, "119.00", discountAllocations=p.discount("11.90"))
    return [
        with_tax(
            1, [line(1, "119.00", "11.90", "17.10")], "119.00", "19.00", refunds=[back], **shipped
        ),
        with_tax(2, three, "22.96", "3.66"),
        with_tax(3, [line(3, "119.00", "119.00", "0.00")], "0.00", "0.00"),
        with_tax(5, [scarce], "0.05", "0.01"),
        with_tax(6, [exempt], "107.10", "0.00"),
    ]


def paid_besides() -> list[p.Row]:
    tip = p.order_line(1102, "2.00", title="Tip", product=None, variant=None, sku=None)
    custom = p.order_line(1103, "2.00", title="Engraving", product=None, variant=None, sku="E")
    rounded = {"paymentSet": p.money("-0.02"), "refundSet": p.money("0.0")}
    back = p.refund(12, AT, [p.refund_line(1102, "2.00")], duties=[{"amountSet": p.money("3.00")}])
    tipped = {"totalTipReceivedSet": p.money("2.00")}
    duty = {"originalTotalDutiesSet": p.money("7.00")}
    fee = {"originalTotalAdditionalFeesSet": p.money("4.00")}
    both = {"originalTotalAdditionalFeesSet": p.money("11.00")}
    return [
        besides(10, "12.00", **tipped),
        besides(11, "14.00", tip, custom, **tipped, refunds=[back]),
        besides(12, "21.00", **duty, **fee),
        besides(13, "21.00", **duty, **both),
        besides(14, "10.00", **duty, dutiesIncluded=True),
        besides(15, "9.98", totalCashRoundingAdjustment=rounded),
        besides(16, "10.00", totalCashRoundingAdjustment=rounded),
        besides(17, "60.00", p.order_line(1701, "50.00", isGiftCard=True)),
    ]


def besides(number: int, total: str, *lines: p.Row, **fields: object) -> p.Row:
    """One lamp of 10.00, and what else is paid with it."""
    lamp = p.order_line(number * 100 + 1, "10.00")
    return p.order(number, AT, [lamp, *lines], totalPriceSet=p.money(total), **fields)


def given_up() -> list[p.Row]:
    """Orders of which something is not there any more, some without a refund that says so."""
    left = p.order_line(
        2001, "10.00", quantity=3, currentQuantity=1, discountAllocations=p.discount("3")
    )
    returned = p.refund(20, AT, [p.refund_line(2001, "9.00")])
    gone = p.order_line(2002, "10.00", currentQuantity=0)
    cancelled = {"cancelledAt": "2026-06-04T12:00:00Z"}
    unpaid = cancelled | {"displayFinancialStatus": "VOIDED"}
    taxed = p.order_line(2201, "500.00", taxLines=p.tax("50.00"))
    two = p.order_line(2301, "10.00", quantity=2, taxLines=p.tax("2.00"))
    some = p.refund(23, AT, [p.refund_line(2301, "10.00", "1.00")])
    kept = p.order_line(2401, "10.00", quantity=2, currentQuantity=1)
    shipped = {"totalTaxSet": p.money("50.00"), "totalShippingPriceSet": p.money("5.00")}
    return [
        p.order(20, AT, [left, gone], edited=True, refunds=[returned]),
        p.order(22, AT, [taxed], **unpaid, **shipped, totalPriceSet=p.money("555.00")),
        p.order(
            23,
            AT,
            [two],
            **unpaid,
            totalTaxSet=p.money("2.00"),
            refunds=[some],
            totalPriceSet=p.money("22.00"),
        ),
        p.order(
            24,
            AT,
            [kept],
            **cancelled,
            displayFinancialStatus="PAID",
            totalPriceSet=p.money("20.00"),
        ),
        p.order(
            25,
            AT,
            [p.order_line(2501, "10.00", isGiftCard=True)],
            **unpaid,
            totalPriceSet=p.money("10.00"),
        ),
        *shipped_otherwise(),
    ]


def shipped_otherwise() -> list[p.Row]:
    """Orders whose shipping an edit took out for a cheaper one, with and without a refund."""
    (fast,), (slow,) = p.shipping("10.00")["nodes"], p.shipping("5.00")["nodes"]
    lines = {"nodes": [fast | {"isRemoved": True}, slow | {"isRemoved": False}]}
    back = [p.refund(26, AT, shipping="10.00")]
    return [
        p.order(26, AT, [], edited=True, shippingLines=lines, refunds=back),
        p.order(27, AT, [], edited=True, shippingLines=lines),
    ]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("amounts") / "w.duckdb")
    warehouse.load_records("shopify.orders", p.SHOP, tax_inclusive() + paid_besides() + given_up())
    warehouse.transform(select=["+mart_finance_daily", "+fact_order_lines", "+fact_refunds"])
    return warehouse


def order(shop: Warehouse, number: int, *columns: str) -> tuple[object, ...]:
    sql = f"select {', '.join(columns)} from core.fact_orders where order_id = ?"
    (found,) = shop.rows(sql, str(number))
    return found


def ledger(shop: Warehouse, number: int) -> dict[str, Decimal]:
    found = shop.rows(
        "select component, sum(ledger.amount) from core.fact_order_ledger as ledger "
        "inner join core.fact_orders using (order_dk) where order_id = ? group by all",
        str(number),
    )
    return {str(component): amount for component, amount in found}


GOODS = ("gross_amount", "discount_amount", "net_of_discount_amount")


def test_prices_with_tax_give_amounts_without(shop: Warehouse) -> None:
    assert order(shop, 1, *GOODS) == (100, 10, 90)
    assert order(shop, 1, "shipping_amount", "tax_amount", "total_amount") == (10, 19, 119)


def test_a_refund_at_prices_with_tax_gives_back_what_was_booked(shop: Warehouse) -> None:
    booked = ledger(shop, 1)
    assert booked["refund_items"] == -(booked["sale"] + booked["discount"])
    assert booked["refund_tax"] == -booked["tax"]
    assert booked["refund_shipping"] == -booked["shipping"]


def test_net_is_what_was_paid_less_tax_to_the_cent(shop: Warehouse) -> None:
    found = shop.rows(
        "select gross_amount, gross_amount - discount_amount from core.fact_order_lines "
        "where line_id in ('21', '22') order by line_id"
    )
    assert found[0] == (Decimal("2.50"), Decimal("2.50"))
    assert found[1][1] == Decimal("16.80")


def test_a_line_given_away_keeps_its_list_price_without_tax(shop: Warehouse) -> None:
    assert order(shop, 3, *GOODS) == (100, 100, 0)


def test_a_cent_of_tax_on_a_cent_of_price_says_nothing_of_a_large_discount(shop: Warehouse) -> None:
    assert order(shop, 5, "round(gross_amount, 2)", GOODS[2]) == (Decimal("84.03"), Decimal("0.04"))


def test_whoever_pays_no_tax_pays_the_whole_price(shop: Warehouse) -> None:
    assert order(shop, 6, *GOODS) == (Decimal("119.00"), Decimal("11.90"), Decimal("107.10"))


def test_a_tip_is_no_revenue_whether_or_not_it_is_a_line(shop: Warehouse) -> None:
    assert ledger(shop, 10) == {"sale": 10, "tip": 2}
    assert ledger(shop, 11) == {"sale": 12, "tip": 2, "refund_tip": -2, "refund_duty": -3}


def test_duties_and_fees_are_no_revenue(shop: Warehouse) -> None:
    assert ledger(shop, 12) == {"sale": 10, "duty": 7, "additional_fee": 4}


def test_fees_that_name_the_duties_again_are_without_them(shop: Warehouse) -> None:
    assert order(shop, 13, "duty_amount", "additional_fee_amount") == (7, 4)


def test_duties_inside_prices_are_not_added(shop: Warehouse) -> None:
    assert ledger(shop, 14) == {"sale": 10}


@pytest.mark.parametrize("number", [15, 16])
def test_rounding_of_cash_is_kept_apart(shop: Warehouse, number: int) -> None:
    assert ledger(shop, number) == {"sale": 10, "cash_rounding": Decimal("-0.02")}


def test_what_an_edit_takes_out_was_never_sold(shop: Warehouse) -> None:
    # Of three, one was taken out by an edit, and one came back as a refund.
    assert ledger(shop, 20) == {"sale": 20, "discount": -2, "refund_items": -9}


def test_shipping_that_an_edit_takes_out_leaves_what_is_shipped_instead(shop: Warehouse) -> None:
    assert ledger(shop, 26) == {"sale": 0, "shipping": 15, "refund_shipping": -10}
    assert ledger(shop, 27) == {"sale": 0, "shipping": 5}


def test_an_unpaid_order_that_is_cancelled_leaves_nothing(shop: Warehouse) -> None:
    assert ledger(shop, 22) == {
        "sale": 500, "tax": 50, "shipping": 5,
        "cancellation": -500, "cancelled_tax": -50, "cancelled_shipping": -5,
    }  # fmt: skip
    assert ledger(shop, 25) == {"sale": 0, "gift_card_sale": 10, "cancelled_gift_card": -10}


def test_a_cancellation_is_booked_on_its_own_day(shop: Warehouse) -> None:
    found = shop.rows(
        "select cast(report_date as varchar), gmv_amount, refund_amount, net_revenue_amount "
        "from marts.mart_finance_daily where report_date > '2026-06-02'"
    )
    assert found == [("2026-06-04", 0, 520, -520)]


def test_what_was_refunded_is_not_cancelled_again(shop: Warehouse) -> None:
    assert ledger(shop, 23) == {
        "sale": 20, "tax": 2, "refund_items": -10, "refund_tax": -1,
        "cancellation": -10, "cancelled_tax": -1,
    }  # fmt: skip


def test_what_is_paid_and_kept_stays_revenue_after_a_cancellation(shop: Warehouse) -> None:
    assert ledger(shop, 24) == {"sale": 20, "cancellation": -10}


def test_the_parts_of_every_order_add_up(shop: Warehouse) -> None:
    assert (
        shop.verdict("order_components_sum_to_total").message
        == "The components of every order add up to its total"
    )


def test_money_that_went_back_for_nothing_that_is_read_is_told(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    # What was given back for goods of 10.00, and what the shop books of it as an adjustment.
    refunds = {31: ("12.00", "-2.00"), 32: ("12.00", "0.00"), 33: ("0.00", "0.00")}
    orders = [lamp_given_back(number, *amounts) for number, amounts in refunds.items()]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform(select=["+fact_refunds", "+fact_orders"])
    found = warehouse.verdict("refunds_explained")
    assert found.violations == 1
    assert "2.000000 USD of refund 32 is not explained" in found.message


def lamp_given_back(number: int, total: str, adjusted: str) -> p.Row:
    back = p.refund(number, AT, [p.refund_line(number, "9.00", "1.00")])
    back["totalRefundedSet"] = p.money(total)
    back["orderAdjustments"]["nodes"] = [{"amountSet": p.money(adjusted), "taxAmountSet": None}]
    return p.order(number, AT, [p.order_line(number, "20.00")], refunds=[back])
