"""One request: the shop, the instant, and what the token may see."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from trueup_simulators.shopify.bulk import BulkJob, BulkJobs
from trueup_simulators.shopify.errors import denied, unapproved
from trueup_simulators.shopify.settings import ShopState
from trueup_simulators.world import Customer, Order, Product, Variant

UNLISTED_AFTER = timedelta(days=60)

TYPE_SCOPES: dict[str, tuple[str, ...]] = {
    "Order": ("read_orders",),
    "Customer": ("read_customers",),
    "Product": ("read_products",),
    "ProductVariant": ("read_products",),
}
_COUNTS = {"ordersCount": "Order", "customersCount": "Customer", "productsCount": "Product"}
PERSONAL = {
    "Order": {"email", "phone", "shippingAddress", "billingAddress", "clientIp"},
    "Customer": {
        *("firstName", "lastName", "displayName"),
        *("defaultEmailAddress", "defaultPhoneNumber", "defaultAddress"),
    },
}


@dataclass(slots=True)
class Context:
    """One request: the shop, the instant, and what the answer must tell besides data."""

    state: ShopState
    at: datetime
    jobs: BulkJobs
    base_url: str
    unpaged: bool = False
    searches: list[dict[str, Any]] = field(default_factory=list)

    @property
    def world(self) -> Any:
        """The world behind the shop."""
        return self.state.world

    @property
    def settings(self) -> Any:
        """The shop's settings."""
        return self.state.settings

    def denial(self, parent: str, name: str, type_name: str) -> str | None:
        """Reason that the token may not read a field, or None."""
        owner = _COUNTS.get(name, type_name.removesuffix("Connection"))
        scopes = TYPE_SCOPES.get(owner, ())
        if scopes and not self.settings.scopes.intersection(scopes):
            return denied(name, scopes)
        if not self.settings.protected_data and name in PERSONAL.get(parent, ()):
            return unapproved(name)
        return None

    def order(self, number: int) -> Order | None:
        """The order, if there is one and the token may see one so old."""
        try:
            order: Order = self.world.order(number, self.at)
        except KeyError:
            return None
        return order if order.created_at >= self.oldest_order else None

    @property
    def oldest_order(self) -> datetime:
        """Without read_all_orders, the API shows only the last 60 days."""
        sees_all = "read_all_orders" in self.settings.scopes
        return datetime.min.replace(tzinfo=self.at.tzinfo) if sees_all else self.at - UNLISTED_AFTER

    def customer(self, number: int) -> Customer | None:
        """The customer, if there is one."""
        try:
            customer: Customer = self.world.customer(number, self.at)
        except KeyError:
            return None
        return customer

    def product(self, number: int) -> Product | None:
        """The product, if there is one."""
        return self.state.products(self.at).get(number)

    def variant(self, number: int) -> Variant | None:
        """The variant, if there is one."""
        found = self.state.variants(self.at).get(number)
        return found[0] if found else None

    def position(self, variant: Variant) -> int:
        """The variant's place among its siblings, from 1."""
        return self.state.variants(self.at)[variant.id][1]

    def job(self, number: int) -> BulkJob | None:
        """The job, one step further."""
        return self.jobs.look(number, self.at)
