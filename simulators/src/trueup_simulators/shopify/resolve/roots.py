"""The fields of the query root, seen at one instant."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from trueup_simulators.shopify.errors import AccessDeniedError, denied
from trueup_simulators.shopify.keyset import Keyset
from trueup_simulators.shopify.paging import Page, page_of_list
from trueup_simulators.shopify.plan import DocumentError, Resolver
from trueup_simulators.shopify.resolve.connections import Counted
from trueup_simulators.shopify.resolve.context import TYPE_SCOPES, Context
from trueup_simulators.shopify.resolve.searches import KINDS, keyset_of, searched
from trueup_simulators.shopify.resolve.sources import RefundOf
from trueup_simulators.shopify.search import parse_search

DEFAULT_COUNT_LIMIT = 10_000
_PAGE_FAULTS = (
    "last_page_lost",
    "null_cursor",
    "duplicate_page",
    "duplicate_records",
    "duplicate_delivery",
    "empty_200",
    "access_denied",
)


def _connection(name: str) -> Resolver:
    def resolve(_source: Any, args: Mapping[str, Any], context: Context) -> Page:
        kind = KINDS[name]
        search = searched(context, name, kind, args)
        keyset = keyset_of(context, kind, search, args.get("sortKey"))
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
        return page_of_list([], {})
    if fault == "last_page_lost":
        return replace(page, has_next=False)
    if fault == "null_cursor":
        return replace(page, has_next=True, end_cursor_lost=True)
    if fault == "duplicate_records":
        first = keyset.page({**args, "after": None}, context.settings.objects_per_paging)
        return replace(page, nodes=first.nodes[: len(page.nodes)])
    return page.with_first_twice() if fault == "duplicate_delivery" else page


def _count(name: str) -> Resolver:
    def resolve(_source: Any, args: Mapping[str, Any], context: Context) -> Counted:
        kind = KINDS[name]
        search = searched(context, f"{name}Count", kind, args)
        sort = "UPDATED_AT" if "updated_at" in search.spans else "CREATED_AT"
        keyset = keyset_of(context, kind, search, sort)
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
