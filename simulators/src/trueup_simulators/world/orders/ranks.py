"""Which order of its customer each one is: counted among those that the shop still has."""

from collections.abc import Collection
from functools import cached_property

import numpy as np

from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.orders.heads import NOBODY, Head, OrderHeads
from trueup_simulators.world.randomness import Ints, Stream, hashed, uniform

UNRANKED = 0


class OrderRanks:
    """The places of all orders of the world among those of their customers, from 1."""

    def __init__(self, config: WorldConfig, heads: OrderHeads) -> None:
        self._config = config
        self._heads = heads

    def of_day(self, head: Head, deleted: Collection[int] = ()) -> Ints:
        """By position: the order's place, orders before the world's first day counted;
        UNRANKED without a customer. `deleted` are the numbers of orders that are gone."""
        sequence = head.first_sequence + np.arange(len(head.customer), dtype=np.int64)
        rank = self._ranks[sequence] + self.earlier(head.customer)
        for gone in deleted:
            mine = (head.customer == self._customers[gone]) & (sequence > gone)
            rank[mine] -= 1
        rank[head.customer == NOBODY] = UNRANKED
        return rank

    def earlier(self, customer: Ints) -> Ints:
        """How often customers had ordered before the world's first day: most not at all."""
        share = self._config.earlier_customers
        seed = self._config.seed
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
