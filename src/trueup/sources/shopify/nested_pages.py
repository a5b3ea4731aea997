"""Makes records whole: connections inside them that did not fit are read to their end."""

from functools import partial
from typing import Any

import msgspec

from trueup.errors import ContractError, IncompleteReadError, TransientError, TrueupError
from trueup.sources.key_set import RecordKeys
from trueup.sources.pagination import PageChain
from trueup.sources.shopify.client import GraphqlApi
from trueup.sources.shopify.nested import (
    Unread,
    goes_on,
    lengthened,
    replaced,
    unread_parts,
    value_at,
)
from trueup.sources.shopify.search_queries import LARGEST_PAGE
from trueup.sources.shopify.streams import ShopStream

TRIES = 3
_ID = RecordKeys(("id",))


class _ChangedError(Exception):
    """The record was changed between its page and the rest of it."""


class NestedPageReader:
    """Completes the records of one stream.

    A record that fits is handed on as it is. Of one that does not, the bytes of its own page and
    of the following ones are put together; when it was changed meanwhile, it is read anew, so
    that a record is always of one version. In one version nothing comes twice.
    """

    def __init__(self, api: GraphqlApi, stream: ShopStream) -> None:
        self._api = api
        self._stream = stream

    def whole(self, record: bytes) -> bytes:
        """The record with all its parts.

        Raises ContractError for a connection that goes on and that nothing here reads, and
        TransientError for a record that keeps changing.
        """
        if not goes_on(record):
            return record
        failure: TrueupError = _restless(
            f"{self._stream.name}: a record changed during each of {TRIES} reads"
        )
        for _ in range(TRIES):
            try:
                return self._filled(record)
            except _ChangedError:
                record = self._anew(record)
            except IncompleteReadError as error:
                failure, record = error, self._anew(record)
            except msgspec.MsgspecError:
                # Not valid JSON: whoever takes the record keeps it aside as it is.
                return record
        raise failure

    def _filled(self, record: bytes) -> bytes:
        version = msgspec.json.decode(record)["updatedAt"]
        for part in unread_parts(record, self._stream.nested):
            nodes, page_info = self._rest(part, version)
            longer = partial(lengthened, nodes=nodes, page_info=page_info)
            record = replaced(record, part.place, longer)
        if goes_on(record):
            message = f"{self._stream.name}: a connection inside a record goes on unread"
            raise ContractError(message, hint="Declare it in `nested`.", code="TUP-543")
        return record

    def _rest(self, part: Unread, version: str) -> tuple[list[bytes], bytes]:
        """The objects after the record's own page, and the page info of the last page."""
        nested, cursor = part.nested, part.end_cursor
        chain = PageChain(f"{self._stream.name}: {'.'.join(nested.path)}")
        chain.page(_ID(part.own), bookmark=cursor or "")
        nodes: list[bytes] = []
        while True:
            variables = {"id": part.owner_id, "after": cursor}
            at = ("node", *nested.below_owner, "nodes")
            reply = self._api.page(nested.operation, variables, at, LARGEST_PAGE)
            info = _page_info(reply.data["node"], part, version)
            nodes += reply.records
            cursor = (info["endCursor"] or "") if info["hasNextPage"] else None
            chain.page(_ID(reply.records), bookmark=cursor)
            if cursor is None:
                chain.refuse_repeats()
                return nodes, msgspec.json.encode(info)

    def _anew(self, record: bytes) -> bytes:
        assert self._stream.again is not None
        reply = self._api.call(self._stream.again, {"id": msgspec.json.decode(record)["id"]})
        found = reply.object_bytes("node")
        if found is None:
            # Deleted meanwhile: what was read of it before stands in no page any more.
            raise _restless(f"{self._stream.name}: a record was deleted while it was read")
        return found


def _restless(told: str) -> TransientError:
    return TransientError(told, hint="Run again; the window stays open.", code="TUP-764")


def _page_info(owner: dict[str, Any] | None, part: Unread, version: str) -> dict[str, Any]:
    if value_at(owner, part.nested.version) != version:
        raise _ChangedError
    connection: dict[str, Any] = value_at(owner, part.nested.below_owner)
    info: dict[str, Any] = connection["pageInfo"]
    return info
