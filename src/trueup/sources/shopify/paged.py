"""Reads a search page by page, in an order that updates can only move objects forward in.

```
since        reached.at                      until
  [──────────────|─────────────────────────────)
   delivered      └─ a new search begins here: after a stop, and before cursors reach too far
```
"""

from collections.abc import Iterator, Sequence

import msgspec

from trueup.core.page import Page
from trueup.core.window import Window
from trueup.errors import ContractError, IntegrityError
from trueup.sources.key_set import KeySet, content_key
from trueup.sources.pagination import PageChain
from trueup.sources.shopify.client import GraphqlApi, Reply
from trueup.sources.shopify.nested_pages import NestedPageReader
from trueup.sources.shopify.search_queries import (
    OBJECTS_PER_SEARCH,
    follow,
    instant,
    page_of,
    prove_count,
    search_between,
)
from trueup.sources.shopify.streams import ShopStream


class Stamp(msgspec.Struct, rename="camel"):
    """Id and update time of a record, for paging."""

    id: str | None = None
    updated_at: str | None = None


class Reached(msgspec.Struct, frozen=True):
    """Everything before `at` is delivered, and of that very second the records `ids`.

    `delivered` counts all of them; a bookmark of an earlier version does not tell it.
    """

    at: str
    ids: tuple[str, ...] = ()
    delivered: int | None = None


def decode_bookmark(bookmark: str) -> Reached:
    """Raises IntegrityError for a bookmark that was not written here."""
    try:
        return msgspec.json.decode(bookmark, type=Reached)
    except msgspec.MsgspecError as error:
        raise IntegrityError(
            f"not a bookmark of this connector: {bookmark!r}",
            why="Where the last run got to cannot be told, so nothing was read.",
            hint="Report it with this message: no other program writes bookmarks.",
            code="TUP-729",
        ) from error


class PagedRead:
    """One read of one stream, from a bookmark or the window's beginning to the window's end."""

    def __init__(self, api: GraphqlApi, stream: ShopStream, window: Window) -> None:
        self._api = api
        self._stream = stream
        self._window = window
        self._filler = NestedPageReader(api, stream)
        self._delivered = KeySet()
        self._reached = Reached(instant(window.since), delivered=0)
        self._before = 0
        self._is_finished = False

    def pages(self, bookmark: str | None) -> Iterator[Page]:
        """Pages by update time; each one's bookmark leads behind it, without doubling.

        Raises MissingObjectsError when the shop counts more objects than were received, those
        before the bookmark included.
        """
        if bookmark is not None:
            self._resume(decode_bookmark(bookmark))
        whole_search = self._search()
        while not self._is_finished:
            yield from self._stretch()
        prove_count(self._api, self._stream, whole_search, len(self._delivered))

    def _resume(self, reached: Reached) -> None:
        """Go on from a bookmark, once what lies before it is proved to have come."""
        self._reached = reached
        self._delivered.add(reached.ids)
        if reached.delivered is None:
            return
        self._before = reached.delivered - len(reached.ids)
        search = search_between("updated_at", instant(self._window.since), reached.at)
        prove_count(self._api, self._stream, search, self._before)

    def _search(self) -> str:
        return search_between("updated_at", self._reached.at, instant(self._window.until))

    def _stretch(self) -> Iterator[Page]:
        """One search, as far as its cursors may be followed."""
        begun_at, search, cursor = self._reached, self._search(), None
        chain = PageChain(f"{self._stream.name} {search}")
        while chain.records < OBJECTS_PER_SEARCH:
            reply = page_of(self._api, self._stream, search, cursor)
            stamps = [_stamp(record) for record in reply.records]
            keys = identities(reply.records, stamps)
            cursor = follow(chain, reply, self._stream.root, keys)
            self._delivered.add(keys)
            yield self._page(reply, stamps)
            if cursor is None:
                self._is_finished = True
                return
        if self._reached.at == begun_at.at:
            message = f"{self._stream.name}: over {OBJECTS_PER_SEARCH} records of {begun_at.at}"
            raise ContractError(message, why="Paging cannot get beyond one second.", code="TUP-546")

    def _page(self, reply: Reply, stamps: list[Stamp]) -> Page:
        pairs = zip(reply.records, stamps, strict=True)
        records = [record for record, stamp in pairs if not _is_known(stamp, self._reached)]
        self._note(stamps)
        return Page(
            records=[self._filler.whole(record) for record in records],
            trace=reply.answer.trace,
            bookmark=msgspec.json.encode(self._reached).decode(),
        )

    def _note(self, stamps: list[Stamp]) -> None:
        times = [stamp.updated_at for stamp in stamps if stamp.updated_at]
        latest = max(times, default="")
        if latest < self._reached.at:
            return
        same = self._reached.ids if latest == self._reached.at else ()
        ids = [stamp.id for stamp in stamps if stamp.id and stamp.updated_at == latest]
        delivered = None
        if self._reached.delivered is not None:
            delivered = self._before + len(self._delivered)
        self._reached = Reached(latest, tuple(dict.fromkeys([*same, *ids])), delivered)


def identities(records: Sequence[bytes], stamps: list[Stamp]) -> list[str]:
    """One text per record: its id or, of one that cannot be read, a hash of its content."""
    pairs = zip(records, stamps, strict=True)
    return [stamp.id or content_key(record) for record, stamp in pairs]


def _stamp(record: bytes) -> Stamp:
    try:
        return msgspec.json.decode(record, type=Stamp)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        # Whoever takes the record keeps it aside; paging goes by its neighbours.
        return Stamp()


def _is_known(stamp: Stamp, reached: Reached) -> bool:
    return stamp.updated_at == reached.at and stamp.id in reached.ids


def read_snapshot(api: GraphqlApi, stream: ShopStream) -> Iterator[Page]:
    """All objects by id; only the whole of it counts, so pages have no bookmark."""
    filler, chain, cursor = NestedPageReader(api, stream), PageChain(stream.name), None
    while True:
        reply = page_of(api, stream, "", cursor)
        keys = identities(reply.records, [_stamp(record) for record in reply.records])
        cursor = follow(chain, reply, stream.root, keys)
        records = [filler.whole(record) for record in reply.records]
        yield Page(records=records, trace=reply.answer.trace)
        if cursor is None:
            prove_count(api, stream, "", chain.distinct)
            return
