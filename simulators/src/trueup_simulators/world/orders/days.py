"""Orders by shop day, made when first needed, and the ids that lead to them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from trueup_simulators.world.ads.clicks import AccountClicks
from trueup_simulators.world.calendar import DAY_MICROS, LocalDays
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.orders.heads import CREATED, MAX_EVENT_DAYS, NOBODY, Head, OrderHeads
from trueup_simulators.world.orders.lines import Lines, draw_lines
from trueup_simulators.world.orders.order_attribution import Causes, draw_causes
from trueup_simulators.world.orders.ranks import DAYS_KEPT, OrderRanks
from trueup_simulators.world.people import GUEST_NUMBERS, regions_of
from trueup_simulators.world.products import Assortment
from trueup_simulators.world.randomness import Ints, Stream, hashed

FIRST_ORDER_ID = 5_500_000_000_000
ORDER_ID_STRIDE = 32
FIRST_CUSTOMER_ID = 7_100_000_000_000
CUSTOMER_ID_STRIDE = 128
FIRST_ORDER_NUMBER = 1001
TESTER = GUEST_NUMBERS * 2

# Days at an instant: every page of a listing looks at the same ones.
UPDATES_KEPT = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDay:
    """One shop day's orders as columns. person: the number of who ordered; region: where."""

    head: Head
    person: Ints
    region: Ints
    lines: Lines
    causes: Causes


class Orders:
    """All orders of the world. Every day can be made on its own."""

    def __init__(
        self, config: WorldConfig, local: LocalDays, accounts: Sequence[AccountClicks]
    ) -> None:
        self.config = config
        self.local = local
        self.accounts = accounts
        self.heads = OrderHeads(config, local)
        self.ranks = OrderRanks(config, self.heads)
        self.assortment = Assortment(config, local)
        self.of_day = lru_cache(maxsize=DAYS_KEPT)(self._of_day)
        self._updated = lru_cache(maxsize=UPDATES_KEPT)(self._updated_of_day)

    def _of_day(self, day: int) -> OrderDay:
        head = self.heads.of_day(day)
        person = self._persons(head)
        region = regions_of(self.config.seed, person)
        return OrderDay(
            head=head,
            person=person,
            region=region,
            lines=draw_lines(head, region, self.assortment, self.config),
            causes=draw_causes(head, region, self.accounts, self.config),
        )

    def _persons(self, head: Head) -> Ints:
        """Customers are themselves; three guests in ten are customers who did not log in."""
        sequence = head.first_sequence + np.arange(len(head.processed), dtype=np.int64)
        word = (hashed(self.config.seed, Stream.PERSON, sequence, salt=2) >> np.uint64(8)).astype(
            np.int64
        )
        known = self.heads.customers_by(head.day)
        disguised = (word % 10 < 3) & (known > 0)
        guest = np.where(disguised, word % max(known, 1), GUEST_NUMBERS + sequence)
        person = np.where(head.customer == NOBODY, guest, head.customer)
        return np.where(head.test, TESTER, person)

    def find(self, order_id: int) -> tuple[int, int]:
        """Shop day and position of an order; KeyError if the world never has it."""
        sequence, rest = divmod(order_id - FIRST_ORDER_ID, ORDER_ID_STRIDE)
        if rest:
            raise KeyError(order_id)
        day = self.heads.day_of_sequence(sequence)
        return day, sequence - self.heads.of_day(day).first_sequence

    def ids_updated(self, since: int, until: int, at: int) -> list[int]:
        """Ids with since <= time of the last change by `at` < until, by that time and id."""
        earliest = since - (MAX_EVENT_DAYS + 1) * DAY_MICROS
        ids, times = [], []
        for head in self._heads_since(earliest, min(until - 1, at)):
            updated = self._updated(head.day, at)
            hit = np.flatnonzero((updated >= since) & (updated < until) & (updated > 0))
            ids.append(order_ids(head, hit))
            times.append(updated[hit])
        return _by_time(ids, times)

    def _updated_of_day(self, day: int, at: int) -> Ints:
        return self.heads.of_day(day).updated(at)

    def ids_created(self, since: int, until: int, at: int) -> list[int]:
        """Ids of orders there at `at` with since <= creation < until, by creation and id."""
        ids, times = [], []
        for head in self._heads_since(since - DAY_MICROS, min(until - 1, at)):
            created = head.events[:, CREATED]
            hit = np.flatnonzero((created >= since) & (created < until) & (created <= at))
            ids.append(order_ids(head, hit))
            times.append(created[hit])
        return _by_time(ids, times)

    def _heads_since(self, since: int, until: int) -> list[Head]:
        """Heads of the shop days that overlap [since, until]."""
        first = int(self.local.day_of(np.array([since], np.int64))[0])
        return [self.heads.of_day(day) for day in self.heads.days_by(until) if day >= first]


def sequence_of(order_id: int) -> int:
    """The number of an order in the world, from 0."""
    return (order_id - FIRST_ORDER_ID) // ORDER_ID_STRIDE


def order_ids(head: Head, positions: Ints) -> Ints:
    """Ids of the orders at these positions of a day."""
    ids: Ints = FIRST_ORDER_ID + (head.first_sequence + positions) * ORDER_ID_STRIDE
    return ids


def customer_id(customer: int) -> int:
    """The id of a customer's number."""
    return FIRST_CUSTOMER_ID + customer * CUSTOMER_ID_STRIDE


def _by_time(ids: list[Ints], times: list[Ints]) -> list[int]:
    if not ids:
        return []
    identity, time = np.concatenate(ids), np.concatenate(times)
    ordered: list[int] = identity[np.lexsort((identity, time))].tolist()
    return ordered
