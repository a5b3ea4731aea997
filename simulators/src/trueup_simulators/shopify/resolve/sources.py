"""Values that resolvers pass down: world objects with the order they belong to."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from trueup_simulators.world import (
    Address,
    Customer,
    LineItem,
    Moment,
    Order,
    Product,
    Refund,
    RefundLine,
    Transaction,
    Variant,
)


class Line(NamedTuple):
    """A line of an order."""

    item: LineItem
    order: Order


class RefundOf(NamedTuple):
    """A refund of an order."""

    refund: Refund
    order: Order


class RefundedLine(NamedTuple):
    """A line of a refund."""

    item: RefundLine
    order: Order


class Payment(NamedTuple):
    """A transaction of an order."""

    item: Transaction
    order: Order


class Shipping(NamedTuple):
    """The one shipping line of an order; in a refund, `amount` is the refunded amount."""

    amount: Decimal
    order: Order


class Tax(NamedTuple):
    """The tax of a line."""

    amount: Decimal
    rate: Decimal
    order: Order


class Place(NamedTuple):
    """An address and the id of who it belongs to."""

    address: Address
    owner: str


class Journey(NamedTuple):
    """The visits before an order, oldest first; empty when the shop saw none."""

    moments: tuple[Moment, ...]
    order: Order


_TYPES: dict[type, str] = {
    Order: "Order",
    Line: "LineItem",
    RefundOf: "Refund",
    Payment: "OrderTransaction",
    Moment: "CustomerVisit",
    Customer: "Customer",
    Product: "Product",
    Variant: "ProductVariant",
}


def type_of(source: Any, declared: str) -> str:
    """The concrete type's name: of an interface's value by what it is, else as declared."""
    if declared in ("Node", "CustomerMoment"):
        return _TYPES.get(type(source)) or str(source.type_name)
    return declared


def gid(kind: str, number: int) -> str:
    """A global id."""
    return f"gid://shopify/{kind}/{number}"


def instant(at: datetime | None) -> str | None:
    """Whole seconds, UTC, as the vendor writes them."""
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
