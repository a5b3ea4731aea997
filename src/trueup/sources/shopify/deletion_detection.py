"""Lists order ids per creation day. An id that is no longer listed was deleted."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from trueup.core.page import Page
from trueup.core.window import Window
from trueup.errors import AccessError, ContractError
from trueup.sources.pagination import PageChain
from trueup.sources.shopify.client import GraphqlApi, Reply
from trueup.sources.shopify.search_queries import (
    follow,
    instant,
    page_of,
    prove_count,
    search_between,
)
from trueup.sources.shopify.streams import LISTED_ORDERS
from trueup.sources.shopify.totals import parts

SIGHT_WITHOUT_ALL_ORDERS = timedelta(days=60)


# Exactly what was asked for, in its order: whoever takes the record cannot but take it.
_LISTED = re.compile(
    rb'\s*\{\s*"id"\s*:\s*"(gid://shopify/Order/\d+)"\s*,'
    rb'\s*"createdAt"\s*:\s*"([0-9T:.+-]+Z?)"\s*\}\s*'
)


def read_listing(api: GraphqlApi, window: Window, zone: ZoneInfo, now: datetime) -> Iterator[Page]:
    """Every order of the window that is old enough to be in the shop's index.

    Raises ContractError for a record that is not an order of the window: what a listing lacks
    counts as deleted, so nothing of it may be quarantined. Raises TransientError when the shop
    counts more orders than were received.
    """
    settled = now - LISTED_ORDERS.settle_lag
    for part in parts(api, window, zone):
        if part.since < settled:
            yield from _part(api, Window(part.since, min(part.until, settled)))


def _part(api: GraphqlApi, part: Window) -> Iterator[Page]:
    search = search_between("created_at", instant(part.since), instant(part.until))
    chain, cursor = PageChain(f"listed orders {search}"), None
    while True:
        reply = page_of(api, LISTED_ORDERS, search, cursor)
        cursor = follow(chain, reply, LISTED_ORDERS.root, list(_ids(reply, part)))
        yield Page(records=list(reply.records), trace=reply.answer.trace)
        if cursor is None:
            prove_count(api, LISTED_ORDERS, search, chain.distinct)
            return


def _ids(reply: Reply, part: Window) -> Iterator[str]:
    for record in reply.records:
        if (found := _LISTED.fullmatch(bytes(record))) is None:
            raise ContractError(
                f"{reply.answer.where}: a listed order cannot be read", code="TUP-545"
            )
        if not part.since <= datetime.fromisoformat(found[2].decode()) < part.until:
            where, order = reply.answer.where, found[1].decode()
            raise ContractError(f"{where}: {order} was not asked for", code="TUP-542")
        yield found[1].decode()


def is_out_of_sight(window: Window, now: datetime) -> bool:
    """True if seeing every order of the window takes the scope read_all_orders."""
    return window.since < now - SIGHT_WITHOUT_ALL_ORDERS


def check_sight(window: Window, granted: set[str]) -> None:
    """Raises AccessError for old days if the token may not see every order of them."""
    if "read_all_orders" in granted:
        return
    raise AccessError(
        f"orders of {window.since:%Y-%m-%d} cannot be listed without read_all_orders",
        why="The token does not see orders older than 60 days; they would count as deleted.",
        hint="Grant the app the scope read_all_orders, or name later days.",
        code="TUP-411",
    )
