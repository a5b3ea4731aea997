"""The fields of the query root, seen at one instant."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from graphql import GraphQLError

from trueup_simulators.shopify.bulk import BulkJob, BulkJobs
from trueup_simulators.shopify.errors import AccessDeniedError, denied, unapproved
from trueup_simulators.shopify.keyset import Keyset
from trueup_simulators.shopify.paging import Page, page_of_list
from trueup_simulators.shopify.plan import DocumentError, Resolver
from trueup_simulators.shopify.search import Search, SearchSyntaxError, parse_search
from trueup_simulators.shopify.settings import ShopState
from trueup_simulators.shopify.sources import Counted, RefundOf
from trueup_simulators.world import Customer, Order, Product, Variant

UNLISTED_AFTER = timedelta(days=60)
DEFAULT_COUNT_LIMIT = 10_000

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
_PAGE_FAULTS = (
    "last_page_lost",
    "null_cursor",
    "duplicate_page",
    "duplicate_delivery",
    "empty_200",
    "access_denied",
)


class Kind(NamedTuple):
    """What can be searched and sorted of a type of object."""

    updated: Callable[["Context", datetime, datetime], Sequence[int]]
    created: Callable[["Context", datetime, datetime], Sequence[int]]
    load: Callable[["Context", int], Any]
    searchable: frozenset[str]


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
        """Why the token may not read a field, or None."""
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
        """Without read_all_orders only the last 60 days exist, as far as the API tells."""
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


def _sorted_ids(items: Sequence[Any], name: str, since: datetime, until: datetime) -> list[int]:
    keyed = [(getattr(item, name), item.id) for item in items]
    return [number for value, number in sorted(keyed) if since <= value < until]


KINDS: dict[str, Kind] = {
    "orders": Kind(
        lambda c, since, until: c.world.order_ids_updated(since, until, c.at),
        lambda c, since, until: c.world.order_ids_created(since, until, c.at),
        Context.order,
        frozenset({"updated_at", "created_at", "processed_at", "id", "test", "financial_status"}),
    ),
    "customers": Kind(
        lambda c, since, until: c.world.customer_ids_updated(since, until, c.at),
        lambda c, since, until: _sorted_ids(c.world.customers(c.at), "created_at", since, until),
        Context.customer,
        frozenset({"updated_at", "created_at", "id"}),
    ),
    "products": Kind(
        lambda c, since, until: _sorted_ids(c.world.products(c.at), "updated_at", since, until),
        lambda c, since, until: _sorted_ids(c.world.products(c.at), "created_at", since, until),
        Context.product,
        frozenset({"updated_at", "created_at", "id"}),
    ),
}


def _accepts(search: Search, oldest: datetime) -> Callable[[Any], bool]:
    def accepts(item: Any) -> bool:
        if item is None or (isinstance(item, Order) and not _order_fits(search, item, oldest)):
            return False
        times = item.updated_at in search.span("updated_at")
        times = times and item.created_at in search.span("created_at")
        return times and search.accepts("id", str(item.id))

    return accepts


def _order_fits(search: Search, order: Order, oldest: datetime) -> bool:
    return (
        order.created_at >= oldest
        and order.processed_at in search.span("processed_at")
        and search.accepts("test", str(order.test))
        and search.accepts("financial_status", order.financial_status)
    )


def _searched(context: Context, name: str, kind: Kind, args: Mapping[str, Any]) -> Search:
    try:
        search = parse_search(args.get("query"), kind.searchable, context.state.zone)
    except SearchSyntaxError as error:
        raise DocumentError([GraphQLError(str(error))]) from error
    rule = context.state.faults.take("shopify", name, {"search_ignored"})
    if rule is not None:
        search.ignored, search.spans = list(search.spans), {}
    if (warning := search.warnings([name])) is not None:
        context.searches.append(warning)
    return search


def _keyset(context: Context, kind: Kind, search: Search, sort: str | None) -> Keyset:
    by_update = sort == "UPDATED_AT"
    if sort not in (None, "ID", "CREATED_AT", "UPDATED_AT", "PROCESSED_AT"):
        raise DocumentError([GraphQLError(f"sort key {sort} is not served by this simulator")])
    ids = kind.updated if by_update else kind.created
    name = "updated_at" if by_update else "created_at"
    return Keyset(
        ids_between=lambda since, until: ids(context, since, until),
        load=lambda number: kind.load(context, number),
        value=lambda item: getattr(item, name),
        accepts=_accepts(search, context.oldest_order),
        span=search.span(name),
    )


def _connection(name: str) -> Resolver:
    def resolve(_source: Any, args: Mapping[str, Any], context: Context) -> Page:
        kind = KINDS[name]
        search = _searched(context, name, kind, args)
        keyset = _keyset(context, kind, search, args.get("sortKey"))
        if context.unpaged:
            return page_of_list(keyset.everything(), {})
        return _disturbed(context, name, keyset, args)

    return resolve


def _disturbed(context: Context, name: str, keyset: Keyset, args: Mapping[str, Any]) -> Page:
    rule = context.state.faults.take("shopify", name, _PAGE_FAULTS)
    fault = rule.kind if rule else ""
    if fault == "access_denied":
        raise AccessDeniedError(denied(name, TYPE_SCOPES[name.removesuffix("s").title()]))
    if fault == "duplicate_page":
        args = {**args, "after": None}
    page = keyset.page(args, context.settings.objects_per_paging)
    if fault == "empty_200":
        return Page([], [])
    if fault == "last_page_lost":
        return replace(page, has_next=False)
    if fault == "null_cursor":
        return replace(page, has_next=True, end_cursor_lost=True)
    return page.with_first_twice() if fault == "duplicate_delivery" else page


def _count(name: str) -> Resolver:
    def resolve(_source: Any, args: Mapping[str, Any], context: Context) -> Counted:
        kind = KINDS[name]
        search = _searched(context, f"{name}Count", kind, args)
        sort = "UPDATED_AT" if "updated_at" in search.spans else "CREATED_AT"
        keyset = _keyset(context, kind, search, sort)
        alone = set(search.spans) <= {"updated_at" if sort == "UPDATED_AT" else "created_at"}
        sees_all = name != "orders" or "read_all_orders" in context.settings.scopes
        if alone and sees_all and not search.words:
            found = len(keyset.ids_between(keyset.span.since, keyset.span.until))
        else:
            found = len(keyset.everything())
        limit = args.get("limit", DEFAULT_COUNT_LIMIT)
        return Counted(found) if limit is None or found <= limit else Counted(limit, exact=False)

    return resolve


def _number(kind: str, gid: str) -> int | None:
    prefix, _, number = gid.rpartition("/")
    return int(number) if prefix == f"gid://shopify/{kind}" and number.isdigit() else None


def _by_id(kind: str) -> Resolver:
    def resolve(_source: Any, args: Mapping[str, Any], context: Context) -> Any:
        number = _number(kind, args["id"])
        return None if number is None else _LOADERS[kind](context, number)

    return resolve


def _refund(context: Context, number: int) -> RefundOf | None:
    # A refund knows its order; the world finds refunds through orders only.
    ids = context.world.order_ids_updated(*_all_time(context), context.at)
    orders = (context.world.order(order_id, context.at) for order_id in reversed(ids))
    pairs = (RefundOf(refund, order) for order in orders for refund in order.refunds)
    return next((pair for pair in pairs if pair.refund.id == number), None)


def _all_time(context: Context) -> tuple[datetime, datetime]:
    return datetime.min.replace(tzinfo=context.at.tzinfo), context.at + timedelta(days=1)


_LOADERS: dict[str, Callable[[Context, int], Any]] = {
    "Order": Context.order,
    "Customer": Context.customer,
    "Product": Context.product,
    "ProductVariant": Context.variant,
    "Refund": _refund,
    "BulkOperation": Context.job,
}


def _node(_source: Any, args: Mapping[str, Any], context: Context) -> Any:
    for kind, load in _LOADERS.items():
        number = _number(kind, args["id"])
        if number is not None:
            if (message := context.denial("QueryRoot", "node", kind)) is not None:
                raise AccessDeniedError(message)
            return load(context, number)
    raise DocumentError([GraphQLError(f"Invalid id: {args['id']}")])


def _nodes(_source: Any, args: Mapping[str, Any], context: Context) -> list[Any]:
    return [_node(None, {"id": gid}, context) for gid in args["ids"]]


def _bulk_operations(_source: Any, args: Mapping[str, Any], context: Context) -> Page:
    known = frozenset({"status", "operation_type", "id", "created_at"})
    search = parse_search(args.get("query"), known, context.state.zone)
    if (warning := search.warnings(["bulkOperations"])) is not None:
        context.searches.append(warning)
    jobs = [
        job
        for job in context.jobs.look_at_all(context.at)
        if search.accepts("status", job.status) and search.accepts("operation_type", "query")
    ]
    return page_of_list(jobs, args)


QUERY_ROOT: dict[str, Resolver] = {
    **{name: _connection(name) for name in KINDS},
    **{f"{name}Count": _count(name) for name in KINDS},
    "order": _by_id("Order"),
    "customer": _by_id("Customer"),
    "product": _by_id("Product"),
    "bulkOperation": _by_id("BulkOperation"),
    "bulkOperations": _bulk_operations,
    "node": _node,
    "nodes": _nodes,
    "shop": lambda _source, _args, context: context,
    "currentAppInstallation": lambda _source, _args, context: context,
}
