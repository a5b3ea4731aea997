"""One order as the shop shows it at an instant, put together from its day's columns."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np

from trueup_simulators.world.calendar import NEVER, instant
from trueup_simulators.world.commerce import (
    FinancialStatus,
    LineItem,
    Moment,
    Order,
    Refund,
    RefundLine,
    Transaction,
)
from trueup_simulators.world.journeys import journey
from trueup_simulators.world.order_heads import (
    CANCELLED,
    CAPTURED,
    CREATED,
    EDITED,
    FULFILLED,
    HOUR,
    NOBODY,
    REFUNDED,
    REFUNDED_AGAIN,
    TOUCHED,
)
from trueup_simulators.world.order_lines import CODES
from trueup_simulators.world.orders import (
    FIRST_ORDER_ID,
    FIRST_ORDER_NUMBER,
    ORDER_ID_STRIDE,
    OrderDay,
    Orders,
    customer_id,
)
from trueup_simulators.world.people import REGIONS, Person, person
from trueup_simulators.world.plants import HOSTILE_NAMES
from trueup_simulators.world.randomness import Ints, Stream, uniform

FIRST_LINE_ID = 14_000_000_000_000
FIRST_REFUND_ID = 890_000_000_000
FIRST_REFUND_LINE_ID = 600_000_000_000
FIRST_TRANSACTION_ID = 6_700_000_000_000

SLOW_JOURNEY = 6 * HOUR

CANCEL_REASONS = ("CUSTOMER", "INVENTORY", "FRAUD", "DECLINED", "OTHER")
REFUND_NOTES = ("damaged in transit", "changed mind", None, "wrong size", "arrived late")
NOTES = ("Please leave it at the back door.", "It is a gift: no invoice inside!", None, None, None)


@dataclass(frozen=True, slots=True)
class OrderView:
    """Position `place` of a day at an instant in microseconds UTC."""

    orders: Orders
    day: OrderDay
    place: int
    at: int

    @property
    def sequence(self) -> int:
        """The order's number in the world, from 0."""
        return self.day.head.first_sequence + self.place

    def happened(self, event: int) -> bool:
        """Whether an event of `order_heads` has happened."""
        return bool(self.day.head.events[self.place, event] <= self.at)

    def when(self, event: int) -> int:
        """The instant of an event, in microseconds UTC."""
        return int(self.day.head.events[self.place, event])

    def updated(self) -> int:
        """The last event so far, in microseconds UTC."""
        events = self.day.head.events[self.place]
        return int(events[events <= self.at].max())

    def rows(self, at: int) -> Ints:
        """The order's lines that are there at an instant."""
        lines = self.day.lines
        rows = np.arange(lines.offsets[self.place], lines.offsets[self.place + 1])
        return rows[lines.added[rows] <= at]

    def tip_cents(self) -> int:
        """What one customer in forty gives on top, unless the order is cancelled one day."""
        return 0 if self.sequence % 40 != 3 or self._ever(CANCELLED) else 200

    def duty_cents(self) -> int:
        """A twentieth of the goods for one order in five to Britain and Canada."""
        country = REGIONS[int(self.day.region[self.place])].country
        if country not in ("GB", "CA") or self.sequence % 5 or self._ever(CANCELLED):
            return 0
        return int(self.day.lines.net[self.rows(self.when(CREATED))].sum()) // 20

    def _ever(self, event: int) -> bool:
        return self.when(event) != NEVER

    def total_cents(self, at: int) -> int:
        """Subtotal, tax, shipping, tip and duties at an instant."""
        lines, rows = self.day.lines, self.rows(at)
        goods = lines.price[rows] * lines.quantity[rows] - lines.discount[rows]
        besides = self.tip_cents() + self.duty_cents()
        return int((goods + lines.tax[rows]).sum() + lines.shipping[self.place]) + besides


def build_order(orders: Orders, order_id: int, at: int) -> Order:
    """The order as seen at `at` (microseconds UTC); KeyError if it does not exist then."""
    number, place = orders.find(order_id)
    view = OrderView(orders, orders.of_day(number), place, at)
    if not view.happened(CREATED):
        raise KeyError(order_id)
    seed, hostile = orders.config.seed, orders.config.hostile_names
    who = person(seed, int(view.day.person[place]), hostile=hostile)
    refunds = _refunds(view)
    lines = _lines(view)
    return _order(view, who, lines, refunds)


def _order(
    view: OrderView, who: Person, lines: tuple[LineItem, ...], refunds: tuple[Refund, ...]
) -> Order:
    head, place = view.day.head, view.place
    home = REGIONS[int(view.day.region[place])]
    customer = int(head.customer[place])
    cancelled = view.happened(CANCELLED)
    code = CODES[int(view.day.lines.code[place])]
    imported = bool(head.imported[place])
    total = _money(view.total_cents(view.at))
    return Order(
        id=FIRST_ORDER_ID + view.sequence * ORDER_ID_STRIDE,
        name=f"#{FIRST_ORDER_NUMBER + view.sequence}",
        created_at=instant(view.when(CREATED)),
        processed_at=instant(int(head.processed[place])),
        updated_at=instant(view.updated()),
        cancelled_at=instant(view.when(CANCELLED)) if cancelled else None,
        cancel_reason=CANCEL_REASONS[view.sequence % 5] if cancelled else None,
        test=bool(head.test[place]),
        taxes_included=_taxes_included(view),
        currency="USD",
        presentment_currency=home.currency,
        presentment_rate=Decimal(home.rate),
        customer_id=None if customer == NOBODY else customer_id(customer),
        email=None if imported else _as_typed(who.email, view.sequence),
        phone=who.phone,
        first_name=who.first_name,
        last_name=who.last_name,
        shipping_address=who.address,
        billing_address=who.address,
        client_ip=None if imported else who.client_ip,
        note=_note(view),
        tags=("called",) if view.happened(TOUCHED) else (),
        source_name="marketplace" if imported else "web",
        discount_codes=(code,) if code else (),
        lines=lines,
        subtotal=sum((line.net for line in lines), Decimal(0)),
        total_discounts=sum((line.discount for line in lines), Decimal(0)),
        total_tax=sum((line.tax for line in lines), Decimal(0)),
        shipping=_money(int(view.day.lines.shipping[place])),
        total=total,
        original_total=_money(view.total_cents(view.when(CREATED))),
        refunds=refunds,
        transactions=_payments(view) + tuple(t for r in refunds for t in r.transactions),
        journey=_journey(view) if _is_journey_ready(view) else None,
        is_journey_ready=_is_journey_ready(view),
        financial_status=_financial_status(view, total, refunds),
        fulfillment_status="FULFILLED" if view.happened(FULFILLED) else "UNFULFILLED",
        tip=_money(view.tip_cents()),
        duties=_money(view.duty_cents()),
    )


def _taxes_included(view: OrderView) -> bool:
    """Outside America prices are shown with tax, wherever that leaves whole cents per unit."""
    lines = view.day.lines
    rows = view.rows(NEVER)
    whole = not (lines.tax[rows] % lines.quantity[rows]).any()
    taxed = REGIONS[int(view.day.region[view.place])].tax_included
    return taxed and whole and not lines.discount[rows].any()


def _lines(view: OrderView) -> tuple[LineItem, ...]:
    lines, assortment = view.day.lines, view.orders.assortment
    first = int(lines.offsets[view.place])
    rows = view.rows(view.at)
    left = lines.quantity[rows]
    if view.happened(REFUNDED):
        left = left - lines.first_refund[rows]
    if view.happened(REFUNDED_AGAIN):
        left = left - lines.second_refund[rows]
    return tuple(
        LineItem(
            id=FIRST_LINE_ID + view.sequence * 16 + row - first,
            product_id=assortment.product_id(int(lines.variant[row])),
            variant_id=assortment.variant_id(int(lines.variant[row])),
            sku=assortment.sku(int(lines.variant[row])),
            title=assortment.title(int(assortment.product[lines.variant[row]])),
            quantity=int(lines.quantity[row]),
            current_quantity=int(left[position]),
            unit_price=_money(int(lines.price[row])),
            discount=_money(int(lines.discount[row])),
            tax=_money(int(lines.tax[row])),
            tax_rate=Decimal(int(lines.tax_rate_e4[row])).scaleb(-4),
        )
        for position, row in enumerate(rows.tolist())
    )


def _refunds(view: OrderView) -> tuple[Refund, ...]:
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
                subtotal=_money(subtotals[position]),
                tax=_money(taxes[position]),
            )
            for position, row in enumerate(rows.tolist())
        ),
        shipping=_money(shipping),
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


def _payments(view: OrderView) -> tuple[Transaction, ...]:
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
        amount=_money(cents),
        parent_id=parent,
        created_at=instant(view.when(event)),
    )


def _journey(view: OrderView) -> tuple[Moment, ...] | None:
    placed_at = view.when(CREATED)
    accounts = view.orders.accounts
    return journey(view.day.causes, view.place, placed_at, view.sequence, accounts)


def _is_journey_ready(view: OrderView) -> bool:
    """Becoming ready is no update of the order: nothing but the journey tells of it."""
    config, place = view.orders.config, np.array([view.sequence], np.int64)
    is_slow = uniform(config.seed, Stream.ORDER_CAUSE, place, salt=1)[0] < config.slow_journeys
    return not is_slow or view.at >= view.when(CREATED) + SLOW_JOURNEY


def _financial_status(
    view: OrderView, total: Decimal, refunds: tuple[Refund, ...]
) -> FinancialStatus:
    refunded = sum((refund.total for refund in refunds), Decimal(0))
    if refunded:
        return "REFUNDED" if refunded >= total else "PARTIALLY_REFUNDED"
    if view.when(CAPTURED) != NEVER and not view.happened(CAPTURED):
        return "AUTHORIZED"
    return "PAID"


def _note(view: OrderView) -> str | None:
    if view.orders.config.hostile_names:
        return HOSTILE_NAMES[view.sequence % len(HOSTILE_NAMES)]
    return NOTES[view.sequence % len(NOTES)]


def _as_typed(email: str, sequence: int) -> str:
    """People type the same address in different cases."""
    return email.title() if sequence % 9 == 0 else email


def _money(cents: int) -> Decimal:
    return Decimal(cents).scaleb(-2)
