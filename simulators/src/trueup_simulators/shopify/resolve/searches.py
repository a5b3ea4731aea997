"""Searches of orders, customers and products, and the pages of their results."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from graphql import GraphQLError

from trueup_simulators.shopify.keyset import Keyset
from trueup_simulators.shopify.plan import DocumentError
from trueup_simulators.shopify.resolve.context import Context
from trueup_simulators.shopify.search import Search, SearchSyntaxError, parse_search
from trueup_simulators.world import Order


class Kind(NamedTuple):
    """Fields of a type of object that can be searched and sorted."""

    updated: Callable[[Context, datetime, datetime], Sequence[int]]
    created: Callable[[Context, datetime, datetime], Sequence[int]]
    load: Callable[[Context, int], Any]
    searchable: frozenset[str]


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
    updated, created = search.span("updated_at"), search.span("created_at")
    processed = search.span("processed_at")

    def accepts(item: Any) -> bool:
        if item is None or item.updated_at not in updated or item.created_at not in created:
            return False
        if isinstance(item, Order) and not (
            item.created_at >= oldest
            and item.processed_at in processed
            and _words_fit(search, item)
        ):
            return False
        return search.accepts("id", str(item.id))

    return accepts


def _words_fit(search: Search, order: Order) -> bool:
    return search.accepts("test", str(order.test)) and search.accepts(
        "financial_status", order.financial_status
    )


def searched(context: Context, name: str, kind: Kind, args: Mapping[str, Any]) -> Search:
    """Search of a root field's arguments; ignored ones are reported beside the data."""
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


def keyset_of(context: Context, kind: Kind, search: Search, sort: str | None) -> Keyset:
    """Results of a search, in the order of its sort key."""
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
