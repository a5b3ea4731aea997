"""Searches of a shop: their text, one page of one, and the proof that all of it came."""

from collections.abc import Sequence
from datetime import datetime

from trueup.core.stream import StreamKind
from trueup.core.window import Window
from trueup.errors import ContractError
from trueup.sources.pagination import PageChain
from trueup.sources.shopify.client import GraphqlApi, Reply
from trueup.sources.shopify.errors import MissingObjectsError
from trueup.sources.shopify.streams import ShopStream

LARGEST_PAGE = 250
# Cursors reach 25,000 objects; before that a new search begins at the last update time.
OBJECTS_PER_SEARCH = 20_000


def instant(moment: datetime) -> str:
    """A time as the API writes it: whole seconds, UTC."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def search_between(field: str, since: str, until: str) -> str:
    """The search for a half-open span of a time field."""
    return f"{field}:>='{since}' AND {field}:<'{until}'"


def window_search(stream: ShopStream, window: Window) -> str:
    """Search text of a read of the window; empty for a snapshot."""
    if stream.kind is StreamKind.SNAPSHOT:
        return ""
    return search_between("updated_at", instant(window.since), instant(window.until))


def page_of(api: GraphqlApi, stream: ShopStream, search: str, cursor: str | None) -> Reply:
    """One page of a stream's connection."""
    variables = {"after": cursor, "search": search}
    return api.page(stream.operation, variables, (stream.root, "nodes"), stream.page_size)


def follow(chain: PageChain, reply: Reply, root: str, keys: Sequence[str]) -> str | None:
    """The cursor of the next page, None on the last one; refuses a next page without cursor."""
    connection = reply.data.get(root)
    if not isinstance(connection, dict):
        # Without an error beside it, a null connection is still not "no rows".
        raise ContractError(f"{reply.answer.where}: {root} is null", code="TUP-545")
    info = connection["pageInfo"]
    cursor: str | None = (info["endCursor"] or "") if info["hasNextPage"] else None
    chain.page(keys, bookmark=cursor)
    return cursor


def count_of(api: GraphqlApi, operation: str, search: str) -> int:
    """Number of objects that a search finds; a lower bound where the vendor stops counting."""
    data = api.call(operation, {"search": search}).data
    return int(next(iter(data.values()))["count"])


def prove_count(api: GraphqlApi, stream: ShopStream, search: str, received: int) -> None:
    """The shop must not know more objects than were received.

    It may know fewer: an object that is updated meanwhile leaves the window for a later one.
    """
    if stream.count is None:
        return
    announced = count_of(api, stream.count, search)
    if announced > received:
        raise MissingObjectsError(
            f"{stream.name}: the shop counts {announced}, {received} received",
            why="The window is not proved complete, so it stays open and is read again.",
            hint="Run again; if it stays, a page was lost on the way.",
        )
