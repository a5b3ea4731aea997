"""Rank of each order among those of its customer that the shop still has."""

from functools import cached_property, lru_cache

import numpy as np

from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.orders.heads import NOBODY, OrderHeads
from trueup_simulators.world.randomness import Ints, Stream, hashed, uniform

UNRANKED = 0
DAYS_KEPT = 70


class OrderRanks:
    """The places of all orders of the world among those of their customers, from 1."""

    def __init__(self, config: WorldConfig, heads: OrderHeads) -> None:
        self._config = config
        self._heads = heads
        self.of_day = lru_cache(maxsize=DAYS_KEPT)(self._of_day)

    def _of_day(self, day: int, deleted: frozenset[int] = frozenset()) -> Ints:
        """By position: the order's place, orders before the world's first day counted;
        UNRANKED without a customer. `deleted` are the numbers of orders that are gone."""
        head = self._heads.of_day(day)
        sequence = head.first_sequence + np.arange(len(head.customer), dtype=np.int64)
        rank = self._ranks[sequence] + self.earlier_orders[head.customer]
        for gone in deleted:
            mine = (head.customer == self._customers[gone]) & (sequence > gone)
            rank[mine] -= 1
        rank[head.customer == NOBODY] = UNRANKED
        return rank

    def count_of(self, customer: int, orders: frozenset[int]) -> int:
        """Number of `orders`, given by their numbers, that are the customer's."""
        return sum(int(self._customers[order]) == customer for order in orders)

    @cached_property
    def earlier_orders(self) -> Ints:
        """By customer: the orders before the world's first day; most have none."""
        share, seed = self._config.earlier_customers, self._config.seed
        customer = np.arange(self._heads.customers_by(self._heads.end_day), dtype=np.int64)
        known = uniform(seed, Stream.PERSON, customer, salt=5) < share
        count: Ints = 1 + (hashed(seed, Stream.PERSON, customer, salt=6) % np.uint64(3)).astype(
            np.int64
        )
        return np.where(known, count, 0)

    @cached_property
    def _customers(self) -> Ints:
        """By number of the order; NOBODY for guests and tests."""
        days = (self._heads.of_day(day) for day in self._heads.days())
        return np.concatenate([head.customer for head in days])

    @cached_property
    def _ranks(self) -> Ints:
        # Orders are numbered by time, so a stable sort leaves each customer's in order.
        customers = self._customers
        order = np.argsort(customers, kind="stable")
        ordered = customers[order]
        starts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
        lengths = np.diff(np.concatenate([starts, [len(ordered)]]))
        ranks = np.empty(len(customers), np.int64)
        ranks[order] = np.arange(len(ordered)) - np.repeat(starts, lengths) + 1
        return ranks
