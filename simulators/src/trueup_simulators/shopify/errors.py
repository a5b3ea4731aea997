"""Refusals of the vendor, in its own shapes.

THROTTLED and MAX_COST_EXCEEDED come with HTTP 200. A throttled answer carries the cost block with
`actualQueryCost` null and no Retry-After; one over the maximum carries no cost block at all.
"""

from typing import Any

from graphql import GraphQLError
from starlette.responses import JSONResponse, Response

MAX_QUERY_COST = 1000
_DOCS = "https://shopify.dev/api/usage"

HTTP_BODIES: dict[int, str] = {
    401: "[API] Invalid API key or access token (unrecognized login or wrong password)",
    402: "Unavailable Shop",
    403: "[API] This action requires merchant approval for the access scope.",
    404: "Not Found",
    423: "Locked",
    429: "Exceeded 4 calls per second for api client. Reduce request rates to resume "
    "uninterrupted service.",
}


class AccessDeniedError(Exception):
    """A field that the token may not read."""


def http_error(status: int) -> Response:
    """A refusal before GraphQL: `errors` is a plain text."""
    headers = {"Retry-After": "2.0"} if status == 429 else {}
    text = HTTP_BODIES.get(status, "Internal Server Error")
    return JSONResponse({"errors": text}, status_code=status, headers=headers)


def denied(field: str, scopes: tuple[str, ...]) -> str:
    """The message for a field whose scope the token lacks."""
    wanted = " or ".join(f"`{scope}` access scope" for scope in scopes)
    return f"Access denied for {field} field. Required access: {wanted}."


def unapproved(field: str) -> str:
    """The message for a personal field that the app was not approved for."""
    return (
        f"This app is not approved to use the {field} field. "
        "See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
    )


def access_denied_error(message: str, path: list[str | int]) -> dict[str, Any]:
    """One entry of `errors` beside data that may be partial."""
    extensions = {"code": "ACCESS_DENIED", "documentation": f"{_DOCS}/access-scopes"}
    if "Required access: " in message:
        extensions["requiredAccess"] = message.partition("Required access: ")[2]
    return {"message": message, "path": path, "extensions": extensions}


def throttled(cost: dict[str, Any]) -> dict[str, Any]:
    """The whole body of a throttled answer."""
    extensions = {"code": "THROTTLED", "documentation": f"{_DOCS}/rate-limits"}
    return {
        "errors": [{"message": "Throttled", "extensions": extensions}],
        "extensions": {"cost": cost},
    }


def max_cost_exceeded(cost: int) -> dict[str, Any]:
    """The whole body of an answer to a query that may never run."""
    message = (
        f"Query cost is {cost}, which exceeds the single query max cost limit ({MAX_QUERY_COST})."
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": cost,
        "maxCost": MAX_QUERY_COST,
        "documentation": f"{_DOCS}/rate-limits",
    }
    return {"errors": [{"message": message, "extensions": extensions}]}


def internal_error(request_id: str) -> dict[str, Any]:
    """The vendor's own fault, in a 200."""
    message = "Internal error. Looks like something went wrong on our end.\n"
    extensions = {"code": "INTERNAL_SERVER_ERROR", "requestId": request_id}
    text = f"{message}Request ID: {request_id} (include this in support requests)."
    return {"errors": [{"message": text, "extensions": extensions}]}


def coded(message: str, code: str) -> dict[str, Any]:
    """A body that holds one error and no data."""
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def refused_document(errors: tuple[GraphQLError, ...]) -> dict[str, Any]:
    """The body for a document that does not fit the schema."""
    return {"errors": [error.formatted for error in errors]}
