"""Lines with discount, tax and refunds: whole cents by line, a shop day at once."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trueup_simulators.world.calendar import EPOCH_DAY, NEVER, is_promotion
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.orders.heads import (
    CANCELLED,
    CREATED,
    EDITED,
    REFUNDED,
    REFUNDED_AGAIN,
    Head,
)
from trueup_simulators.world.people import REGIONS
from trueup_simulators.world.products import Assortment
from trueup_simulators.world.randomness import Flags, Floats, Ints, Stream, day_generator

MAX_LINES = 5
LINE_COUNT_ODDS = np.cumsum([0.5, 0.25, 0.13, 0.08, 0.04])
QUANTITY_ODDS = np.cumsum([0.78, 0.16, 0.06])

NO_CODE, WELCOME, TENTH, PROMOTION = range(4)
CODES = (None, "WELCOME5", "TENTH10", "SUMMER20")
WELCOME_CENTS = 500
PERCENT = np.array([0, 0, 10, 20], np.int64)

FREE_SHIPPING_CENTS = 7_500
STANDARD_CENTS = 595
EXPRESS_CENTS = 1_495

TAX_RATES_E4 = np.array([region.tax_rate_e4 for region in REGIONS], np.int64)


class OrderLine(NamedTuple):
    """One line, as in the columns of `Lines`."""

    variant: int
    quantity: int
    price: int
    discount: int
    net: int
    tax: int
    tax_rate_e4: int
    added: int
    first_refund: int
    second_refund: int


@dataclass(frozen=True, kw_only=True)
class Lines:
    """The lines of one shop day's orders, by order and position; amounts in cents.

    order: index within the day. added: instant from which the line is there (an edit adds one).
    first_refund, second_refund: quantities given back then. code, shipping are by order.
    """

    order: Ints
    offsets: Ints  # lines of order i are offsets[i]:offsets[i + 1]
    variant: Ints
    quantity: Ints
    price: Ints
    discount: Ints
    net: Ints  # after discount, before tax
    tax: Ints
    tax_rate_e4: Ints
    added: Ints
    first_refund: Ints
    second_refund: Ints
    code: Ints
    shipping: Ints

    @cached_property
    def _cells(self) -> Ints:
        return np.column_stack([getattr(self, name) for name in OrderLine._fields])

    def of_order(self, order: int) -> list[OrderLine]:
        """The lines of one order, by position."""
        rows = self._cells[self.offsets[order] : self.offsets[order + 1]]
        return [OrderLine(*row) for row in rows.tolist()]

    def given_back(self, amounts: Ints) -> tuple[Ints, Ints]:
        """The parts of line amounts that the first and the second refund give back. Giving back
        everything gives back the whole amount to the cent."""
        first = amounts * self.first_refund // self.quantity
        both = amounts * (self.first_refund + self.second_refund) // self.quantity
        return first, both - first


def draw_lines(head: Head, region: Ints, assortment: Assortment, config: WorldConfig) -> Lines:
    """The lines of a day's orders; `region` is each order's place in REGIONS."""
    rng = day_generator(config.seed, Stream.ORDER_LINES, 0, head.day)
    orders = len(head.processed)
    count = 1 + np.searchsorted(LINE_COUNT_ODDS[:-1], rng.random(orders), side="right")
    edited = head.events[:, EDITED] != NEVER
    offsets = np.concatenate([[0], np.cumsum(count + edited)])
    order = np.repeat(np.arange(orders), count + edited)
    is_edit = edited[order] & (np.arange(len(order)) == offsets[order + 1] - 1)
    variant = np.searchsorted(assortment.odds(head.day), rng.random(len(order)), side="right")
    quantity = 1 + np.searchsorted(QUANTITY_ODDS[:-1], rng.random(len(order)), side="right")
    price = assortment.prices(head.day)[variant]
    code = _codes(rng.random(orders), head, config)
    discount = _discounts(price * quantity * ~is_edit, code, order, offsets)
    net = price * quantity - discount
    rate = TAX_RATES_E4[region][order]
    first, second = _refunds(rng, head, order, offsets, quantity)
    return Lines(
        order=order,
        offsets=offsets,
        variant=variant,
        quantity=quantity,
        price=price,
        discount=discount,
        net=net,
        tax=(net * rate + 5_000) // 10_000,
        tax_rate_e4=rate,
        added=np.where(is_edit, head.events[order, EDITED], head.events[order, CREATED]),
        first_refund=first,
        second_refund=second,
        code=code,
        shipping=_shipping(rng.random(orders), np.add.reduceat(net * ~is_edit, offsets[:-1])),
    )


def _codes(draws: Floats, head: Head, config: WorldConfig) -> Ints:
    day = EPOCH_DAY.fromordinal(EPOCH_DAY.toordinal() + head.day)
    usual = np.where(head.first & (draws < 0.25), WELCOME, np.where(draws > 0.9, TENTH, NO_CODE))
    if is_promotion(day, config):
        return np.where(draws < 0.8, PROMOTION, usual)
    return usual


def _discounts(gross: Ints, code: Ints, order: Ints, offsets: Ints) -> Ints:
    """Cents off each line. A fixed amount is shared out by cumulated shares, so it adds up."""
    percent = gross * PERCENT[code][order] // 100
    totals = np.add.reduceat(gross, offsets[:-1])
    fixed = np.where(code == WELCOME, np.minimum(WELCOME_CENTS, totals), 0)[order]
    before = np.cumsum(gross) - gross
    before -= before[offsets[:-1]][order]
    whole = np.maximum(totals, 1)[order]
    discounts: Ints = percent + fixed * (before + gross) // whole - fixed * before // whole
    return discounts


def _shipping(draws: Floats, net: Ints) -> Ints:
    standard = np.where(net >= FREE_SHIPPING_CENTS, 0, STANDARD_CENTS)
    return np.where(draws < 0.1, EXPRESS_CENTS, standard)


def _refunds(
    rng: np.random.Generator, head: Head, order: Ints, offsets: Ints, quantity: Ints
) -> tuple[Ints, Ints]:
    """Quantities refunded by the first and the second refund. A cancelled order refunds
    everything; any other first refund has at least one line."""
    draws = rng.random((3, len(order)))
    some = np.minimum(1 + (draws[0] * quantity).astype(np.int64), quantity)
    chosen = draws[1] < 0.5
    chosen[offsets[:-1]] |= ~_any_by_order(chosen, offsets)
    events = head.events
    first = np.where(chosen & (events[order, REFUNDED] != NEVER), some, 0)
    first = np.where(events[order, CANCELLED] != NEVER, quantity, first)
    again = (events[order, REFUNDED_AGAIN] != NEVER) & (draws[2] < 0.7)
    return first, np.where(again, quantity - first, 0)


def _any_by_order(flags: Flags, offsets: Ints) -> Flags:
    some: Flags = np.logical_or.reduceat(flags, offsets[:-1])
    return some
