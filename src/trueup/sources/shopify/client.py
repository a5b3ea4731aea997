"""One operation sent, one answer taken apart: records as bytes, the rest as values."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from trueup.errors import ContractError
from trueup.sources.adaptive_size import AdaptiveSizes
from trueup.sources.context import SourceContext
from trueup.sources.http import Answer, AskForLessError, HttpClient
from trueup.sources.records import Records, split
from trueup.sources.shopify.cost_limiter import CostLimiter
from trueup.sources.shopify.documents import API_VERSION, document
from trueup.sources.shopify.errors import classify, ignored_terms

# Where Shopify keeps the files of bulk operations, beside the shop's own address.
FILE_HOSTS = ("storage.googleapis.com", "cdn.shopify.com")


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: the records of the list that was asked for, and everything around them."""

    records: Sequence[bytes]
    data: dict[str, Any]
    answer: Answer

    def object_bytes(self, name: str) -> bytes | None:
        """The object under `name` in `data`, byte for byte; None when it is null."""
        found = msgspec.json.decode(self.answer.body, type=_Objects).data[name]
        return None if bytes(found) == b"null" else bytes(found)


class _Objects(msgspec.Struct):
    data: dict[str, msgspec.Raw]


class GraphqlApi:
    """The Admin API of one shop under one token. Thread-safe."""

    def __init__(self, base_url: str, token: str, context: SourceContext) -> None:
        self._path = f"admin/api/{API_VERSION}/graphql.json"
        self._gauge = CostLimiter(context)
        self._sizes = AdaptiveSizes()
        self._http = HttpClient(
            base_url,
            context=context,
            headers={"X-Shopify-Access-Token": token},
            classify=classify,
        )

    def page(
        self, operation: str, variables: dict[str, Any], records_at: tuple[str, ...], largest: int
    ) -> Reply:
        """One page of at most `largest` objects, of fewer while the shop cannot answer in time."""
        size = self._sizes.of(operation, largest)
        while True:
            first = size.now
            asked = {**variables, "first": first}
            try:
                reply = self.call(operation, asked, records_at, can_shrink=first > 1)
            except AskForLessError:
                size.shrink(first)
                continue
            size.worked(first)
            return reply

    def call(
        self,
        operation: str,
        variables: dict[str, Any],
        records_at: tuple[str, ...] = (),
        *,
        can_shrink: bool = False,
    ) -> Reply:
        """Send an operation; `records_at` leads from `data` to the list that is kept as bytes.

        Raises what `classify` and the client raise, and ContractError when a search term was
        ignored: the answer is then that of another question.
        """
        self._gauge.wait_for(operation)
        answer = self._http.request(
            "POST",
            self._path,
            body={"query": document(operation), "variables": variables},
            can_shrink=can_shrink,
        )
        parts = _parts(answer, records_at)
        rest = parts.rest if isinstance(parts.rest, dict) else {}
        self._gauge.observe(operation, (rest.get("extensions") or {}).get("cost") or {})
        if ignored := ignored_terms(rest):
            raise ContractError(
                f"{answer.where}: {operation}: search terms ignored: {', '.join(ignored)}",
                why="The answer holds more than was asked for.",
                code="TUP-542",
            )
        if not isinstance(rest.get("data"), dict):
            raise ContractError(f"{answer.where}: {operation}: no data", code="TUP-545")
        return Reply(parts.records, rest["data"], answer)

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def download(self, url: str) -> Iterator[bytes]:
        """The pieces of a result file; it lies in the vendor's storage and gets no token."""
        return self._http.download(url, FILE_HOSTS)


def _parts(answer: Answer, records_at: tuple[str, ...]) -> Records:
    if records_at:
        return split(answer.body, ("data", *records_at))
    return Records(records=[], rest=answer.json())
