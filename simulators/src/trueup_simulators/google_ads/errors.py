"""Errors in the vendor's shapes: google.rpc.Status around a GoogleAdsFailure, or around nothing."""

import secrets
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse, Response

FAILURE_TYPE = "type.googleapis.com/google.ads.googleads.v26.errors.GoogleAdsFailure"

# Canonical status by HTTP code, with the sentence the front end puts beside it.
STATUSES: dict[int, tuple[str, str]] = {
    400: ("INVALID_ARGUMENT", "Request contains an invalid argument."),
    401: ("UNAUTHENTICATED", "Request is missing required authentication credential."),
    403: ("PERMISSION_DENIED", "The caller does not have permission"),
    404: ("NOT_FOUND", "Requested entity was not found."),
    429: ("RESOURCE_EXHAUSTED", "Resource has been exhausted (e.g. check quota)."),
    500: ("INTERNAL", "Internal error encountered."),
    503: ("UNAVAILABLE", "The service is currently unavailable."),
    504: ("DEADLINE_EXCEEDED", "Deadline expired before operation could complete."),
}

# HTTP code of the categories whose codes do not all mean "your request is wrong".
_HTTP_BY_CATEGORY = {
    "authenticationError": 401,
    "authorizationError": 403,
    "quotaError": 429,
    "internalError": 500,
}


@dataclass(frozen=True, slots=True)
class Quota:
    """Details of an exceeded rate: its owner and duration; `scope` is ACCOUNT or DEVELOPER."""

    scope: str
    name: str
    retry_delay_seconds: float

    def as_details(self) -> dict[str, Any]:
        """The `details` of a GoogleAdsError; durations end in s."""
        return {
            "quotaErrorDetails": {
                "rateScope": self.scope,
                "rateName": self.name,
                "retryDelay": f"{self.retry_delay_seconds:g}s",
            }
        }


class ApiError(Exception):
    """A refusal with a GoogleAdsFailure: `category` is the one key of `errorCode`."""

    def __init__(
        self, category: str, code: str, message: str, *, quota: Quota | None = None
    ) -> None:
        super().__init__(message)
        self.category = category
        self.code = code
        self.message = message
        self.quota = quota

    def response(self, request_id: str, *, streaming: bool = False) -> Response:
        """The HTTP answer."""
        error: dict[str, Any] = {
            "errorCode": {self.category: self.code},
            "message": self.message,
        }
        if self.quota is not None:
            error["details"] = self.quota.as_details()
        failure = {"@type": FAILURE_TYPE, "errors": [error], "requestId": request_id}
        http_status = 504 if self.code == "DEADLINE_EXCEEDED" else self._http_status()
        return status_response(http_status, [failure], request_id, streaming=streaming)

    def _http_status(self) -> int:
        return _HTTP_BY_CATEGORY.get(self.category, 400)


class StatusError(Exception):
    """A refusal by the front end, before Google Ads itself saw the request."""

    def __init__(
        self, http_status: int, message: str | None = None, details: list[Any] | None = None
    ) -> None:
        super().__init__(message or STATUSES[http_status][1])
        self.http_status = http_status
        self.message = message
        self.details = details or []

    def response(self, request_id: str, *, streaming: bool = False) -> Response:
        """The HTTP answer."""
        return status_response(
            self.http_status, self.details, request_id, message=self.message, streaming=streaming
        )


def status_response(
    http_status: int,
    details: list[Any],
    request_id: str,
    *,
    message: str | None = None,
    streaming: bool = False,
) -> Response:
    """google.rpc.Status as REST shows it; a stream wraps it in an array, as it does its batches."""
    status, default_message = STATUSES.get(http_status, ("UNKNOWN", "Unknown error."))
    error: dict[str, Any] = {
        "code": http_status,
        "message": message or default_message,
        "status": status,
    }
    if details:
        error["details"] = details
    body: Any = {"error": error}
    return JSONResponse(
        [body] if streaming else body, http_status, headers={"request-id": request_id}
    )


def query_error(code: str, message: str) -> ApiError:
    """A refusal of the query's text or meaning."""
    return ApiError("queryError", code, message)


def request_error(code: str, message: str) -> ApiError:
    """A refusal of the request around the query."""
    return ApiError("requestError", code, message)


def new_request_id() -> str:
    """As long and as opaque as the vendor's."""
    return secrets.token_urlsafe(16)
