"""What was paid for an order and given back, as the shop shows it at an instant."""

from decimal import Decimal
from typing import Literal

from trueup_simulators.world.calendar import NEVER, instant
from trueup_simulators.world.commerce import FinancialStatus, Refund, RefundLine, Transaction
from trueup_simulators.world.orders.heads import (
    CANCELLED,
    CAPTURED,
    CREATED,
    EDITED,
    REFUNDED,
    REFUNDED_AGAIN,
)
from trueup_simulators.world.orders.view import FIRST_LINE_ID, OrderView, money
from trueup_simulators.world.randomness import Ints

FIRST_REFUND_ID = 890_000_000_000
FIRST_REFUND_LINE_ID = 600_000_000_000
FIRST_TRANSACTION_ID = 6_700_000_000_000

REFUND_NOTES = ("damaged in transit", "changed mind", None, "wrong size", "arrived late")


def refunds_of(view: OrderView) -> tuple[Refund, ...]:
    """Refunds so far, oldest first; of a cancelled order the shipping, too."""
    refunds = []
    lines, rows = view.day.lines, view.rows(view.at)
    quantities = (lines.first_refund, lines.second_refund)
    for number, event in enumerate((REFUNDED, REFUNDED_AGAIN)):
        chosen = rows[quantities[number][rows] > 0]
        if view.happened(event) and len(chosen):
            refunds.append(_refund(view, number, event, chosen))
    return tuple(refunds)


def _refund(view: OrderView, number: int, event: int, rows: Ints) -> Refund:
    lines, created_at = view.day.lines, instant(view.when(event))
    quantity = (lines.first_refund, lines.second_refund)[number]
    # Line by line: whole-day columns would be worked out anew for each refund.
    subtotals = [_given_back(lines.net, view, row, number) for row in rows.tolist()]
    taxes = [_given_back(lines.tax, view, row, number) for row in rows.tolist()]
    shipping = int(lines.shipping[view.place]) if view.happened(CANCELLED) else 0
    identity = FIRST_REFUND_ID + view.sequence * 4 + number
    first = int(lines.offsets[view.place])
    amount = sum(subtotals) + sum(taxes) + shipping
    return Refund(
        id=identity,
        created_at=created_at,
        note=REFUND_NOTES[(view.sequence + number) % 5],
        lines=tuple(
            RefundLine(
                id=FIRST_REFUND_LINE_ID + view.sequence * 32 + number * 16 + row - first,
                line_id=FIRST_LINE_ID + view.sequence * 16 + row - first,
                quantity=int(quantity[row]),
                subtotal=money(subtotals[position]),
                tax=money(taxes[position]),
            )
            for position, row in enumerate(rows.tolist())
        ),
        shipping=money(shipping),
        transactions=(_transaction(view, 4 + number, "REFUND", amount, event),) if amount else (),
    )


def _given_back(amounts: Ints, view: OrderView, row: int, number: int) -> int:
    lines = view.day.lines
    whole, quantity = int(amounts[row]), int(lines.quantity[row])
    first = whole * int(lines.first_refund[row]) // quantity
    if number == 0:
        return first
    both = int(lines.first_refund[row] + lines.second_refund[row])
    return whole * both // quantity - first


def payments_of(view: OrderView) -> tuple[Transaction, ...]:
    """Transactions so far but those of refunds."""
    original = view.total_cents(view.when(CREATED))
    payments = []
    if view.when(CAPTURED) == NEVER:
        payments.append(_transaction(view, 0, "SALE", original, CREATED))
    else:
        payments.append(_transaction(view, 0, "AUTHORIZATION", original, CREATED))
        if view.happened(CAPTURED):
            payments.append(_transaction(view, 1, "CAPTURE", original, CAPTURED))
    if view.happened(EDITED):
        extra = view.total_cents(view.at) - original
        payments.append(_transaction(view, 2, "SALE", extra, EDITED))
    return tuple(payments)


def _transaction(
    view: OrderView,
    number: int,
    kind: Literal["SALE", "AUTHORIZATION", "CAPTURE", "REFUND"],
    cents: int,
    event: int,
) -> Transaction:
    base = FIRST_TRANSACTION_ID + view.sequence * 8
    captured = view.when(CAPTURED) != NEVER
    parent = {"CAPTURE": base, "REFUND": base + 1 if captured else base}.get(kind)
    gateway = "shopify_payments" if view.sequence % 4 else "paypal"
    return Transaction(
        id=base + number,
        kind=kind,
        status="SUCCESS",
        gateway="bogus" if view.day.head.test[view.place] else gateway,
        amount=money(cents),
        parent_id=parent,
        created_at=instant(view.when(event)),
    )


def financial_status_of(
    view: OrderView, total: Decimal, refunds: tuple[Refund, ...]
) -> FinancialStatus:
    """What the shop calls the state of the money."""
    refunded = sum((refund.total for refund in refunds), Decimal(0))
    if refunded:
        return "REFUNDED" if refunded >= total else "PARTIALLY_REFUNDED"
    if view.when(CAPTURED) != NEVER and not view.happened(CAPTURED):
        return "AUTHORIZED"
    return "PAID"
