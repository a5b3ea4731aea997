"""Refusals of the vendor: one shape, many codes.

Most refusals are HTTP 400, throttling included, and none carries a Retry-After.
"""

import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from trueup_simulators.faults import current_request
from trueup_simulators.meta_ads.encoding import json_response

_RATE_LIMIT_DOCS = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting"
REDUCE_MESSAGE = "Please reduce the amount of data you're asking for, then retry your request"


@dataclass(eq=False, kw_only=True)
class GraphError(Exception):
    """A refusal, raised anywhere inside a request."""

    message: str
    code: int
    status: int = 400
    type: str = "OAuthException"
    subcode: int | None = None
    is_transient: bool = False
    user_title: str | None = None
    user_msg: str | None = None

    def body(self) -> dict[str, Any]:
        """The JSON body; the user's texts and the subcode only when there are any."""
        error: dict[str, Any] = {"message": self.message, "type": self.type, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["is_transient"] = self.is_transient
        if self.user_title is not None:
            error |= {"error_user_title": self.user_title, "error_user_msg": self.user_msg}
        return {"error": error | {"fbtrace_id": trace_id()}}

    def response(self) -> Response:
        """The answer, without usage headers."""
        challenge = f'OAuth "Facebook Platform" "invalid_request" "{self.message}"'
        # A header holds no line break and only latin-1; messages may quote what they were sent.
        safe = challenge.encode("ascii", "replace").decode().replace("\n", " ").replace("\r", " ")
        return json_response(self.body(), self.status, {"WWW-Authenticate": safe[:500]})


def trace_id() -> str:
    """A trace id that only depends on the request."""
    return "A" + hashlib.sha256(current_request.get().encode()).hexdigest()[:22]


def invalid_parameter(text: str) -> GraphError:
    """The query is wrong, and will stay wrong."""
    return GraphError(message=f"(#100) {text}", code=100)


def invalid_token(subcode: int | None = None) -> GraphError:
    """The token is dead. Subcode 463: expired; 460: the password was changed."""
    expired = "Error validating access token: Session has expired."
    message = expired if subcode else "Invalid OAuth access token - Cannot parse access token"
    return GraphError(message=message, code=190, subcode=subcode)


def unknown_object(node: str) -> GraphError:
    """Error for an object that is missing or not visible to this token."""
    message = (
        f"Unsupported get request. Object with ID '{node}' does not exist, cannot be loaded due "
        "to missing permissions, or does not support this operation"
    )
    return GraphError(message=message, code=100, subcode=33, type="GraphMethodException")


def no_permission() -> GraphError:
    """The token is good, but lacks ads_read on this account."""
    message = "(#200) Ad account owner has NOT grant ads_management or ads_read permission"
    return GraphError(message=message, code=200, status=403)


def too_much_data() -> GraphError:
    """The query may be right, but must be made smaller."""
    return GraphError(
        message=REDUCE_MESSAGE,
        code=100,
        subcode=1487534,
        user_title="Cannot Fetch Data",
        user_msg="The query covers too much data. Use a smaller date range or fewer fields.",
    )


def spurious_summary() -> GraphError:
    """Refuses fields that are perfectly fine; the same query succeeds a moment later."""
    fields = "account_currency, actions, action_values"
    return invalid_parameter(f"Cannot include {fields} in summary param because they weren't there")


def throttled(code: int = 80000) -> GraphError:
    """Too many calls: 4 for the app, 17 for the token, 613 for the edge, 80000... per account."""
    texts = {
        4: "(#4) Application request limit reached",
        17: "(#17) User request limit reached",
        32: "(#32) Page request limit reached",
        613: "(#613) Calls to this api have exceeded the rate limit.",
    }
    per_account = (
        f"(#{code}) There have been too many calls from this ad-account. Wait a bit and try "
        f"again. For more info, please refer to {_RATE_LIMIT_DOCS}."
    )
    subcode = {4: 1504022, 17: 2446079}.get(code, 2446079 if code >= 80000 else None)
    transient = code in {4, 17}
    message = texts.get(code, per_account)
    return GraphError(message=message, code=code, subcode=subcode, is_transient=transient)


def server_error(status: int = 500) -> GraphError:
    """The vendor's own fault."""
    return GraphError(
        message="An unexpected error has occurred. Please retry your request later.",
        code=2,
        status=status,
        is_transient=True,
    )
