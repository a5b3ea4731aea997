"""The open connections of one client: kept for reuse, ended once, never under a request."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import httpx

from trueup.errors import TransientError
from trueup.sources.bodies import ACCEPTED_ENCODING
from trueup.sources.context import SourceContext
from trueup.sources.network import NetworkTransport


class ConnectionPool:
    """Sends requests from several threads, until it is closed.

    Closing cuts no request: the last one under way ends the connections. A transport that the
    context hands in stays open.
    """

    def __init__(self, context: SourceContext) -> None:
        self._own = None if context.transport else NetworkTransport(context.network)
        timeout = httpx.Timeout(
            context.read_timeout_seconds, connect=context.connect_timeout_seconds
        )
        transport = context.transport or self._own
        self._client = httpx.Client(transport=transport, timeout=timeout, trust_env=False)
        self._client.headers["Accept-Encoding"] = ACCEPTED_ENCODING
        self._lock = threading.Lock()
        self._under_way = 0
        self._is_closed = False

    @contextmanager
    def opened(
        self, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> Iterator[httpx.Response]:
        """The answer, its body yet to be read; raises TransientError once the pool is closed."""
        with (
            self._counted(),
            self._client.stream(method, url, content=content, headers=headers) as response,
        ):
            yield response

    def close(self) -> None:
        """Take no more requests; those under way come to their end."""
        with self._lock:
            self._is_closed = True
            is_idle = not self._under_way
        if is_idle:
            self._end()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self._enter()
        try:
            yield
        finally:
            if self._leave():
                self._end()

    def _enter(self) -> None:
        with self._lock:
            if self._is_closed:
                raise TransientError("the source was closed, as the run ended", code="TUP-757")
            self._under_way += 1

    def _leave(self) -> bool:
        """Return True if this was the last request of closed connections."""
        with self._lock:
            self._under_way -= 1
            return self._is_closed and not self._under_way

    def _end(self) -> None:
        if self._own is not None:
            self._own.close()
