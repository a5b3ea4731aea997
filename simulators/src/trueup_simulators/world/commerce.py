"""Actions of customers: orders with lines, payments, refunds and journeys."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

FinancialStatus = Literal["AUTHORIZED", "PAID", "PARTIALLY_PAID", "PARTIALLY_REFUNDED", "REFUNDED"]
FulfillmentStatus = Literal["UNFULFILLED", "FULFILLED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A postal address with the person who lives there."""

    first_name: str
    last_name: str
    address1: str
    address2: str | None
    city: str
    province_code: str | None
    zip: str
    country_code: str
    phone: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """A customer as shown at one instant; `updated_at` moves with each order."""

    id: int
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    default_address: Address
    accepts_marketing: bool
    note: str | None
    number_of_orders: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LineItem:
    """One line. `discount` and `tax` are of the whole line, `unit_price` is the list price."""

    id: int
    product_id: int | None
    variant_id: int | None
    sku: str | None
    title: str
    quantity: int
    current_quantity: int  # after refunds
    unit_price: Decimal
    discount: Decimal
    tax: Decimal
    tax_rate: Decimal

    @property
    def gross(self) -> Decimal:
        """List price times quantity."""
        return self.unit_price * self.quantity

    @property
    def net(self) -> Decimal:
        """After discounts, before tax."""
        return self.gross - self.discount


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A movement of money. `parent_id` leads a capture or a refund to the payment behind it."""

    id: int
    kind: Literal["SALE", "AUTHORIZATION", "CAPTURE", "REFUND"]
    status: Literal["SUCCESS"]
    gateway: str
    amount: Decimal
    parent_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundLine:
    """Refunded part of a line; `subtotal` is ex tax and after discounts."""

    id: int
    line_id: int
    quantity: int
    subtotal: Decimal
    tax: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund: its transactions add up to `total` = items + tax + shipping - adjustment.

    `adjustment` is what is not paid out because it pays for other goods.
    """

    id: int
    created_at: datetime
    note: str | None
    lines: tuple[RefundLine, ...]
    shipping: Decimal
    transactions: tuple[Transaction, ...]
    adjustment: Decimal = Decimal(0)

    @property
    def items(self) -> Decimal:
        """Merchandise refunded, ex tax."""
        return sum((line.subtotal for line in self.lines), Decimal(0))

    @property
    def tax(self) -> Decimal:
        """Tax refunded."""
        return sum((line.tax for line in self.lines), Decimal(0))

    @property
    def total(self) -> Decimal:
        """Money refunded."""
        return self.returned - self.adjustment

    @property
    def returned(self) -> Decimal:
        """Goods and shipping refunded, with tax."""
        return self.items + self.tax + self.shipping


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A visit before the order as the shop saw it; `utm` holds source, medium, campaign, ..."""

    id: int
    occurred_at: datetime
    landing_page: str
    referrer_url: str | None
    source: str
    utm: dict[str, str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order as shown at one instant. Amounts are in `currency`, the shop's.

    total = subtotal (after discounts) + shipping + total_tax + tip + duties. Amounts are without
    tax even where `taxes_included` says that the shop showed prices with it: the shop's API then
    adds the tax of a line to its prices. Only orders without discounts, with whole cents per
    unit, are so.
    A refund changes no amount here, only `refunds`, statuses and `current_quantity` of lines.
    An edit adds a line and so moves `total` away from `original_total`. In the customer's
    currency an amount is `amount * presentment_rate`, rounded to that currency's minor unit.
    `journey` is None when the shop could not see it, and while it is not ready.
    """

    id: int
    name: str
    created_at: datetime
    processed_at: datetime
    updated_at: datetime
    cancelled_at: datetime | None
    cancel_reason: str | None
    test: bool
    taxes_included: bool
    currency: str
    presentment_currency: str
    presentment_rate: Decimal
    customer_id: int | None
    email: str | None
    phone: str | None
    first_name: str
    last_name: str
    shipping_address: Address
    billing_address: Address
    client_ip: str | None
    note: str | None
    tags: tuple[str, ...]
    source_name: str
    discount_codes: tuple[str, ...]
    lines: tuple[LineItem, ...]
    subtotal: Decimal
    total_discounts: Decimal
    total_tax: Decimal
    shipping: Decimal
    total: Decimal
    original_total: Decimal
    refunds: tuple[Refund, ...]
    transactions: tuple[Transaction, ...]
    journey: tuple[Moment, ...] | None
    financial_status: FinancialStatus
    fulfillment_status: FulfillmentStatus
    tip: Decimal = Decimal(0)
    duties: Decimal = Decimal(0)
    is_journey_ready: bool = True

    @property
    def total_returned(self) -> Decimal:
        """Goods and shipping refunded so far, with tax."""
        return sum((refund.returned for refund in self.refunds), Decimal(0))

    @property
    def total_refunded(self) -> Decimal:
        """Money refunded so far."""
        return sum((refund.total for refund in self.refunds), Decimal(0))
