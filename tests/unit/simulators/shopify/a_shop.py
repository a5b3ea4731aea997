"""A shop made by hand: a world of a few orders that are exactly what a test needs."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount

from trueup_simulators.fault_middleware import FaultMiddleware
from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.server import running
from trueup_simulators.shopify.app import fault_response, routes
from trueup_simulators.shopify.settings import ShopSettings
from trueup_simulators.world import (
    Address,
    Customer,
    LineItem,
    Moment,
    Order,
    Product,
    Refund,
    RefundLine,
    Shop,
    SimulatedClock,
    Transaction,
    Variant,
)

NOW = datetime(2026, 8, 1, 6, tzinfo=UTC)
START = datetime(2026, 7, 1, 12, tzinfo=UTC)
ADDRESS = Address(
    first_name="Ada",
    last_name="Byron",
    address1="1 Mill Lane",
    address2=None,
    city="Albany",
    province_code="NY",
    zip="12207",
    country_code="US",
    phone="+15185550100",
)


def a_line(number: int, **changes: Any) -> LineItem:
    """Two of something at 10.00, 1.00 off, 1.52 tax."""
    values = {
        "id": 9000 + number,
        "product_id": 1,
        "variant_id": 11,
        "sku": f"SKU-{number}",
        "title": f"Thing {number}",
        "quantity": 2,
        "current_quantity": 2,
        "unit_price": Decimal("10.00"),
        "discount": Decimal("1.00"),
        "tax": Decimal("1.52"),
        "tax_rate": Decimal("0.08"),
    }
    return LineItem(**(values | changes))


def a_payment(number: int, kind: str = "SALE", amount: str = "25.47") -> Transaction:
    return Transaction(
        id=7000 + number,
        kind=kind,
        status="SUCCESS",
        gateway="shopify_payments",
        amount=Decimal(amount),
        parent_id=None if kind == "SALE" else 7000,
        created_at=START,
    )


def a_refund(number: int, lines: int = 1) -> Refund:
    given_back = tuple(
        RefundLine(
            id=6000 + 1000 * number + n,
            line_id=9000 + n,
            quantity=1,
            subtotal=Decimal("9.50"),
            tax=Decimal("0.76"),
        )
        for n in range(lines)
    )
    total = sum((line.subtotal + line.tax for line in given_back), Decimal(0))
    return Refund(
        id=5000 + number,
        created_at=START + timedelta(days=3),
        note="too small",
        lines=given_back,
        shipping=Decimal(0),
        transactions=(a_payment(100 + number, "REFUND", str(total)),),
    )


def a_moment(number: int, **changes: Any) -> Moment:
    values = {
        "id": 4000 + number,
        "occurred_at": START - timedelta(days=2) + timedelta(hours=number),
        "landing_page": "https://brightcart.example/?utm_source=google&gclid=abc",
        "referrer_url": "https://www.google.com/",
        "source": "Google",
        "utm": {"source": "google", "medium": "cpc", "campaign": "brand"},
    }
    return Moment(**(values | changes))


def an_order(number: int, lines: int = 1, **changes: Any) -> Order:
    """Order `number`, created and updated `number` minutes after START."""
    items = tuple(a_line(n) for n in range(lines))
    subtotal = sum((line.net for line in items), Decimal(0))
    tax = sum((line.tax for line in items), Decimal(0))
    total = subtotal + tax + Decimal("4.95")
    at = START + timedelta(minutes=number)
    values = {
        "id": number,
        "name": f"#{1000 + number}",
        "created_at": at,
        "processed_at": at,
        "updated_at": at,
        "cancelled_at": None,
        "cancel_reason": None,
        "test": False,
        "taxes_included": False,
        "currency": "USD",
        "presentment_currency": "USD",
        "presentment_rate": Decimal(1),
        "customer_id": 1,
        "email": "ada@example.com",
        "phone": None,
        "first_name": "Ada",
        "last_name": "Byron",
        "shipping_address": ADDRESS,
        "billing_address": ADDRESS,
        "client_ip": "203.0.113.9",
        "note": None,
        "tags": (),
        "source_name": "web",
        "discount_codes": (),
        "lines": items,
        "subtotal": subtotal,
        "total_discounts": sum((line.discount for line in items), Decimal(0)),
        "total_tax": tax,
        "shipping": Decimal("4.95"),
        "total": total,
        "original_total": total,
        "refunds": (),
        "transactions": (a_payment(number, amount=str(total)),),
        "journey": (a_moment(0),),
        "financial_status": "PAID",
        "fulfillment_status": "FULFILLED",
    }
    return Order(**(values | changes))


def a_customer(number: int) -> Customer:
    at = START + timedelta(minutes=number)
    return Customer(
        id=number,
        email=f"c{number}@example.com",
        phone=None,
        first_name="Ada",
        last_name=f"Byron {number}",
        default_address=ADDRESS,
        accepts_marketing=True,
        note=None,
        number_of_orders=1,
        created_at=at,
        updated_at=at,
    )


def a_product(number: int, variants: int = 2) -> Product:
    at = START + timedelta(minutes=number)
    return Product(
        id=number,
        title=f"Product {number}",
        handle=f"product-{number}",
        vendor="BrightCart",
        product_type="Shoes",
        status="ACTIVE",
        variants=tuple(
            Variant(
                id=number * 1000 + n,
                product_id=number,
                sku=f"P{number}-{n}",
                title=f"Size {n}",
                price=Decimal("19.90"),
                created_at=at,
                updated_at=at,
            )
            for n in range(variants)
        ),
        created_at=at,
        updated_at=at,
    )


class HandmadeWorld:
    """The part of the world's interface that a shop needs, over given objects."""

    shop = Shop()
    config = SimpleNamespace(start=date(2026, 6, 1), seed=7)

    def __init__(
        self,
        orders: Iterable[Order] = (),
        customers: Iterable[Customer] = (),
        products: Iterable[Product] = (),
    ) -> None:
        self.all_orders = {order.id: order for order in orders}
        self.all_customers = {customer.id: customer for customer in customers}
        self.all_products = list(products)

    def order(self, order_id: int, at: datetime) -> Order:
        return _visible(self.all_orders[order_id], at)

    def order_index(self, order_id: int, at: datetime) -> int | None:
        """The place among the customer's orders, by number."""
        customer = self.order(order_id, at).customer_id
        mine = [n for n, o in sorted(self.all_orders.items()) if o.customer_id == customer]
        return None if customer is None else mine.index(order_id) + 1

    def customer(self, customer_id: int, at: datetime) -> Customer:
        return _visible(self.all_customers[customer_id], at)

    def customers(self, at: datetime) -> list[Customer]:
        return [c for c in self.all_customers.values() if c.created_at <= at]

    def products(self, at: datetime) -> list[Product]:
        return [p for p in self.all_products if p.created_at <= at]

    def order_ids_updated(self, since: datetime, until: datetime, at: datetime) -> list[int]:
        return _ids(self.all_orders.values(), "updated_at", since, until, at)

    def order_ids_created(self, since: datetime, until: datetime, at: datetime) -> list[int]:
        return _ids(self.all_orders.values(), "created_at", since, until, at)

    def customer_ids_updated(self, since: datetime, until: datetime, at: datetime) -> list[int]:
        return _ids(self.all_customers.values(), "updated_at", since, until, at)


def _visible(item: Any, at: datetime) -> Any:
    if item.created_at > at:
        raise KeyError(item.id)
    return item


def _ids(items: Any, name: str, since: datetime, until: datetime, at: datetime) -> list[int]:
    keyed = sorted((getattr(item, name), item.id) for item in items if item.created_at <= at)
    return [number for value, number in keyed if since <= value < until]


class ShopUnderTest:
    """A served shop: `post` sends a query, `faults` says what fired."""

    def __init__(self, base_url: str, faults: FaultPlan, clock: SimulatedClock) -> None:
        self.base_url = f"{base_url}/shopify"
        self.faults = faults
        self.clock = clock
        self.http = httpx.Client()

    def respond(
        self, query: str, variables: dict[str, Any] | None = None, token: str = "shpat_simulated"
    ) -> Any:
        return self.http.post(
            f"{self.base_url}/admin/api/2026-10/graphql.json",
            headers={"X-Shopify-Access-Token": token},
            json={"query": query, "variables": variables or {}},
        )

    def post(self, text: str, /, **variables: Any) -> Any:
        return self.respond(text, variables).json()

    def finished_job(self, number: str) -> Any:
        """Look at a job until it has ended."""
        while True:
            job = self.post(JOB, id=number)["data"]["bulkOperation"]
            if job["status"] not in ("CREATED", "RUNNING", "CANCELING"):
                return job


JOB = """query($id: ID!) { bulkOperation(id: $id) {
  id status errorCode objectCount rootObjectCount fileSize url partialDataUrl query } }"""


@contextmanager
def serving(
    world: Any,
    *rules: FaultRule,
    settings: ShopSettings | None = None,
    now: datetime = NOW,
    change_app: Callable[[Starlette], Any] = lambda app: app,
) -> Iterator[ShopUnderTest]:
    """The shop over real HTTP, with faults."""
    faults, clock = FaultPlan(rules), SimulatedClock(now)
    app = Starlette(
        routes=[Mount("/shopify", routes=routes(world, clock, faults, settings))],
        middleware=[Middleware(FaultMiddleware, faults=faults, makers={"shopify": fault_response})],
    )
    with running(change_app(app)) as base_url:
        shop = ShopUnderTest(base_url, faults, clock)
        try:
            yield shop
        finally:
            shop.http.close()
