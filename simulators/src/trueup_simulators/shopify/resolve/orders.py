"""Orders and their lines."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trueup_simulators.shopify.plan import Resolver
from trueup_simulators.shopify.resolve.getters import Table, ids, limited, paged, value, values
from trueup_simulators.shopify.resolve.money import Bag, with_tax
from trueup_simulators.shopify.resolve.payments import payments_of
from trueup_simulators.shopify.resolve.sources import (
    Journey,
    Line,
    Place,
    RefundOf,
    Shipping,
    Tax,
    gid,
    instant,
)
from trueup_simulators.world import LineItem, Order


def lines_of(order: Order) -> list[Line]:
    """All lines as the shop lists them, a tip last."""
    tips = [_tip_line(order)] if order.tip else []
    return [Line(item, order) for item in (*order.lines, *tips)]


def _tip_line(order: Order) -> LineItem:
    """The shop lists a tip as a line without a product."""
    return LineItem(
        id=order.id * 100,
        product_id=None,
        variant_id=None,
        sku=None,
        title="Tip",
        quantity=1,
        current_quantity=1,
        unit_price=order.tip,
        discount=Decimal(0),
        tax=Decimal(0),
        tax_rate=Decimal(0),
    )


def _taxes(line: Line) -> list[Tax]:
    return [Tax(line.item.tax, line.item.tax_rate, line.order)] if line.item.tax else []


def _discounts(line: Line) -> list[Bag]:
    return [Bag(line.item.discount, line.order)] if line.item.discount else []


def _shipping_lines(order: Order) -> list[Shipping]:
    return [Shipping(order.shipping, order)]


def _customer(order: Order, _args: Mapping[str, Any], context: Any) -> Any:
    return None if order.customer_id is None else context.customer(order.customer_id)


def _place(name: str) -> Resolver:
    return value(lambda order: Place(getattr(order, name), f"{order.id}?model_name=Address"))


def _line_name(item: LineItem) -> str:
    return item.title


_ORDER_TEXTS: Table = values(
    name=lambda o: o.name,
    number=lambda o: int(o.name.lstrip("#")),
    createdAt=lambda o: instant(o.created_at),
    processedAt=lambda o: instant(o.processed_at),
    updatedAt=lambda o: instant(o.updated_at),
    cancelledAt=lambda o: instant(o.cancelled_at),
    cancelReason=lambda o: o.cancel_reason,
    closed=lambda o: o.cancelled_at is not None,
    confirmed=lambda _o: True,
    test=lambda o: o.test,
    edited=lambda o: o.total != o.original_total,
    currencyCode=lambda o: o.currency,
    presentmentCurrencyCode=lambda o: o.presentment_currency,
    displayFinancialStatus=lambda o: o.financial_status,
    displayFulfillmentStatus=lambda o: o.fulfillment_status,
    email=lambda o: o.email,
    phone=lambda o: o.phone,
    note=lambda o: o.note,
    tags=lambda o: list(o.tags),
    sourceName=lambda o: o.source_name,
    discountCode=lambda o: next(iter(o.discount_codes), None),
    discountCodes=lambda o: list(o.discount_codes),
    clientIp=lambda o: o.client_ip,
    taxesIncluded=lambda o: o.taxes_included,
    dutiesIncluded=lambda _o: False,
    paymentGatewayNames=lambda o: sorted({t.gateway for t in o.transactions}),
)

# `totalPriceSet` is before returns, `currentTotalPriceSet` after them; edits move both.
_ORDER_AMOUNTS: Table = values(
    totalPriceSet=lambda o: Bag(o.total, o),
    originalTotalPriceSet=lambda o: Bag(o.original_total, o),
    currentTotalPriceSet=lambda o: Bag(o.total - o.total_returned, o),
    subtotalPriceSet=lambda o: with_tax(o.subtotal, o.total_tax, o),
    totalDiscountsSet=lambda o: Bag(o.total_discounts, o),
    totalTaxSet=lambda o: Bag(o.total_tax, o),
    totalShippingPriceSet=lambda o: Bag(o.shipping, o),
    totalRefundedSet=lambda o: Bag(o.total_refunded, o),
    totalTipReceivedSet=lambda o: Bag(o.tip, o),
    originalTotalDutiesSet=lambda o: Bag(o.duties, o) if o.duties else None,
    # The world has no additional fees and takes no cash.
    originalTotalAdditionalFeesSet=lambda _o: None,
    totalCashRoundingAdjustment=lambda o: o,
)

_ORDER_PARTS: Table = {
    "customer": _customer,
    "shippingAddress": _place("shipping_address"),
    "billingAddress": _place("billing_address"),
    "lineItems": paged(lines_of),
    "shippingLines": paged(_shipping_lines),
    "refunds": limited(lambda o: [RefundOf(refund, o) for refund in o.refunds]),
    "transactions": limited(payments_of),
    "customerJourneySummary": value(lambda o: Journey(o.journey or (), o)),
}

_LINE: Table = values(
    id=lambda s: gid("LineItem", s.item.id),
    name=lambda s: _line_name(s.item),
    title=lambda s: s.item.title,
    sku=lambda s: s.item.sku,
    quantity=lambda s: s.item.quantity,
    currentQuantity=lambda s: s.item.current_quantity,
    originalUnitPriceSet=lambda s: with_tax(
        s.item.unit_price, s.item.tax / s.item.quantity, s.order
    ),
    originalTotalSet=lambda s: with_tax(s.item.gross, s.item.tax, s.order),
    discountAllocations=_discounts,
    isGiftCard=lambda _s: False,
    taxable=lambda s: bool(s.item.tax),
) | {
    "taxLines": limited(_taxes),
    "product": lambda s, _args, context: s.item.product_id and context.product(s.item.product_id),
    "variant": lambda s, _args, context: s.item.variant_id and context.variant(s.item.variant_id),
}

OBJECTS: dict[str, Table] = {
    "Order": ids("Order", lambda o: o.id) | _ORDER_TEXTS | _ORDER_AMOUNTS | _ORDER_PARTS,
    "LineItem": _LINE,
    "TaxLine": values(
        title=lambda _t: "State tax",
        rate=lambda t: float(t.rate),
        priceSet=lambda t: Bag(t.amount, t.order),
    ),
    "DiscountAllocation": values(allocatedAmountSet=lambda bag: bag),
    "ShippingLine": values(
        id=lambda s: gid("ShippingLine", s.order.id),
        title=lambda _s: "Standard",
        code=lambda _s: "standard",
        originalPriceSet=lambda s: Bag(s.order.shipping, s.order),
        discountedPriceSet=lambda s: Bag(s.order.shipping, s.order),
        isRemoved=lambda _s: False,
        # Shipping is not taxed in the world.
        taxLines=lambda _s: [],
    ),
    "CashRoundingAdjustment": dict.fromkeys(
        ("paymentSet", "refundSet"), value(lambda o: Bag(Decimal(0), o))
    ),
}
