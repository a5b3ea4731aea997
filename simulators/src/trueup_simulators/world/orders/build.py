"""One order as the shop shows it at an instant, put together from its day's columns."""

from decimal import Decimal

from trueup_simulators.world.calendar import instant
from trueup_simulators.world.commerce import LineItem, Moment, Order
from trueup_simulators.world.orders.days import (
    FIRST_ORDER_ID,
    FIRST_ORDER_NUMBER,
    ORDER_ID_STRIDE,
    Orders,
    customer_id,
)
from trueup_simulators.world.orders.heads import (
    CANCELLED,
    CREATED,
    FULFILLED,
    HOUR,
    NOBODY,
    REFUNDED,
    REFUNDED_AGAIN,
    TOUCHED,
)
from trueup_simulators.world.orders.journeys import journey
from trueup_simulators.world.orders.lines import CODES, OrderLine
from trueup_simulators.world.orders.payments import financial_status_of, payments_of, refunds_of
from trueup_simulators.world.orders.view import FIRST_LINE_ID, OrderView, money
from trueup_simulators.world.people import Person, person
from trueup_simulators.world.randomness import Stream, uniform_one
from trueup_simulators.world.world_changes import HOSTILE_NAMES

SLOW_JOURNEY = 6 * HOUR

CANCEL_REASONS = ("CUSTOMER", "INVENTORY", "FRAUD", "DECLINED", "OTHER")
NOTES = ("Please leave it at the back door.", "It is a gift: no invoice inside!", None, None, None)


def build_order(orders: Orders, order_id: int, at: int) -> Order:
    """The order as seen at `at` (microseconds UTC); KeyError if it does not exist then."""
    number, place = orders.find(order_id)
    view = OrderView(orders, orders.of_day(number), place, at)
    if not view.happened(CREATED):
        raise KeyError(order_id)
    seed, hostile = orders.config.seed, orders.config.hostile_names
    who = person(seed, int(view.day.person[place]), hostile=hostile)
    return _order(view, who)


def _order(view: OrderView, who: Person) -> Order:
    head, place = view.day.head, view.place
    lines, refunds = _lines(view), refunds_of(view)
    is_journey_ready = _is_journey_ready(view)
    customer = int(head.customer[place])
    cancelled = view.happened(CANCELLED)
    code = CODES[int(view.day.lines.code[place])]
    total = money(view.total_cents(view.at))
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
        presentment_currency=view.region.currency,
        presentment_rate=Decimal(view.region.rate),
        customer_id=None if customer == NOBODY else customer_id(customer),
        email=None if view.is_imported else _as_typed(who.email, view.sequence),
        phone=who.phone,
        first_name=who.first_name,
        last_name=who.last_name,
        shipping_address=who.address,
        billing_address=who.address,
        client_ip=None if view.is_imported else who.client_ip,
        note=_note(view),
        tags=("called",) if view.happened(TOUCHED) else (),
        source_name="marketplace" if view.is_imported else "web",
        discount_codes=(code,) if code else (),
        lines=lines,
        subtotal=sum((line.net for line in lines), Decimal(0)),
        total_discounts=sum((line.discount for line in lines), Decimal(0)),
        total_tax=sum((line.tax for line in lines), Decimal(0)),
        shipping=money(view.shipping_cents),
        total=total,
        original_total=money(view.total_cents(view.when(CREATED))),
        refunds=refunds,
        transactions=payments_of(view) + tuple(t for r in refunds for t in r.transactions),
        journey=_journey(view) if is_journey_ready else None,
        is_journey_ready=is_journey_ready,
        financial_status=financial_status_of(view, total, refunds),
        fulfillment_status="FULFILLED" if view.happened(FULFILLED) else "UNFULFILLED",
        tip=money(view.tip_cents()),
        duties=money(view.duty_cents()),
    )


def _taxes_included(view: OrderView) -> bool:
    """Outside America prices are shown with tax, wherever that leaves whole cents per unit."""
    return view.region.tax_included and not any(
        line.tax % line.quantity or line.discount for line in view.lines
    )


def _lines(view: OrderView) -> tuple[LineItem, ...]:
    first, articles = FIRST_LINE_ID + view.sequence * 16, view.orders.assortment.articles
    return tuple(
        LineItem(
            id=first + position,
            **articles[line.variant]._asdict(),
            quantity=line.quantity,
            current_quantity=line.quantity - _units_back(view, line),
            unit_price=money(line.price),
            discount=money(line.discount),
            tax=money(line.tax),
            tax_rate=Decimal(line.tax_rate_e4).scaleb(-4),
        )
        for position, line in enumerate(view.lines_by(view.at))
    )


def _units_back(view: OrderView, line: OrderLine) -> int:
    first = line.first_refund if view.happened(REFUNDED) else 0
    return first + (line.second_refund if view.happened(REFUNDED_AGAIN) else 0)


def _journey(view: OrderView) -> tuple[Moment, ...] | None:
    placed_at = view.when(CREATED)
    accounts = view.orders.accounts
    return journey(view.day.causes, view.place, placed_at, view.sequence, accounts)


def _is_journey_ready(view: OrderView) -> bool:
    """A journey that becomes ready does not update the order; only the journey shows it."""
    config = view.orders.config
    draw = uniform_one(config.seed, Stream.ORDER_CAUSE, view.sequence, salt=1)
    return draw >= config.slow_journeys or view.at >= view.when(CREATED) + SLOW_JOURNEY


def _note(view: OrderView) -> str | None:
    if view.orders.config.hostile_names:
        return HOSTILE_NAMES[view.sequence % len(HOSTILE_NAMES)]
    return NOTES[view.sequence % len(NOTES)]


def _as_typed(email: str, sequence: int) -> str:
    """People type the same address in different cases."""
    return email.title() if sequence % 9 == 0 else email
