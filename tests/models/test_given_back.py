"""Refunds: with goods, for goods that an edit removed, as goodwill, less a fee."""

from collections.abc import Sequence
from decimal import Decimal

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

PLACED, TAKEN_OUT, PAID_OUT = (f"2026-06-0{day}T12:00:00Z" for day in (2, 3, 4))


def sold(number: int, moved: Sequence[p.Row], **fields: object) -> p.Row:
    """A lamp of 20.00 and a shade of 10.00, with 10 % tax; an edit takes the shade out."""
    shade = p.order_line(number * 10 + 2, "10.00", taxLines=p.tax("1.00"))
    lamp = p.order_line(number * 10 + 1, "20.00", taxLines=p.tax("2.00"))
    left = 0 if fields.get("edited") else 1
    defaults = {
        "totalPriceSet": p.money("33.00"),
        "totalTaxSet": p.money("3.00"),
        "presentmentCurrencyCode": "USD",
        "transactions": list(moved),
    }
    return p.order(number, PLACED, [lamp, shade | {"currentQuantity": left}], **defaults | fields)


def payment(kind: str, amount: str, status: str = "SUCCESS") -> p.Row:
    return {"kind": kind, "status": status, "amountSet": p.money(amount)}


def given_back(number: int, at: str, total: str, adjusted: str | None, *lines: p.Row) -> p.Row:
    """A refund; `adjusted` is signed as the shop signs it, negative for money without goods."""
    back = p.refund(number, at, lines) | {"totalRefundedSet": p.money(total)}
    adjustments = [{"amountSet": p.money(adjusted), "taxAmountSet": p.money("0.0")}]
    return back | {"orderAdjustments": {"nodes": adjustments if adjusted else []}}


def edited_when_paid() -> p.Row:
    """The shop books what the edit took out as a refund without money, and the money later."""
    shade = p.refund_line(12, "10.00", "1.00")
    booked = given_back(11, TAKEN_OUT, "0.00", "11.00", shade)
    paid_out = given_back(12, PAID_OUT, "11.00", "-11.00")
    moved = [payment("SALE", "33.00"), payment("REFUND", "11.00")]
    return sold(1, moved, edited=True, refunds=[booked, paid_out])


def edited_without_a_record() -> p.Row:
    """Only the units show what the edit removed, and the refund pays it back."""
    moved = [
        payment("AUTHORIZATION", "33.00"),
        payment("CAPTURE", "33.00"),
        payment("REFUND", "11.00"),
    ]
    paid_out = given_back(21, PAID_OUT, "11.00", "-11.00")
    return sold(2, moved, edited=True, refunds=[paid_out])


def edited_before_paid() -> p.Row:
    """The removed units were never paid, so the refund is goodwill."""
    moved = [
        payment("SALE", "22.00", "FAILURE"),
        payment("SALE", "22.00"),
        payment("REFUND", "5.00"),
    ]
    totals = {"totalPriceSet": p.money("22.00"), "totalTaxSet": p.money("2.00")}
    goodwill = given_back(31, PAID_OUT, "5.00", "-5.00")
    return sold(3, moved, edited=True, refunds=[goodwill], **totals)


def kept_a_fee() -> p.Row:
    """A fee of 4.00 for the return is taken off what is paid out, and adjusts nothing."""
    shade = p.refund_line(42, "10.00", "1.00")
    moved = [payment("SALE", "33.00"), payment("REFUND", "7.00")]
    return sold(4, moved, refunds=[given_back(41, PAID_OUT, "7.00", None, shade)])


def kept_a_part() -> p.Row:
    """The refund was less than the value of the goods: the shop books the rest as an adjustment."""
    shade = p.refund_line(52, "10.00", "1.00")
    moved = [payment("SALE", "33.00"), payment("REFUND", "7.00")]
    return sold(5, moved, refunds=[given_back(51, PAID_OUT, "7.00", "4.00", shade)])


def paid_in_another_currency() -> p.Row:
    """Goodwill of 5.00 was worth less on the day on which it was given."""
    moved = [payment("SALE", "33.00"), payment("REFUND", "4.90")]
    goodwill = given_back(61, PAID_OUT, "4.90", "-5.00")
    return sold(6, moved, refunds=[goodwill], presentmentCurrencyCode="EUR")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("given_back") / "w.duckdb")
    orders = [
        *(edited_when_paid(), edited_without_a_record(), edited_before_paid()),
        *(kept_a_fee(), kept_a_part(), paid_in_another_currency()),
    ]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform(select=["+fact_order_ledger", "+fact_orders", "+fact_refunds"])
    return warehouse


def net_revenue(shop: Warehouse, number: int) -> dict[str, Decimal]:
    """By day of June."""
    found = shop.rows(
        "select strftime(ledger.report_date, '%d'), sum(ledger.amount) "
        "from core.fact_order_ledger as ledger inner join core.fact_orders using (order_dk) "
        "where order_id = ? and is_net_revenue group by all",
        str(number),
    )
    return {str(day): amount for day, amount in found}


def test_goods_that_an_edit_took_out_of_a_paid_order_lower_it_once(shop: Warehouse) -> None:
    assert net_revenue(shop, 1) == {"02": 30, "03": -10}


def test_goodwill_lowers_an_order_that_was_edited_before_it_was_paid(shop: Warehouse) -> None:
    assert net_revenue(shop, 3) == {"02": 20, "04": -5}


def test_a_fee_kept_for_a_return_is_no_net_revenue(shop: Warehouse) -> None:
    assert net_revenue(shop, 4) == {"02": 30, "04": -10}


def test_goods_given_back_for_less_leave_the_rest_as_net_revenue(shop: Warehouse) -> None:
    assert net_revenue(shop, 5) == {"02": 30, "04": -6}


def test_an_order_that_an_edit_lowered_is_not_lowered_by_its_payment_again(shop: Warehouse) -> None:
    # The order's tax stays as it was; what is given back of it stands against goods.
    assert net_revenue(shop, 2) == {"02": 20, "04": -1}
    assert shop.verdict("refunds_not_double_counted").violations == 0


def test_money_that_a_refund_names_is_explained(shop: Warehouse) -> None:
    assert shop.verdict("refunds_explained").violations == 0
