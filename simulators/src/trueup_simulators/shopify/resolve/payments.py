"""Transactions of an order and of its refunds."""

from trueup_simulators.shopify.resolve.getters import Table, values
from trueup_simulators.shopify.resolve.money import Bag
from trueup_simulators.shopify.resolve.sources import Payment, gid, instant
from trueup_simulators.world import Order, Transaction


def payments_of(order: Order) -> list[Payment]:
    """Each transaction of the order and of its refunds, with its order."""
    return [Payment(item, order) for item in all_transactions(order)]


def all_transactions(order: Order) -> list[Transaction]:
    """Of the order and of its refunds, each once, oldest first."""
    found = {item.id: item for item in order.transactions}
    for refund in order.refunds:
        found |= {item.id: item for item in refund.transactions}
    return sorted(found.values(), key=lambda item: (item.created_at, item.id))


def _parent(payment: Payment) -> Payment | None:
    wanted = payment.item.parent_id
    return next((p for p in payments_of(payment.order) if p.item.id == wanted), None)


OBJECTS: dict[str, Table] = {
    "OrderTransaction": values(
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
}
