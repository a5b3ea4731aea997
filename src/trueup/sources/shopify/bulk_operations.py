"""Reads a stream by a bulk operation: one job, one file, counted before it is believed."""

import hashlib
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from typing import Any

import msgspec

from trueup.core.page import Page, RequestTrace
from trueup.errors import AccessError, ContractError, TransientError
from trueup.sources.context import SourceContext
from trueup.sources.redaction import redacted_url, shown_body
from trueup.sources.shopify.bulk_file import Counts, Family, lines_of, parsed
from trueup.sources.shopify.client import GraphqlApi
from trueup.sources.shopify.documents import bulk_document
from trueup.sources.shopify.search_queries import prove_count
from trueup.sources.shopify.streams import ShopStream

RECORDS_PER_PAGE = 1_000
FIRST_POLL_SECONDS = 1.0
POLL_CAP_SECONDS = 30.0
MAX_WAIT_SECONDS = 6 * 3600.0
_TOO_MUCH = ("TIMEOUT", "INTERNAL_SERVER_ERROR")
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")


class BulkTooLargeError(TransientError):
    """The shop cannot finish a job over so many objects; pages may do."""

    default_code = "TUP-761"


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
        """All records as they come, without bookmarks: only the whole file counts.

        Raises TransientError when the job failed, was cancelled or expired, BrokenFileError when
        its file holds other objects than the job counted, AccessError when the token may not read
        them.
        """
        job = self._finished(self._adopted() or self._started())
        if job["status"] != "COMPLETED":
            raise self._failure(job)
        counts, ask = Counts(self._stream), self._trace(job)
        pieces = self._api.download(job["url"]) if job["url"] is not None else ()
        for records in _grouped(self._records(lines_of(pieces, self._stream), counts)):
            yield Page(records=records, trace=_of_part(ask, records))
        counts.check(job)
        prove_count(self._api, self._stream, self._search, counts.roots)

    def _records(self, lines: Iterator[bytes], counts: Counts) -> Iterator[bytes]:
        """Lines that are records, or roots with their children once all lines are there."""
        if self._stream.bulk_children is None:
            for group in _grouped(lines):
                counts.add([parsed(line, self._stream) for line in group])
                yield from group
            return
        with closing(Family(self._stream)) as family:
            for group in _grouped(lines):
                places = [parsed(line, self._stream) for line in group]
                counts.add(places)
                family.add(group, places)
            yield from family.records()

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
        if job["errorCode"] in _TOO_MUCH:
            return BulkTooLargeError(told, hint="Run again; the window stays open.")
        # A failed job's partial file is a beginning of unknown length: it is not taken.
        return TransientError(told, hint="Run again; the window stays open.", code="TUP-761")

    def _trace(self, job: dict[str, Any]) -> RequestTrace:
        """Trace of a result file by its query, since its address expires within days."""
        sha256, query = shown_body(self._query.encode(), ())
        return RequestTrace(
            method="GET",
            url=redacted_url(job["url"] or f"bulk-operation:{job['id']}"),
            status=200,
            request_sha256=sha256,
            request_body=query,
        )

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


def _grouped(texts: Iterator[bytes]) -> Iterator[list[bytes]]:
    while group := list(islice(texts, RECORDS_PER_PAGE)):
        yield group


def _of_part(trace: RequestTrace, records: list[bytes]) -> RequestTrace:
    """The trace of a page: hash and size are those of its part of the file."""
    digest, size = hashlib.sha256(), 0
    for record in records:
        digest.update(record)
        size += len(record)
    return msgspec.structs.replace(trace, body_sha256=digest.hexdigest(), body_bytes=size)
