"""A request of a connector, and one attempt at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trueup.core.page import RequestTrace
from trueup.sources.redaction import redacted_url, shown_body
from trueup.sources.responses import Classify


@dataclass(frozen=True, slots=True)
class Call:
    """A request. With `can_shrink`, whoever asks can ask for less."""

    method: str
    url: str
    classify: Classify
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    with_credential: bool = True
    can_shrink: bool = False

    @property
    def where(self) -> str:
        return f"{self.method} {redacted_url(self.url).partition('?')[0]}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt at a call, with the present headers of the credential."""

    call: Call
    number: int
    headers: Mapping[str, str] = field(repr=False)
    secrets: frozenset[str] = field(repr=False)

    def trace(self) -> RequestTrace:
        """Log fields that are known before the response."""
        request_sha256, request_body = shown_body(self.call.content, self.secrets)
        return RequestTrace(
            method=self.call.method,
            url=redacted_url(self.call.url),
            status=0,
            attempts=self.number,
            request_sha256=request_sha256,
            request_body=request_body,
        )
