"""The ASGI layer that answers wrongly when a fault rule says so, and logs every request."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trueup_simulators.faults import FaultPlan, FaultRule, RequestRecord, current_request

FaultResponse = Callable[[FaultRule, Request], Response | None]

# Kinds that need no knowledge of the vendor; all others are offered to its `fault_response`.
GENERIC_KINDS = frozenset({"hang", "disconnect", "truncate", "html_200", "garbage"})

CONTROL_PREFIX = "/_control"
GARBAGE = b'{"data": [{"id": "1", "amount": 12.3'
HTML = (
    "<!doctype html><html><head><title>Just a moment...</title></head><body>Sign in</body></html>"
)


@dataclass(slots=True)
class _Answer:
    """An inner response, buffered until it is complete."""

    status: int = 0
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytearray = field(default_factory=bytearray)

    async def collect(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = list(message["headers"])
        else:
            self.body += message.get("body", b"")

    def start(self, content_length: int | None) -> Message:
        headers = [(key, value) for key, value in self.headers if key != b"content-length"]
        if content_length is not None:
            headers.append((b"content-length", str(content_length).encode()))
        return {"type": "http.response.start", "status": self.status, "headers": headers}


class FaultMiddleware:
    """Applies the request-level rules of a plan; `makers` maps a path's first segment to the
    vendor's `fault_response`.

    hang: wait `seconds` (default 30), then answer. disconnect: cut a chunked body in the middle.
    truncate: cut the body in half under a fitting Content-Length, or, with `mode="length"`, under
    the Content-Length of the whole. html_200: a web page. garbage: malformed JSON.
    Rules with an `op` are left to the vendor.
    """

    def __init__(
        self, app: ASGIApp, *, faults: FaultPlan, makers: Mapping[str, FaultResponse]
    ) -> None:
        self._app = app
        self._faults = faults
        self._makers = makers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, faulty or not."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self._app(scope, receive, send)
            return
        body = await _read_body(receive)
        line = _request_line(scope)
        token = current_request.set(line)
        try:
            await self._serve(scope, body, f"{line}\n{body.decode(errors='replace')}", send)
        finally:
            current_request.reset(token)

    async def _serve(self, scope: Scope, body: bytes, subject: str, send: Send) -> None:
        rule, response = self._choose(scope, body, subject)
        log = _LoggingSend(send, lambda status: self._record(scope, body, rule, status))
        try:
            if rule is None:
                await self._app(scope, _replay(body), log)
            elif response is not None:
                await response(scope, _replay(body), log)
            else:
                await self._disturb(rule, scope, body, log)
        finally:
            log.finish()

    def _record(self, scope: Scope, body: bytes, rule: FaultRule | None, status: int) -> None:
        cut = rule is not None and rule.kind == "disconnect"
        self._faults.record(
            RequestRecord(
                method=scope["method"],
                path=scope["path"],
                query=scope["query_string"].decode("latin-1"),
                body_digest=hashlib.sha256(body).hexdigest()[:16],
                status=0 if cut else status,
                fault=rule.kind if rule else None,
            )
        )

    def _choose(
        self, scope: Scope, body: bytes, subject: str
    ) -> tuple[FaultRule | None, Response | None]:
        maker = self._makers.get(scope["path"].split("/")[1])
        made: dict[int, Response] = {}

        def wanted(rule: FaultRule) -> bool:
            if rule.op is not None or not rule.matches(subject):
                return False
            if rule.kind in GENERIC_KINDS:
                return True
            response = maker(rule, Request(scope, _replay(body))) if maker else None
            if response is not None:
                made[id(rule)] = response
            return response is not None

        rule = self._faults.first_firing(wanted)
        return rule, made.get(id(rule))

    async def _disturb(self, rule: FaultRule, scope: Scope, body: bytes, send: Send) -> None:
        if rule.kind == "html_200":
            await HTMLResponse(HTML)(scope, _replay(body), send)
            return
        if rule.kind == "garbage":
            await Response(GARBAGE, media_type="application/json")(scope, _replay(body), send)
            return
        if rule.kind == "hang":
            await asyncio.sleep(float(rule.params.get("seconds", 30.0)))
            await self._app(scope, _replay(body), send)
            return
        answer = _Answer()
        await self._app(scope, _replay(body), answer.collect)
        await _send_half(rule, answer, send)


async def _send_half(rule: FaultRule, answer: _Answer, send: Send) -> None:
    whole = bytes(answer.body)
    half = whole[: len(whole) // 2]
    if rule.kind == "truncate" and rule.params.get("mode") != "length":
        await send(answer.start(len(half)))
        await send({"type": "http.response.body", "body": half})
        return
    # The server closes the connection when an app returns before its body is complete.
    await send(answer.start(len(whole) if rule.kind == "truncate" else None))
    await send({"type": "http.response.body", "body": half, "more_body": True})


class _LoggingSend:
    """Passes messages on; logs the status once, before the client can have any of the answer."""

    def __init__(self, send: Send, log: Callable[[int], None]) -> None:
        self._send = send
        self._log = log
        self._is_logged = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._log_once(message["status"])
        await self._send(message)

    def finish(self) -> None:
        """Log what ended without an answer."""
        self._log_once(0)

    def _log_once(self, status: int) -> None:
        if not self._is_logged:
            self._is_logged = True
            self._log(status)


def _request_line(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['method']} {scope['path']}{'?' + query if query else ''}"


async def _read_body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


def _replay(body: bytes) -> Receive:
    """A `receive` that gives the body once, then waits, as an open connection does."""
    sent = False

    async def receive() -> Message:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return receive
