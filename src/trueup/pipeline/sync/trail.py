"""The requests behind a batch, as its header keeps them."""

from trueup.core.batch import TraceNote
from trueup.core.page import Page

KEPT_CHARACTERS = 65_536
"""A header keeps at most so many characters of request bodies; of others it keeps the hash."""


class Trail:
    """The requests behind a batch; a page's index in it is what its records carry."""

    def __init__(self) -> None:
        self.notes: list[TraceNote] = []
        self._left = KEPT_CHARACTERS

    def note(self, page: Page) -> int:
        """Add the page's request; returns its index."""
        index, trace = len(self.notes), page.trace
        body = trace.request_body if len(trace.request_body) <= self._left else ""
        self._left -= len(body)
        self.notes.append(
            TraceNote(
                page_index=index,
                method=trace.method,
                url=trace.url,
                status=trace.status,
                request_id=trace.request_id,
                body_sha256=trace.body_sha256,
                body_bytes=trace.body_bytes,
                attempts=trace.attempts,
                request_sha256=trace.request_sha256,
                request_body=body,
            )
        )
        return index
