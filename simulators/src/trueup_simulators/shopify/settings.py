"""Settings of the simulated shop, and its state across requests."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from trueup_simulators.faults import FaultPlan
from trueup_simulators.shopify.cost import Bucket
from trueup_simulators.world import Product, SimulatedClock, Variant, World

ACCESS_TOKEN = "shpat_simulated"
SCOPES = frozenset({"read_orders", "read_all_orders", "read_customers", "read_products"})

# Points a second. The vendor restores 100 to 2,000, by plan; that would stretch two months of
# orders over minutes, so the shop of the demo restores faster than any real one.
PLANS: dict[str, float] = {
    "Basic": 100.0,
    "Advanced": 200.0,
    "Plus": 1000.0,
    "Enterprise": 2000.0,
    "Simulated": 50_000.0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopSettings:
    """`protected_data` is the approval to read personal fields; `objects_per_paging` is how far
    cursors reach; `bulk_polls` is how often a job is looked at before it is done."""

    access_token: str = ACCESS_TOKEN
    scopes: frozenset[str] = SCOPES
    plan: str = "Simulated"
    restore_rate: float | None = None
    protected_data: bool = True
    objects_per_paging: int = 25_000
    bulk_polls: int = 2
    seconds: Callable[[], float] = time.monotonic


@dataclass(slots=True)
class ShopState:
    """The shop behind all requests."""

    world: World
    clock: SimulatedClock
    faults: FaultPlan
    settings: ShopSettings
    bucket: Bucket = field(init=False)
    _catalogue_at: datetime | None = None
    _products: dict[int, Product] = field(default_factory=dict)
    _variants: dict[int, tuple[Variant, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rate = self.settings.restore_rate or PLANS[self.settings.plan]
        self.bucket = Bucket(rate, self.settings.seconds)

    @property
    def zone(self) -> ZoneInfo:
        """The shop's time zone."""
        return ZoneInfo(self.world.shop.iana_timezone)

    def products(self, at: datetime) -> dict[int, Product]:
        """All products at `at`, by id."""
        if self._catalogue_at != at:
            self._products = {product.id: product for product in self.world.products(at)}
            self._variants = {
                variant.id: (variant, place)
                for product in self._products.values()
                for place, variant in enumerate(product.variants, start=1)
            }
            self._catalogue_at = at
        return self._products

    def variants(self, at: datetime) -> dict[int, tuple[Variant, int]]:
        """All variants at `at` with their positions, by id."""
        self.products(at)
        return self._variants
