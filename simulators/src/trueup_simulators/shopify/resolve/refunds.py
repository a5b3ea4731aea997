"""Refunds of an order's lines and shipping."""

from decimal import Decimal

from trueup_simulators.shopify.resolve.getters import Table, ids, paged, value, values
from trueup_simulators.shopify.resolve.money import Bag, with_tax
from trueup_simulators.shopify.resolve.orders import lines_of
from trueup_simulators.shopify.resolve.sources import (
    Line,
    Payment,
    RefundedLine,
    RefundOf,
    Shipping,
    gid,
    instant,
)


def _line(refunded: RefundedLine) -> Line:
    return next(line for line in lines_of(refunded.order) if line.item.id == refunded.item.line_id)


def _refunded_shipping(source: RefundOf) -> list[Shipping]:
    amount = source.refund.shipping
    return [Shipping(amount, source.order)] if amount else []


_REFUND: Table = (
    ids("Refund", lambda s: s.refund.id)
    | values(
        createdAt=lambda s: instant(s.refund.created_at),
        processedAt=lambda s: instant(s.refund.created_at),
        updatedAt=lambda s: instant(s.refund.created_at),
        note=lambda s: s.refund.note,
        totalRefundedSet=lambda s: Bag(s.refund.total, s.order),
        duties=lambda _s: [],
        order=lambda s: s.order,
    )
    | {
        "refundLineItems": paged(lambda s: [RefundedLine(i, s.order) for i in s.refund.lines]),
        "refundShippingLines": paged(_refunded_shipping),
        "orderAdjustments": paged(lambda s: [s] if s.refund.adjustment else []),
        "transactions": paged(lambda s: [Payment(t, s.order) for t in s.refund.transactions]),
    }
)

OBJECTS: dict[str, Table] = {
    "Refund": _REFUND,
    "RefundLineItem": values(
        id=lambda s: gid("RefundLineItem", s.item.id),
        lineItem=_line,
        quantity=lambda s: s.item.quantity,
        subtotalSet=lambda s: with_tax(s.item.subtotal, s.item.tax, s.order),
        totalTaxSet=lambda s: Bag(s.item.tax, s.order),
        restockType=lambda _s: "RETURN",
        restocked=lambda _s: True,
    ),
    "RefundDuty": {"amountSet": value(id)},
    "RefundShippingLine": values(
        id=lambda s: gid("RefundShippingLine", s.order.id),
        shippingLine=lambda s: s,
        subtotalAmountSet=lambda s: Bag(s.amount, s.order),
        taxAmountSet=lambda s: Bag(Decimal(0), s.order),
    ),
    # Positive: so much less was paid out than what came back is worth.
    "OrderAdjustment": values(
        id=lambda s: gid("OrderAdjustment", s.refund.id),
        amountSet=lambda s: Bag(s.refund.adjustment, s.order),
        taxAmountSet=lambda s: Bag(Decimal(0), s.order),
        reason=lambda _s: "REFUND_DISCREPANCY",
    ),
}
