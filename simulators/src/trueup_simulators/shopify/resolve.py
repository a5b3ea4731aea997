"""How each field of each type gets its value."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from trueup_simulators.shopify.paging import Page, page_of_list
from trueup_simulators.shopify.plan import Plain, Resolver
from trueup_simulators.shopify.sources import (
    Amount,
    Bag,
    Counted,
    Journey,
    Line,
    Payment,
    Place,
    RefundedLine,
    RefundOf,
    Shipping,
    Tax,
    decimal_text,
    gid,
    instant,
    presentment,
)
from trueup_simulators.world import LineItem, Order, Transaction

Table = dict[str, Resolver]


_value = Plain


def _member(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda source: source.get(name)


def _values(**getters: Any) -> Table:
    return {name: _value(get) for name, get in getters.items()}


def _ids(kind: str, get: Any) -> Table:
    return _values(
        id=lambda source: gid(kind, get(source)), legacyResourceId=lambda source: str(get(source))
    )


def _paged(get: Any) -> Resolver:
    return lambda source, args, _context: page_of_list(get(source), args)


def _limited(get: Any) -> Resolver:
    return lambda source, args, _context: get(source)[: args.get("first")]


def _lines(order: Order) -> list[Line]:
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


def _line(refunded: RefundedLine) -> Line:
    return next(line for line in _lines(refunded.order) if line.item.id == refunded.item.line_id)


def _payments(order: Order) -> list[Payment]:
    return [Payment(item, order) for item in all_transactions(order)]


def all_transactions(order: Order) -> list[Transaction]:
    """Of the order and of its refunds, each once, oldest first."""
    found = {item.id: item for item in order.transactions}
    for refund in order.refunds:
        found |= {item.id: item for item in refund.transactions}
    return sorted(found.values(), key=lambda item: (item.created_at, item.id))


def _parent(payment: Payment) -> Payment | None:
    wanted = payment.item.parent_id
    return next((p for p in _payments(payment.order) if p.item.id == wanted), None)


def _shipping_lines(order: Order) -> list[Shipping]:
    return [Shipping(order.shipping, order)]


def _refunded_shipping(source: RefundOf) -> list[Shipping]:
    amount = source.refund.shipping
    return [Shipping(amount, source.order)] if amount else []


def _taxes(line: Line) -> list[Tax]:
    return [Tax(line.item.tax, line.item.tax_rate, line.order)] if line.item.tax else []


def _with_tax(amount: Decimal, tax: Decimal, order: Order) -> Bag:
    """The world keeps amounts without tax; some orders were placed at prices that include it."""
    return Bag(amount + tax if order.taxes_included else amount, order)


def _discounts(line: Line) -> list[Bag]:
    return [Bag(line.item.discount, line.order)] if line.item.discount else []


def _customer(order: Order, _args: Mapping[str, Any], context: Any) -> Any:
    return None if order.customer_id is None else context.customer(order.customer_id)


def _place(name: str) -> Resolver:
    return _value(lambda order: Place(getattr(order, name), f"{order.id}?model_name=Address"))


def _line_name(item: LineItem) -> str:
    return item.title


_ORDER_TEXTS: Table = _values(
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
_ORDER_AMOUNTS: Table = _values(
    totalPriceSet=lambda o: Bag(o.total, o),
    originalTotalPriceSet=lambda o: Bag(o.original_total, o),
    currentTotalPriceSet=lambda o: Bag(o.total - o.total_refunded, o),
    subtotalPriceSet=lambda o: _with_tax(o.subtotal, o.total_tax, o),
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
    "lineItems": _paged(_lines),
    "shippingLines": _paged(_shipping_lines),
    "refunds": _limited(lambda o: [RefundOf(refund, o) for refund in o.refunds]),
    "transactions": _limited(_payments),
    "customerJourneySummary": _value(lambda o: Journey(o.journey or (), o)),
}

_LINE: Table = _values(
    id=lambda s: gid("LineItem", s.item.id),
    name=lambda s: _line_name(s.item),
    title=lambda s: s.item.title,
    sku=lambda s: s.item.sku,
    quantity=lambda s: s.item.quantity,
    currentQuantity=lambda s: s.item.current_quantity,
    originalUnitPriceSet=lambda s: _with_tax(
        s.item.unit_price, s.item.tax / s.item.quantity, s.order
    ),
    originalTotalSet=lambda s: _with_tax(s.item.gross, s.item.tax, s.order),
    discountAllocations=_discounts,
    isGiftCard=lambda _s: False,
    taxable=lambda s: bool(s.item.tax),
) | {
    "taxLines": _limited(_taxes),
    "product": lambda s, _args, context: s.item.product_id and context.product(s.item.product_id),
    "variant": lambda s, _args, context: s.item.variant_id and context.variant(s.item.variant_id),
}

_REFUND: Table = (
    _ids("Refund", lambda s: s.refund.id)
    | _values(
        createdAt=lambda s: instant(s.refund.created_at),
        processedAt=lambda s: instant(s.refund.created_at),
        updatedAt=lambda s: instant(s.refund.created_at),
        note=lambda s: s.refund.note,
        totalRefundedSet=lambda s: Bag(s.refund.total, s.order),
        duties=lambda _s: [],
        order=lambda s: s.order,
    )
    | {
        "refundLineItems": _paged(lambda s: [RefundedLine(i, s.order) for i in s.refund.lines]),
        "refundShippingLines": _paged(_refunded_shipping),
        "orderAdjustments": _paged(lambda _s: []),
        "transactions": _paged(lambda s: [Payment(t, s.order) for t in s.refund.transactions]),
    }
)

_JOURNEY: Table = _values(
    ready=lambda s: s.order.is_journey_ready,
    daysToConversion=lambda s: (
        (s.order.created_at - s.moments[0].occurred_at).days if s.moments else None
    ),
    firstVisit=lambda s: s.moments[0] if s.moments else None,
    lastVisit=lambda s: s.moments[-1] if s.moments else None,
    momentsCount=lambda s: Counted(len(s.moments)) if s.order.is_journey_ready else None,
) | {
    "moments": _paged(lambda s: s.moments),
    # Asked for only where it is wanted: it takes a look at all orders of the world.
    "customerOrderIndex": lambda s, _args, context: context.world.order_index(
        s.order.id, context.at
    ),
}

_VISIT: Table = _values(
    id=lambda m: gid("CustomerVisit", m.id),
    occurredAt=lambda m: instant(m.occurred_at),
    landingPage=lambda m: m.landing_page,
    referrerUrl=lambda m: m.referrer_url,
    source=lambda m: m.source,
    sourceType=lambda _m: None,
    utmParameters=lambda m: m.utm,
)

_ADDRESS: Table = _values(
    id=lambda s: f"gid://shopify/MailingAddress/{s.owner}",
    firstName=lambda s: s.address.first_name,
    lastName=lambda s: s.address.last_name,
    name=lambda s: f"{s.address.first_name} {s.address.last_name}",
    address1=lambda s: s.address.address1,
    address2=lambda s: s.address.address2,
    city=lambda s: s.address.city,
    company=lambda _s: None,
    provinceCode=lambda s: s.address.province_code,
    zip=lambda s: s.address.zip,
    countryCodeV2=lambda s: s.address.country_code,
    phone=lambda s: s.address.phone,
)

_CUSTOMER: Table = _ids("Customer", lambda c: c.id) | _values(
    firstName=lambda c: c.first_name,
    lastName=lambda c: c.last_name,
    displayName=lambda c: f"{c.first_name} {c.last_name}",
    note=lambda c: c.note,
    state=lambda _c: "DISABLED",
    createdAt=lambda c: instant(c.created_at),
    updatedAt=lambda c: instant(c.updated_at),
    numberOfOrders=lambda c: str(c.number_of_orders),
    defaultEmailAddress=lambda c: c if c.email else None,
    defaultPhoneNumber=lambda c: c if c.phone else None,
    defaultAddress=lambda c: Place(c.default_address, f"{c.id}?model_name=CustomerAddress"),
)

_PRODUCT: Table = (
    _ids("Product", lambda p: p.id)
    | _values(
        title=lambda p: p.title,
        handle=lambda p: p.handle,
        vendor=lambda p: p.vendor,
        productType=lambda p: p.product_type,
        status=lambda p: p.status,
        createdAt=lambda p: instant(p.created_at),
        updatedAt=lambda p: instant(p.updated_at),
        variantsCount=lambda p: Counted(len(p.variants)),
    )
    | {"variants": _paged(lambda p: p.variants)}
)

_VARIANT: Table = _ids("ProductVariant", lambda v: v.id) | {
    **_values(
        title=lambda v: v.title,
        displayName=lambda v: v.title,
        sku=lambda v: v.sku,
        price=lambda v: decimal_text(v.price),
        createdAt=lambda v: instant(v.created_at),
        updatedAt=lambda v: instant(v.updated_at),
    ),
    "product": lambda v, _args, context: context.product(v.product_id),
    "position": lambda v, _args, context: context.position(v),
}

_SHOP: Table = _values(
    id=lambda c: gid("Shop", c.world.shop.id),
    name=lambda c: c.world.shop.name,
    myshopifyDomain=lambda c: c.world.shop.domain,
    ianaTimezone=lambda c: c.world.shop.iana_timezone,
    currencyCode=lambda c: c.world.shop.currency,
    createdAt=lambda c: f"{c.world.config.start.isoformat()}T00:00:00Z",
    taxesIncluded=lambda _c: False,
    enabledPresentmentCurrencies=lambda c: [c.world.shop.currency],
    plan=lambda c: c,
)

OBJECTS: dict[str, Table] = {
    "Order": _ids("Order", lambda o: o.id) | _ORDER_TEXTS | _ORDER_AMOUNTS | _ORDER_PARTS,
    "LineItem": _LINE,
    "TaxLine": _values(
        title=lambda _t: "State tax",
        rate=lambda t: float(t.rate),
        priceSet=lambda t: Bag(t.amount, t.order),
    ),
    "DiscountAllocation": _values(allocatedAmountSet=lambda bag: bag),
    "ShippingLine": _values(
        id=lambda s: gid("ShippingLine", s.order.id),
        title=lambda _s: "Standard",
        code=lambda _s: "standard",
        originalPriceSet=lambda s: Bag(s.order.shipping, s.order),
        discountedPriceSet=lambda s: Bag(s.order.shipping, s.order),
        isRemoved=lambda _s: False,
        # Shipping is not taxed in the world.
        taxLines=lambda _s: [],
    ),
    "Refund": _REFUND,
    "RefundLineItem": _values(
        id=lambda s: gid("RefundLineItem", s.item.id),
        lineItem=_line,
        quantity=lambda s: s.item.quantity,
        subtotalSet=lambda s: _with_tax(s.item.subtotal, s.item.tax, s.order),
        totalTaxSet=lambda s: Bag(s.item.tax, s.order),
        restockType=lambda _s: "RETURN",
        restocked=lambda _s: True,
    ),
    "RefundDuty": {"amountSet": _value(id)},
    "CashRoundingAdjustment": dict.fromkeys(
        ("paymentSet", "refundSet"), _value(lambda o: Bag(Decimal(0), o))
    ),
    "RefundShippingLine": _values(
        id=lambda s: gid("RefundShippingLine", s.order.id),
        shippingLine=lambda s: s,
        subtotalAmountSet=lambda s: Bag(s.amount, s.order),
        taxAmountSet=lambda s: Bag(Decimal(0), s.order),
    ),
    # The world has no adjustments; the connection is there, and empty.
    "OrderAdjustment": dict.fromkeys(("id", "amountSet", "taxAmountSet", "reason"), _value(id)),
    "OrderTransaction": _values(
        id=lambda s: gid("OrderTransaction", s.item.id),
        kind=lambda s: s.item.kind,
        status=lambda s: s.item.status,
        gateway=lambda s: s.item.gateway,
        amountSet=lambda s: Bag(s.item.amount, s.order),
        createdAt=lambda s: instant(s.item.created_at),
        processedAt=lambda s: instant(s.item.created_at),
        test=lambda s: s.order.test,
        parentTransaction=_parent,
    ),
    "CustomerJourneySummary": _JOURNEY,
    "CustomerVisit": _VISIT,
    "UTMParameters": {
        name: _value(_member(name)) for name in ("source", "medium", "campaign", "term", "content")
    },
    "MailingAddress": _ADDRESS,
    "Customer": _CUSTOMER,
    "CustomerEmailAddress": _values(
        emailAddress=lambda c: c.email,
        marketingState=lambda c: "SUBSCRIBED" if c.accepts_marketing else "NOT_SUBSCRIBED",
    ),
    "CustomerPhoneNumber": _values(phoneNumber=lambda c: c.phone),
    "Product": _PRODUCT,
    "ProductVariant": _VARIANT,
    "Shop": _SHOP,
    "ShopPlan": _values(
        publicDisplayName=lambda c: c.settings.plan,
        shopifyPlus=lambda c: c.settings.plan == "Plus",
        partnerDevelopment=lambda _c: False,
    ),
    "AppInstallation": _values(
        id=lambda _c: gid("AppInstallation", 1), accessScopes=lambda c: sorted(c.settings.scopes)
    ),
    "AccessScope": _values(handle=lambda s: s, description=lambda s: f"Access to {s}"),
    "MoneyBag": _values(
        shopMoney=lambda bag: Amount(bag.amount, bag.order.currency), presentmentMoney=presentment
    ),
    "MoneyV2": _values(
        amount=lambda money: decimal_text(money.amount), currencyCode=lambda money: money.currency
    ),
    "Count": _values(
        count=lambda c: c.count, precision=lambda c: "EXACT" if c.exact else "AT_LEAST"
    ),
    "PageInfo": _values(
        hasNextPage=lambda p: p.has_next,
        hasPreviousPage=lambda p: p.has_previous,
        startCursor=lambda p: p.start_cursor,
        endCursor=lambda p: p.end_cursor,
    ),
}

CONNECTION: Table = _values(nodes=lambda p: p.nodes, edges=Page.edges, pageInfo=lambda p: p)
EDGE: Table = _values(cursor=lambda edge: edge[0], node=lambda edge: edge[1])
