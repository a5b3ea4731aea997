"""Payments and refunds of an order, as the shop shows them at an instant."""

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
from trueup_simulators.world.orders.lines import OrderLine
from trueup_simulators.world.orders.view import FIRST_LINE_ID, OrderView, money

FIRST_REFUND_ID = 890_000_000_000
FIRST_REFUND_LINE_ID = 600_000_000_000
FIRST_TRANSACTION_ID = 6_700_000_000_000

REFUND_EVENTS = (REFUNDED, REFUNDED_AGAIN)
REFUND_NOTES = ("damaged in transit", "changed mind", None, "wrong size", "arrived late")


def refunds_of(view: OrderView) -> tuple[Refund, ...]:
    """Refunds so far, oldest first; of a cancelled order the shipping, too."""
    found = (_refund(view, number) for number in range(len(REFUND_EVENTS)))
    return tuple(refund for refund in found if refund is not None)


def _refund(view: OrderView, number: int) -> Refund | None:
    event, sequence = REFUND_EVENTS[number], view.sequence
    lines = _refund_lines(view, number) if view.happened(event) else ()
    if not lines:
        return None
    shipping = money(view.shipping_cents if view.happened(CANCELLED) else 0)
    adjustment = min(_edit_amount(view), _worth(lines)) if number == 0 else Decimal(0)
    adjustment = adjustment if _is_exchange(view) else Decimal(0)
    amount = _worth(lines) + shipping - adjustment
    return Refund(
        id=FIRST_REFUND_ID + sequence * 4 + number,
        created_at=instant(view.when(event)),
        note=REFUND_NOTES[(sequence + number) % 5],
        lines=lines,
        shipping=shipping,
        transactions=(_transaction(view, 4 + number, "REFUND", amount, event),) if amount else (),
        adjustment=adjustment,
    )


def _worth(lines: tuple[RefundLine, ...]) -> Decimal:
    return sum((line.subtotal + line.tax for line in lines), Decimal(0))


def _is_exchange(view: OrderView) -> bool:
    """Goods of an order that also gets a line by an edit pay for that line when they come back."""
    return view.when(EDITED) != NEVER and view.when(REFUNDED) != NEVER


def _edit_amount(view: OrderView) -> Decimal:
    """Price of the line of an edit, with tax."""
    return money(view.total_cents(view.when(EDITED)) - view.total_cents(view.when(CREATED)))


def _refund_lines(view: OrderView, number: int) -> tuple[RefundLine, ...]:
    first = FIRST_REFUND_LINE_ID + view.sequence * 32 + number * 16
    return tuple(
        RefundLine(
            id=first + position,
            line_id=FIRST_LINE_ID + view.sequence * 16 + position,
            quantity=quantity,
            subtotal=money(_given_back(line.net, line, number)),
            tax=money(_given_back(line.tax, line, number)),
        )
        for position, line in enumerate(view.lines_by(view.at))
        if (quantity := (line.first_refund, line.second_refund)[number]) > 0
    )


def _given_back(whole: int, line: OrderLine, number: int) -> int:
    first = whole * line.first_refund // line.quantity
    if number == 0:
        return first
    return whole * (line.first_refund + line.second_refund) // line.quantity - first


def payments_of(view: OrderView) -> tuple[Transaction, ...]:
    """Transactions so far but those of refunds."""
    original = money(view.total_cents(view.when(CREATED)))
    payments = []
    if view.when(CAPTURED) == NEVER:
        payments.append(_transaction(view, 0, "SALE", original, CREATED))
    else:
        payments.append(_transaction(view, 0, "AUTHORIZATION", original, CREATED))
        if view.happened(CAPTURED):
            payments.append(_transaction(view, 1, "CAPTURE", original, CAPTURED))
    if view.happened(EDITED) and not _is_exchange(view):
        payments.append(_transaction(view, 2, "SALE", _edit_amount(view), EDITED))
    if _is_exchange(view) and view.happened(REFUNDED):
        extra = _edit_amount(view) - _worth(_refund_lines(view, 0))
        if extra > 0:
            payments.append(_transaction(view, 3, "SALE", extra, REFUNDED))
    return tuple(payments)


def _transaction(
    view: OrderView,
    number: int,
    kind: Literal["SALE", "AUTHORIZATION", "CAPTURE", "REFUND"],
    amount: Decimal,
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
        amount=amount,
        parent_id=parent,
        created_at=instant(view.when(event)),
    )


def financial_status_of(
    view: OrderView, total: Decimal, refunds: tuple[Refund, ...]
) -> FinancialStatus:
    """Financial status in the shop's words."""
    refunded = sum((refund.total for refund in refunds), Decimal(0))
    if _is_exchange(view) and view.happened(EDITED) and not view.happened(REFUNDED):
        return "PARTIALLY_PAID"
    if refunded:
        return "REFUNDED" if refunded >= total else "PARTIALLY_REFUNDED"
    if view.when(CAPTURED) != NEVER and not view.happened(CAPTURED):
        return "AUTHORIZED"
    return "PAID"
