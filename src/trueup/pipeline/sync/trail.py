"""The requests behind a batch, as its header keeps them."""

from trueup.core.asked import shortened
from trueup.core.batch import TraceNote
from trueup.core.page import Page, RequestTrace

KEPT_CHARACTERS = 65_536
"""So much of what requests asked is kept in a header; what is beyond is known by its hash."""


class Trail:
    """The requests behind a batch; a page's index in it is what its records carry."""

    def __init__(self) -> None:
        self.notes: list[TraceNote] = []
        self._whole = ""
        self._left = KEPT_CHARACTERS

    def note(self, page: Page) -> int:
        index, trace = len(self.notes), page.trace
        head, body, tail = self._kept(trace)
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
                request_head=head,
                request_tail=tail,
            )
        )
        return index

    def _kept(self, trace: RequestTrace) -> tuple[int, str, int]:
        """The request's body as it differs from the last whole one, or itself the next whole."""
        text = trace.request_body
        head, body, tail = shortened(text, self._whole)
        if head + tail < len(text) / 2:
            head, body, tail = 0, text, 0
        if len(body) > self._left:
            return 0, "", 0
        self._left -= len(body)
        if body and not (head or tail):
            self._whole = body
        return head, body, tail
