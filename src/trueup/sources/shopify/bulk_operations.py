"""Reads a stream by a bulk operation: one job, one file, counted before it is believed."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from trueup.core.page import Page, RequestTrace
from trueup.errors import AccessError, ContractError, TransientError
from trueup.sources.context import SourceContext
from trueup.sources.redaction import shown_body
from trueup.sources.shopify.client import GraphqlApi
from trueup.sources.shopify.documents import bulk_document
from trueup.sources.shopify.search_queries import prove_count
from trueup.sources.shopify.streams import ShopStream

RECORDS_PER_PAGE = 1_000
FIRST_POLL_SECONDS = 1.0
POLL_CAP_SECONDS = 30.0
MAX_WAIT_SECONDS = 6 * 3600.0
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")


class _Line(msgspec.Struct):
    id: str
    parent_id: str | None = msgspec.field(name="__parentId", default=None)


class BulkRead:
    """One bulk read of one stream; `search` is never sorted, since sorted ones lost rows."""

    def __init__(
        self, api: GraphqlApi, stream: ShopStream, search: str, context: SourceContext
    ) -> None:
        assert stream.bulk is not None
        self._api = api
        self._stream = stream
        self._search = search
        self._query = bulk_document(stream.bulk, search)
        self._any_window = bulk_document(stream.bulk, "\x00").split("\x00")
        self._context = context

    def pages(self) -> Iterator[Page]:
        """All records, without bookmarks: only the whole file counts.

        Raises TransientError when the job failed, was cancelled, expired, or its file holds
        fewer objects than the job counted; AccessError when the token may not read them.
        """
        job = self._finished(self._adopted() or self._started())
        if job["status"] != "COMPLETED":
            raise self._failure(job)
        body, trace = self._file(job)
        records, roots = whole_records(self._stream, body, job)
        for start in range(0, len(records), RECORDS_PER_PAGE):
            yield Page(records=records[start : start + RECORDS_PER_PAGE], trace=trace)
        prove_count(self._api, self._stream, self._search, roots)

    def _adopted(self) -> dict[str, Any] | None:
        """A stopped run's job for this very window; its jobs for other windows are cancelled."""
        reply = self._api.call("UnfinishedBulkJobs", {"search": "operation_type:query"})
        found = None
        for job in reply.data["bulkOperations"]["nodes"]:
            if job["status"] not in UNFINISHED:
                continue
            if job["query"] == self._query and job["status"] != "CANCELING":
                found = job
            elif self._is_of_this_stream(job["query"]):
                self._api.call("CancelBulk", {"id": job["id"]})
        return found

    def _is_of_this_stream(self, query: str) -> bool:
        head, tail = self._any_window
        return query.startswith(head) and query.endswith(tail)

    def _started(self) -> dict[str, Any]:
        for seconds in _pauses():
            payload = self._api.call("StartBulk", {"query": self._query}).data[
                "bulkOperationRunQuery"
            ]
            errors = payload["userErrors"]
            if not errors:
                job: dict[str, Any] = payload["bulkOperation"]
                return job
            if errors[0]["code"] not in ("OPERATION_IN_PROGRESS", "LIMIT_REACHED"):
                raise ContractError(f"{self._where}: {errors[0]['message']}", code="TUP-540")
            self._context.sleep(seconds)
        raise _too_long(f"{self._where}: other jobs of this app took up all places")

    def _finished(self, job: dict[str, Any]) -> dict[str, Any]:
        for seconds in _pauses():
            if job["status"] not in UNFINISHED:
                return job
            self._context.sleep(seconds)
            job = self._api.call("BulkJob", {"id": job["id"]}).data["bulkOperation"]
        self._api.call("CancelBulk", {"id": job["id"]})
        raise _too_long(f"{self._where}: not done after {MAX_WAIT_SECONDS / 3600:.0f} hours")

    def _failure(self, job: dict[str, Any]) -> AccessError | TransientError:
        told = f"{self._where}: {job['status']} {job['errorCode'] or ''}".rstrip()
        if job["errorCode"] == "ACCESS_DENIED":
            hint = f"Grant the app the scope {self._stream.scope}."
            return AccessError(told, hint=hint, code="TUP-411")
        # A failed job's partial file is a beginning of unknown length: it is not taken.
        return TransientError(told, hint="Run again; the window stays open.", code="TUP-761")

    def _file(self, job: dict[str, Any]) -> tuple[bytes, RequestTrace]:
        body = b""
        trace = RequestTrace(method="GET", url=f"bulk-operation:{job['id']}", status=200)
        if job["url"] is not None:
            body, trace = self._api.download(job["url"])
        # The file's address ends within days and says nothing; the job's query does.
        sha256, query = shown_body(self._query.encode(), ())
        return body, msgspec.structs.replace(trace, request_sha256=sha256, request_body=query)

    @property
    def _where(self) -> str:
        return f"bulk operation for {self._stream.name}"


def _too_long(told: str) -> TransientError:
    return TransientError(told, hint="Run again later; the window stays open.", code="TUP-762")


def _pauses() -> Iterator[float]:
    """Growing pauses that add up to MAX_WAIT_SECONDS."""
    seconds, left = FIRST_POLL_SECONDS, MAX_WAIT_SECONDS
    while left > 0:
        yield seconds
        left -= seconds
        seconds = min(POLL_CAP_SECONDS, seconds * 1.5)


def whole_records(stream: ShopStream, body: bytes, job: dict[str, Any]) -> tuple[list[bytes], int]:
    """One record per root, its children inside it, and how many roots there are.

    Lines come in no order: a child may stand before its parent, or far behind it.
    """
    lines = [line for line in body.split(b"\n") if line]
    places = [_place(line, stream) for line in lines]
    roots = sum(place.parent_id is None for place in places)
    _check_counts(stream, job, len(lines), roots)
    if roots == len(lines):
        return lines, roots
    children: dict[str, list[bytes]] = {p.id: [] for p in places if p.parent_id is None}
    for line, place in zip(lines, places, strict=True):
        if place.parent_id is not None:
            if place.parent_id not in children:
                raise ContractError(f"{stream.name}: a child of an unknown parent", code="TUP-544")
            children[place.parent_id].append(line)
    pairs = zip(lines, places, strict=True)
    return [
        _joined(line, children[p.id], stream) for line, p in pairs if p.parent_id is None
    ], roots


def _place(line: bytes, stream: ShopStream) -> _Line:
    try:
        return msgspec.json.decode(line, type=_Line)
    except msgspec.MsgspecError as error:
        message = f"{stream.name}: a line of the result is not whole: {error}"
        raise TransientError(message, code="TUP-761") from None


def _check_counts(stream: ShopStream, job: dict[str, Any], lines: int, roots: int) -> None:
    announced = int(job["objectCount"]), int(job["rootObjectCount"])
    if announced != (lines, roots):
        raise TransientError(
            f"{stream.name}: the job counted {announced[0]} objects, {announced[1]} of them at the "
            f"root; its file holds {lines} and {roots}",
            why="The file is not whole, so nothing of it was taken.",
            code="TUP-761",
        )


def _joined(line: bytes, children: Sequence[bytes], stream: ShopStream) -> bytes:
    """The root's line with its children's lines in the place where a page would have them."""
    if stream.bulk_children is None:
        return line
    name = msgspec.json.encode(stream.bulk_children)
    info = b'"pageInfo":{"hasNextPage":false,"endCursor":null}'
    inside = b'{"nodes":[' + b",".join(children) + b"]," + info + b"}"
    return line.rstrip()[:-1] + b"," + name + b":" + inside + b"}"
