"""The outline of each shop day's orders: when they are placed and changed, and by whom."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache

import numpy as np

from trueup_simulators.world.calendar import (
    DAY_MICROS,
    MICROS_PER_SECOND,
    NEVER,
    LocalDays,
    day_number,
    demand,
    seconds_of_day,
)
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.randomness import Flags, Floats, Ints, Stream, day_generator

GUEST_SHARE = 0.12
TEST_SHARE = 0.012
FIRST_SHARE = 0.55  # of all orders; the rest are repeat orders of earlier days' customers

CANCELLED_SHARE = 0.03
REFUNDED_SHARE = 0.09
REFUNDED_AGAIN_SHARE = 0.2
EDITED_SHARE = 0.03
AUTHORIZED_SHARE = 0.05
TOUCHED_SHARE = 0.04
IMPORTED_GUEST_SHARE = 0.15

# No event of an order is older than this, seen from the event: 45 + 12 days to a second refund.
MAX_EVENT_DAYS = 60

HOUR = 3600 * MICROS_PER_SECOND

# Columns of `Head.events`.
CREATED, CAPTURED, EDITED, FULFILLED, CANCELLED, REFUNDED, REFUNDED_AGAIN, TOUCHED = range(8)

NOBODY = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One shop day's orders, by time of creation.

    events: (orders, 8) instants in microseconds UTC, NEVER where it does not happen; a cancelled
    order's refund comes at the same instant. customer: index, NOBODY for guests and tests.
    """

    day: int
    first_sequence: int
    events: Ints
    processed: Ints
    customer: Ints
    test: Flags
    guest: Flags
    first: Flags
    imported: Flags

    def updated(self, at: int) -> Ints:
        """Time of the last change by `at`; 0 for orders that do not exist yet."""
        latest: Ints = np.where(self.events <= at, self.events, 0).max(axis=1)
        return np.where(self.events[:, CREATED] <= at, latest, 0)


class OrderHeads:
    """Heads by shop day, each made on its own; sequence numbers run through all days."""

    def __init__(self, config: WorldConfig, local: LocalDays) -> None:
        self._config = config
        self._local = local
        self.first_day = day_number(config.start)
        self.end_day = day_number(config.end)
        self.counts = np.array([self._count(day) for day in self.days()], np.int64)
        self._starts = np.concatenate([[0], np.cumsum(self.counts)])
        self._guests = (self.counts * GUEST_SHARE).astype(np.int64)
        self._tests = (self.counts * TEST_SHARE + 0.5).astype(np.int64)
        firsts = (self.counts * FIRST_SHARE).astype(np.int64)
        firsts[0] = self.counts[0] - self._guests[0] - self._tests[0]
        self._customers = np.concatenate([[0], np.cumsum(firsts)])
        self.of_day = lru_cache(maxsize=None)(self._of_day)

    def days(self) -> range:
        """All shop days of the world, as day numbers."""
        return range(self.first_day, self.end_day)

    def days_by(self, at: int) -> range:
        """Shop days that have begun by `at`."""
        last = int(self._local.day_of(np.array([at], np.int64))[0])
        return range(self.first_day, min(last + 1, self.end_day))

    def day_of_sequence(self, sequence: int) -> int:
        """The shop day of an order; KeyError if the world never has it."""
        if not 0 <= sequence < self._starts[-1]:
            raise KeyError(sequence)
        return self.first_day + int(np.searchsorted(self._starts, sequence, side="right")) - 1

    def first_order(self, customer: int) -> tuple[Head, int]:
        """Position of a customer's first order; KeyError if the world never has that customer."""
        if not 0 <= customer < self._customers[-1]:
            raise KeyError(customer)
        place = int(np.searchsorted(self._customers, customer, side="right")) - 1
        head = self.of_day(self.first_day + place)
        return head, int(np.flatnonzero(head.customer == customer)[0])

    def customers_by(self, day: int) -> int:
        """Number of customers who had ordered before a shop day began."""
        return int(self._customers[day - self.first_day])

    def _count(self, day: int) -> int:
        rng = day_generator(self._config.seed, Stream.ORDER_COUNT, 0, day)
        date = self._config.start + timedelta(days=day - self.first_day)
        mean = self._config.figures.orders_per_day * demand(date, self._config)
        return max(4, int(rng.poisson(mean)))

    def _of_day(self, day: int) -> Head:
        place = day - self.first_day
        count = int(self.counts[place])
        rng = day_generator(self._config.seed, Stream.ORDER_HEAD, 0, day)
        seconds = seconds_of_day(rng.random(count), self._local.seconds(day))
        created = self._local.start(day) + seconds * MICROS_PER_SECOND
        role = self._roles(rng, place)
        test, guest, first = role == 0, role == 1, role == 2
        imported = guest & (rng.random(count) < IMPORTED_GUEST_SHARE)
        delay = (rng.random(count) * 5 * 86_400).astype(np.int64) * MICROS_PER_SECOND
        return Head(
            day=day,
            first_sequence=int(self._starts[place]),
            events=_events(rng, created, test),
            processed=np.where(imported, created - delay, created),
            customer=self._customer_of(rng, place, role),
            test=test,
            guest=guest,
            first=first,
            imported=imported,
        )

    def _roles(self, rng: np.random.Generator, place: int) -> Ints:
        """0 test, 1 guest, 2 a customer's first order, 3 a repeat order; in shuffled places."""
        tests, guests = self._tests[place], self._guests[place]
        firsts = self._customers[place + 1] - self._customers[place]
        repeats = self.counts[place] - tests - guests - firsts
        return rng.permutation(np.repeat(np.arange(4), [tests, guests, firsts, repeats]))

    def _customer_of(self, rng: np.random.Generator, place: int, role: Ints) -> Ints:
        known = int(self._customers[place])
        # Recent customers come back more often.
        again = (known * (1.0 - rng.random(len(role)) ** 2)).astype(np.int64)
        customer = np.where(role == 3, np.minimum(again, known - 1), NOBODY)
        customer[role == 2] = known + np.arange(int((role == 2).sum()))
        return customer


def _events(rng: np.random.Generator, created: Ints, test: Flags) -> Ints:
    """The (orders, 8) instants at which each order changes, NEVER where it does not."""
    share = rng.random((6, len(created)))
    span = rng.random((8, len(created)))
    cancels = (share[0] < CANCELLED_SHARE) & ~test
    refunds = ~cancels & (share[1] < REFUNDED_SHARE)
    edits = ~cancels & (share[2] < EDITED_SHARE)
    authorized = ~cancels & (share[3] < AUTHORIZED_SHARE)
    touched = share[4] < TOUCHED_SHARE
    again = refunds & (share[5] < REFUNDED_AGAIN_SHARE)
    refunded = created + _days(2 + 43 * span[3] ** 2.5)
    cancelled = created + _days((0.5 + 35.5 * span[2]) / 24)
    events = np.full((len(created), 8), NEVER, np.int64)
    events[:, CREATED] = created
    _put(events, CAPTURED, authorized, created + _days((1 + 10 * span[0]) / 24))
    _put(events, EDITED, edits, created + _days((0.2 + 0.7 * span[1]) / 24))
    _put(events, FULFILLED, ~cancels & ~test, created + _days(0.5 + 1.4 * span[4]))
    _put(events, CANCELLED, cancels, cancelled)
    _put(events, REFUNDED, refunds, refunded)
    _put(events, REFUNDED, cancels, cancelled)
    _put(events, REFUNDED_AGAIN, again, refunded + _days(1 + 11 * span[5]))
    _put(events, TOUCHED, touched, created + _days(3 + 17 * span[6]))
    return events


def _put(events: Ints, column: int, happens: Flags, when: Ints) -> None:
    events[happens, column] = when[happens]


def _days(days: Floats) -> Ints:
    seconds: Ints = (days * (DAY_MICROS // MICROS_PER_SECOND)).astype(np.int64)
    return seconds * MICROS_PER_SECOND
