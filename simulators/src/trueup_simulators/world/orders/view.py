"""One order of a day at an instant: what of its columns has happened by then."""

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from trueup_simulators.world.calendar import NEVER
from trueup_simulators.world.orders.days import OrderDay, Orders
from trueup_simulators.world.orders.heads import CANCELLED, CREATED
from trueup_simulators.world.people import REGIONS, Region
from trueup_simulators.world.randomness import Ints

FIRST_LINE_ID = 14_000_000_000_000


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

    @property
    def region(self) -> Region:
        """Where the order was placed."""
        return REGIONS[int(self.day.region[self.place])]

    @property
    def is_imported(self) -> bool:
        """Whether it came from a marketplace."""
        return bool(self.day.head.imported[self.place])

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
        country = self.region.country
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


def money(cents: int) -> Decimal:
    """Cents as an amount."""
    return Decimal(cents).scaleb(-2)
