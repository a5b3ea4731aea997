"""Customers as the shop shows them: they begin with their first order and change with each."""

from functools import lru_cache

import numpy as np

from trueup_simulators.world.calendar import instant
from trueup_simulators.world.commerce import Customer
from trueup_simulators.world.orders.days import (
    CUSTOMER_ID_STRIDE,
    FIRST_CUSTOMER_ID,
    Orders,
    customer_id,
)
from trueup_simulators.world.orders.heads import CREATED, NOBODY
from trueup_simulators.world.people import person
from trueup_simulators.world.randomness import Ints
from trueup_simulators.world.world_changes import HOSTILE_NAMES


class Customers:
    """All customers, worked out from the outlines of the orders."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders
        self._tally = lru_cache(maxsize=4)(self._count_orders)

    def known(self, at: int) -> list[int]:
        """Ids of customers with an order by `at` (microseconds UTC), ascending."""
        return [customer_id(int(number)) for number in np.flatnonzero(self._tally(at)[0])]

    def ids_updated(self, since: int, until: int, at: int) -> list[int]:
        """Ids with since <= time of the last order by `at` < until, by that time and id."""
        count, _, last = self._tally(at)
        hit = np.flatnonzero((count > 0) & (last >= since) & (last < until))
        return [customer_id(int(number)) for number in hit[np.lexsort((hit, last[hit]))]]

    def view(self, identity: int, at: int, gone: frozenset[int] = frozenset()) -> Customer:
        """The customer as seen at `at`; KeyError if there is none of that id then.

        `gone` are the numbers of orders that were deleted, which the shop no longer counts.
        """
        number, rest = divmod(identity - FIRST_CUSTOMER_ID, CUSTOMER_ID_STRIDE)
        count, first, last = self._tally(at)
        if rest or not 0 <= number < len(count) or not count[number]:
            raise KeyError(identity)
        config = self._orders.config
        who = person(config.seed, number, hostile=config.hostile_names)
        ranks = self._orders.ranks
        earlier, deleted = int(ranks.earlier_orders[number]), ranks.count_of(number, gone)
        hostile_note = HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
        return Customer(
            id=identity,
            email=who.email,
            phone=who.phone,
            first_name=who.first_name,
            last_name=who.last_name,
            default_address=who.address,
            accepts_marketing=who.accepts_marketing,
            note=hostile_note if config.hostile_names else None,
            number_of_orders=int(count[number]) + earlier - deleted,
            created_at=instant(int(first[number])),
            updated_at=instant(int(last[number])),
        )

    def _count_orders(self, at: int) -> tuple[Ints, Ints, Ints]:
        """By customer number: orders by `at`, the first and the last of them."""
        heads = [self._orders.heads.of_day(day) for day in self._orders.heads.days_by(at)]
        if not heads:
            nothing = np.zeros(0, np.int64)
            return nothing, nothing, nothing
        customer = np.concatenate([head.customer for head in heads])
        created = np.concatenate([head.events[:, CREATED] for head in heads])
        there = (customer != NOBODY) & (created <= at)
        customer, created = customer[there], created[there]
        size = int(customer.max(initial=-1)) + 1
        count = np.bincount(customer, minlength=size)
        first, last = np.zeros(size, np.int64), np.zeros(size, np.int64)
        # Orders come by time: the last assignment of a repeated index stands.
        last[customer] = created
        first[customer[::-1]] = created[::-1]
        return count, first, last
