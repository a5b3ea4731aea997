"""A whole answer of a vendor, and what its status alone says."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from trueup.core.page import RequestTrace
from trueup.errors import AccessError, ContractError
from trueup.sources.retries import Fail, Ok, Retry, Verdict

_TIMED_OUT = (408, 504, 524)
_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-fb-request-id", "x-fb-trace-id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; `body` is as sent, after any transfer compression."""

    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    trace: RequestTrace

    @property
    def status(self) -> int:
        return self.trace.status

    @property
    def where(self) -> str:
        """Method and address for messages, without any secret."""
        return f"{self.trace.method} {self.trace.url.partition('?')[0]}"

    def json(self) -> Any:
        """The body decoded; raises ContractError when it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ContractError(
                f"{self.where}: the body is not valid JSON: {error}",
                hint="A proxy, a login page or an outage may stand in between: open the address.",
                code="TUP-510",
            ) from None


Classify = Callable[[Answer], Verdict]


def classify_status(answer: Answer) -> Verdict:
    """Verdict from the HTTP status alone; a vendor's classify begins or ends with it."""
    status, where = answer.status, answer.where
    if status < 300:
        return Ok()
    if status in (408, 425, 429) or status >= 500:
        # Only these say that the credential as a whole should slow down.
        is_late = status in _TIMED_OUT
        return Retry(f"HTTP {status}", shared=status in (429, 503), asks_for_less=is_late)
    if status in (401, 403):
        hint = "Check that the credential is valid and has the permission this address needs."
        return Fail(AccessError(f"{where}: HTTP {status}", hint=hint))
    hint = "The vendor refuses what this connector asks for: it must be adapted."
    return Fail(ContractError(f"{where}: HTTP {status}", hint=hint))


def whole_answer(response: httpx.Response, body: bytes, asked: RequestTrace) -> Answer | Retry:
    """The answer, or a reason to ask again when fewer bytes came than were announced."""
    if missing := missing_bytes(response):
        return Retry(missing, shared=False)
    request_ids = (response.headers.get(name) for name in _REQUEST_ID_HEADERS)
    trace = msgspec.structs.replace(
        asked,
        status=response.status_code,
        request_id=next(filter(None, request_ids), ""),
        body_sha256=hashlib.sha256(body).hexdigest(),
        body_bytes=len(body),
    )
    return Answer(headers=response.headers, body=body, trace=trace)


def missing_bytes(response: httpx.Response) -> str:
    """In words, how many bytes of a body that was read are missing; empty when none is."""
    announced = response.headers.get("content-length", "")
    try:
        received = len(response.content)  # a transport that answers from memory
    except httpx.ResponseNotRead:
        # Of a compressed answer, the announced length is that of the compressed bytes.
        received = response.num_bytes_downloaded
    if response.request.method == "HEAD" or announced in ("", str(received)):
        return ""
    return f"{received} of {announced[:20]} announced bytes received"


def not_json(answer: Answer) -> Retry:
    """A reason to ask again, for an answer that is not whole JSON."""
    kind = answer.headers.get("content-type", "no type").partition(";")[0]
    what = f"HTTP {answer.status} with {kind} of {len(answer.body)} bytes that is not whole JSON"
    error = ContractError(
        f"{answer.where}: {what}",
        why="Nothing of this answer was taken; the window stays open.",
        hint="A proxy, a login page or an outage may stand in between: open the address.",
        code="TUP-510",
    )
    return Retry(what, shared=False, otherwise=error)
