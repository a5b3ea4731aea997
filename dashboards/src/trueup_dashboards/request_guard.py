"""Refuses requests for foreign host names or from foreign pages, and sends the browser's rules.

The dashboard has no login: it may be read by whoever can open its address. A page on the internet
could make a browser do so, under a host name of its own that leads to this machine (DNS rebinding)
or from a frame. Both are refused here, before Streamlit sees them.
"""

import os
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

HOSTS_VARIABLE = "TRUEUP_DASHBOARD_HOSTS"
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})

_HEADERS = (
    (b"x-frame-options", b"DENY"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
_REFUSAL = (
    b"This dashboard answers only under its own address. To serve it under another name, "
    b"put a proxy with a login in front and name the host in TRUEUP_DASHBOARD_HOSTS.\n"
)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]


def allowed_hosts() -> frozenset[str]:
    """This machine's own names, and those that TRUEUP_DASHBOARD_HOSTS lists with commas."""
    named = os.environ.get(HOSTS_VARIABLE, "").split(",")
    return LOCAL_HOSTS | {name.strip().lower() for name in named if name.strip()}


def content_policy(index_page: str) -> str:
    """A policy that allows what comes from the server, and the inline scripts of `index_page`."""
    hashes = "".join(f" '{_script_hash(script)}'" for script in _inline_scripts(index_page))
    return "; ".join(
        (
            "default-src 'self'",
            # Vega compiles chart expressions, and Streamlit styles its elements inline.
            f"script-src 'self' 'unsafe-eval'{hashes}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


class RequestGuard:
    """ASGI middleware: HTTP and WebSocket requests need an allowed Host and, if any, Origin.

    Every answer carries `policy` as its Content-Security-Policy, and forbids frames.
    """

    def __init__(self, app: App, hosts: Iterable[str], policy: str) -> None:
        self._app = app
        self._hosts = frozenset(hosts)
        self._headers = (*_HEADERS, (b"content-security-policy", policy.encode()))

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
        elif not self._is_allowed(scope["headers"]):
            await self._refuse(scope, receive, send)
        else:
            await self._app(scope, receive, self._with_headers(send))

    def _is_allowed(self, headers: Iterable[tuple[bytes, bytes]]) -> bool:
        given = [(name.lower(), value.decode("latin-1")) for name, value in headers]
        hosts = [value for name, value in given if name == b"host"]
        origins = [value for name, value in given if name == b"origin"]
        if len(hosts) != 1 or _hostname(f"//{hosts[0]}") not in self._hosts:
            return False
        return all(_hostname(origin) in self._hosts for origin in origins)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *self._headers]
            await send(message)

        return sending

    async def _refuse(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            # Closed before it is accepted: the server answers 403.
            await send({"type": "websocket.close", "code": 1008})
            return
        headers = [(b"content-type", b"text/plain; charset=utf-8"), *self._headers]
        await send({"type": "http.response.start", "status": 403, "headers": headers})
        await send({"type": "http.response.body", "body": _REFUSAL})


class _ScriptCollector(HTMLParser):
    """Collects the text of scripts that are in the page itself."""

    def __init__(self) -> None:
        super().__init__()
        self.scripts: list[str] = []
        self._is_inline = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._is_inline = tag == "script" and "src" not in dict(attrs)

    def handle_data(self, data: str) -> None:
        if self._is_inline:
            self.scripts.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._is_inline = self._is_inline and tag != "script"


def _inline_scripts(page: str) -> list[str]:
    collector = _ScriptCollector()
    collector.feed(page)
    return collector.scripts


def _script_hash(script: str) -> str:
    return "sha256-" + b64encode(sha256(script.encode()).digest()).decode()


def _hostname(address: str) -> str:
    """The host of an address in lower case; empty for what is none, such as the origin `null`."""
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""
