"""Streams of a shop. Times are UTC; amounts are decimal texts with their currency."""

from dataclasses import dataclass
from datetime import timedelta

from trueup.core.stream import PersonalField, PersonalKind, Stream, StreamKind
from trueup.sources.shopify.nested import Nested

NAME, ADDRESS = PersonalKind.NAME, PersonalKind.ADDRESS
PHONE, EMAIL, TEXT, IP = PersonalKind.PHONE, PersonalKind.EMAIL, PersonalKind.TEXT, PersonalKind.IP


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopStream(Stream):
    """A connection at the query root.

    `operation` reads a page of `root`, `count` says how many objects a search finds, `again`
    reads one object anew. `bulk` names the query for bulk operations, if the stream has one.
    """

    root: str
    operation: str
    scope: str
    count: str | None = None
    again: str | None = None
    page_size: int = 250
    nested: tuple[Nested, ...] = ()
    bulk: str | None = None
    bulk_children: str | None = None


def _address(path: str) -> tuple[PersonalField, ...]:
    """Personal fields of an address; province and country stay readable."""
    kinds = {
        **dict.fromkeys(("firstName", "lastName", "company"), NAME),
        **dict.fromkeys(("address1", "address2", "city", "zip"), ADDRESS),
        "phone": PHONE,
    }
    return tuple(PersonalField(f"{path}.{name}", kind) for name, kind in kinds.items())


_ORDER_VERSION = ("order", "updatedAt")

ORDERS = ShopStream(
    name="orders",
    kind=StreamKind.INCREMENTAL,
    key=("id",),
    cursor="updatedAt",
    # The search index follows the shop by seconds to minutes.
    settle_lag=timedelta(minutes=5),
    overlap=timedelta(minutes=60),
    # Marketplaces hand over orders some days after they were placed.
    lookback=timedelta(days=7),
    subject="customer.id",
    personal=(
        PersonalField("email", EMAIL),
        PersonalField("phone", PHONE),
        PersonalField("clientIp", IP),
        PersonalField("note", TEXT),
        PersonalField("refunds[].note", TEXT),
        *_address("shippingAddress"),
        *_address("billingAddress"),
    ),
    totals=("order_count", "total_amount"),
    root="orders",
    operation="Orders",
    scope="read_orders",
    count="OrdersCount",
    again="OrderAgain",
    # 974 of the 1,000 points that a query may cost.
    page_size=25,
    nested=(
        Nested(("lineItems",), "OrderLines"),
        Nested(("shippingLines",), "OrderShippingLines"),
        Nested(("customerJourneySummary", "moments"), "OrderMoments"),
        Nested(("refunds", "[]", "refundLineItems"), "RefundLines", _ORDER_VERSION),
        Nested(("refunds", "[]", "refundShippingLines"), "RefundShippingLines", _ORDER_VERSION),
        Nested(("refunds", "[]", "orderAdjustments"), "RefundAdjustments", _ORDER_VERSION),
        Nested(("refunds", "[]", "transactions"), "RefundTransactions", _ORDER_VERSION),
    ),
)

# A deleted order leaves every search without a trace: only a listing of its day shows that it is
# gone. An id and a time each, 250 to a page, at some 13 points: a shop with 1,000 orders a day is
# listed with about 230 small requests a run. Below 60 days, since a token without read_all_orders
# loses sight of older orders, and lost from sight is not deleted.
LISTED_ORDERS = ShopStream(
    name="listed_orders",
    kind=StreamKind.REPORT,
    key=("id",),
    day="createdAt",
    # The search index follows the shop; an order younger than this is not missed.
    settle_lag=timedelta(hours=1),
    lookback=timedelta(days=58),
    reach=timedelta(days=58),
    days_per_request=60,
    root="orders",
    operation="ListedOrders",
    scope="read_orders",
    count="OrdersCount",
)

CUSTOMERS = ShopStream(
    name="customers",
    kind=StreamKind.INCREMENTAL,
    key=("id",),
    cursor="updatedAt",
    settle_lag=timedelta(minutes=5),
    overlap=timedelta(minutes=60),
    subject="id",
    personal=(
        PersonalField("firstName", NAME),
        PersonalField("lastName", NAME),
        PersonalField("note", TEXT),
        PersonalField("defaultEmailAddress.emailAddress", EMAIL),
        PersonalField("defaultPhoneNumber.phoneNumber", PHONE),
        *_address("defaultAddress"),
    ),
    root="customers",
    operation="Customers",
    scope="read_customers",
    count="CustomersCount",
    bulk="bulk_customers",
)

# A deleted product leaves no row to find by its update time, and one that has not changed since
# the project's first day would never be met: the catalogue is read whole.
PRODUCTS = ShopStream(
    name="products",
    kind=StreamKind.SNAPSHOT,
    key=("id",),
    root="products",
    operation="Products",
    scope="read_products",
    count="ProductsCount",
    again="ProductAgain",
    nested=(Nested(("variants",), "ProductVariants"),),
    bulk="bulk_products",
    bulk_children="variants",
)

SHOP = ShopStream(
    name="shop",
    kind=StreamKind.SNAPSHOT,
    key=("id",),
    root="shop",
    operation="Shop",
    scope="",
)

STREAMS: tuple[ShopStream, ...] = (SHOP, ORDERS, LISTED_ORDERS, CUSTOMERS, PRODUCTS)
