"""JSON as the vendor writes it: compact, ASCII, slashes escaped."""

import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

API_VERSION = "v26.0"


def encode(value: object) -> str:
    """Like PHP's json_encode: a client that re-serialises a record does not get the same bytes."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")


def json_text_response(
    text: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer whose body is already JSON."""
    own = {"facebook-api-version": API_VERSION, "Cache-Control": "private, no-cache, no-store"}
    return Response(
        text.encode(),
        status_code=status,
        headers=own | dict(headers or {}),
        media_type="application/json; charset=UTF-8",
    )


def json_response(
    value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer with `value` as its body."""
    return json_text_response(encode(value), status, headers)
