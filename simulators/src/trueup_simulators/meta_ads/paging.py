"""Cursor paging: opaque cursors, and an absolute URL of the next page while there is one."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from trueup_simulators.meta_ads.errors import invalid_parameter
from trueup_simulators.meta_ads.params import int_param

DEFAULT_LIMIT = 25
MAX_LIMIT = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Requested part of a list. `url` is the list's own, `salt` binds cursors to it."""

    url: str
    params: Mapping[str, str]
    offset: int
    limit: int
    salt: str


def page_request(url: str, params: Mapping[str, str], salt: str) -> PageRequest:
    """Raises GraphError for a cursor that was not given out for this list."""
    limit = min(int_param(params, "limit", DEFAULT_LIMIT), MAX_LIMIT)
    offset = decode_cursor(params["after"], salt) if params.get("after") else 0
    return PageRequest(url=url, params=params, offset=offset, limit=limit, salt=salt)


def paging_block(page: PageRequest, count: int, *, has_next: bool) -> dict[str, Any] | None:
    """`paging` of a page of `count` entries; `after` is there even when `next` is not.

    The URL of the next page repeats every parameter, the access token included.
    """
    if not count and not has_next:
        return None
    end = page.offset + count
    block: dict[str, Any] = {
        "cursors": {
            "before": encode_cursor(page.offset, page.salt),
            "after": encode_cursor(end, page.salt),
        }
    }
    if has_next:
        # The proof is not repeated: the owner of the secret must compute it again.
        kept = {key: text for key, text in page.params.items() if key != "appsecret_proof"}
        query = kept | {"limit": str(page.limit), "after": encode_cursor(end, page.salt)}
        block["next"] = f"{page.url}?{urlencode(query)}"
    return block


def encode_cursor(offset: int, salt: str) -> str:
    """An opaque position."""
    return base64.urlsafe_b64encode(f"{offset}:{_tag(salt)}".encode()).decode().rstrip("=")


def decode_cursor(text: str, salt: str) -> int:
    """The position; raises GraphError for what `encode_cursor` did not make for this list."""
    try:
        plain = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
        offset, _, tag = plain.partition(":")
        if tag == _tag(salt):
            return int(offset)
    except (ValueError, UnicodeDecodeError):
        raise invalid_parameter("Invalid cursors values") from None
    raise invalid_parameter("Invalid cursors values")


def part_of(items: Sequence[Any], page: PageRequest) -> Sequence[Any]:
    """The items of the page."""
    return items[page.offset : page.offset + page.limit]


def _tag(salt: str) -> str:
    return hashlib.sha256(salt.encode()).hexdigest()[:8]
