"""The requests behind a batch, as its header keeps them."""

import msgspec

from trueup.core.page import Page, RequestTrace

KEPT_CHARACTERS = 65_536
"""A header keeps at most so many characters of request bodies; of others it keeps the hash."""


class RequestLog:
    """The requests behind a batch; a page's index in it is what its records carry."""

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
