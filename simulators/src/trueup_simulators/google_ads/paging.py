"""Page tokens: they freeze a query's instant, belong to one query, and go stale."""

import base64
import binascii
import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from trueup_simulators.google_ads.errors import ApiError, request_error

PAGE_ROWS = 10_000
# Users of the real API report tokens refused after about this long.
TOKEN_LIFE = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageToken:
    """Start of a page, and the request of the first page."""

    digest: str
    offset: int
    at: str
    count: bool = False
    summary: bool = False

    def encode(self) -> str:
        """Opaque text."""
        text = json.dumps(asdict(self), separators=(",", ":"))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    @property
    def instant(self) -> datetime:
        """The instant that all pages of the query show."""
        return datetime.fromisoformat(self.at)


def query_digest(customer_id: str, query: str) -> str:
    """Request that a token is bound to."""
    return hashlib.sha256(f"{customer_id}\n{query}".encode()).hexdigest()[:24]


def decode_token(text: str, digest: str, now: datetime) -> PageToken:
    """Raises ApiError when the token is foreign, mangled or stale."""
    try:
        padded = text + "=" * (-len(text) % 4)
        token = PageToken(**json.loads(base64.urlsafe_b64decode(padded)))
        issued = token.instant
    except (binascii.Error, TypeError, ValueError):
        raise _invalid() from None
    if token.digest != digest:
        raise _invalid()
    if not timedelta(0) <= now - issued < TOKEN_LIFE:
        raise expired_page_token()
    return token


def _invalid() -> ApiError:
    return request_error("INVALID_PAGE_TOKEN", "Page token is invalid.")


def expired_page_token() -> ApiError:
    """Error for an expired token."""
    return request_error("EXPIRED_PAGE_TOKEN", "Page token has expired.")
