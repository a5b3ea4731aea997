"""One order of a day at an instant: what of its columns has happened by then."""

from dataclasses import dataclass, field
from decimal import Decimal

from trueup_simulators.world.calendar import NEVER
from trueup_simulators.world.orders.days import OrderDay, Orders
from trueup_simulators.world.orders.heads import CANCELLED, CREATED
from trueup_simulators.world.orders.lines import OrderLine
from trueup_simulators.world.people import REGIONS, Region

FIRST_LINE_ID = 14_000_000_000_000


@dataclass(slots=True)
class OrderView:
    """Position `place` of a day at an instant in microseconds UTC.

    sequence: the order's number in the world, from 0. events: the row of `Head.events`. lines:
    all that the order ever has.
    """

    orders: Orders
    day: OrderDay
    place: int
    at: int
    sequence: int = field(init=False)
    events: list[int] = field(init=False)
    lines: list[OrderLine] = field(init=False)

    def __post_init__(self) -> None:
        self.sequence = self.day.head.first_sequence + self.place
        self.events = self.day.head.events[self.place].tolist()
        self.lines = self.day.lines.of_order(self.place)

    @property
    def region(self) -> Region:
        """Place where the order was made."""
        return REGIONS[int(self.day.region[self.place])]

    @property
    def is_imported(self) -> bool:
        """True when it came from a marketplace."""
        return bool(self.day.head.imported[self.place])

    @property
    def shipping_cents(self) -> int:
        """Shipping that the customer paid."""
        return int(self.day.lines.shipping[self.place])

    def happened(self, event: int) -> bool:
        """True when an event of `order_heads` has happened."""
        return self.events[event] <= self.at

    def when(self, event: int) -> int:
        """The instant of an event, in microseconds UTC."""
        return self.events[event]

    def updated(self) -> int:
        """The last event so far, in microseconds UTC."""
        return max(event for event in self.events if event <= self.at)

    def lines_by(self, at: int) -> list[OrderLine]:
        """The order's lines that are there at an instant; an edit adds the last."""
        return [line for line in self.lines if line.added <= at]

    def tip_cents(self) -> int:
        """Tip of one customer in forty, unless the order is cancelled one day."""
        return 0 if self.sequence % 40 != 3 or self._ever(CANCELLED) else 200

    def duty_cents(self) -> int:
        """A twentieth of the goods for one order in five to Britain and Canada."""
        country = self.region.country
        if country not in ("GB", "CA") or self.sequence % 5 or self._ever(CANCELLED):
            return 0
        return sum(line.net for line in self.lines_by(self.when(CREATED))) // 20

    def _ever(self, event: int) -> bool:
        return self.when(event) != NEVER

    def total_cents(self, at: int) -> int:
        """Subtotal, tax, shipping, tip and duties at an instant."""
        goods = sum(line.net + line.tax for line in self.lines_by(at))
        return goods + self.shipping_cents + self.tip_cents() + self.duty_cents()


def money(cents: int) -> Decimal:
    """Cents as an amount."""
    return Decimal(cents).scaleb(-2)
