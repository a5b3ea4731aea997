"""Requests of a batch, as stored in its header."""

import msgspec

from trueup.core.page import Page, RequestTrace

KEPT_CHARACTERS = 65_536
"""Limit of request body characters in a header; longer bodies are stored as a hash."""


class RequestLog:
    """Requests of a batch; records carry the index of their page's request."""

    def __init__(self) -> None:
        self.requests: list[RequestTrace] = []
        self._left = KEPT_CHARACTERS

    def note(self, page: Page) -> int:
        """Add the page's request; returns its index."""
        request = page.trace
        if len(request.request_body) > self._left:
            request = msgspec.structs.replace(request, request_body="")
        self._left -= len(request.request_body)
        self.requests.append(request)
        return len(self.requests) - 1
