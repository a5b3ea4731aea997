"""Meaning of the API's responses. Errors come in a 200, and may stand beside partial data."""

import re
from typing import Any

import msgspec

from trueup.errors import (
    AccessError,
    AccountUnavailableError,
    ContractError,
    RestartReadError,
    TransientError,
)
from trueup.sources.http import Answer, Fail, Ok, Retry, Verdict, classify_status
from trueup.sources.rate_limits import plain_number
from trueup.sources.records import split
from trueup.sources.shopify.documents import API_VERSION

SCOPES = ("read_orders", "read_all_orders", "read_customers", "read_products")

_SCOPE = re.compile(r"`(\w+)` access scope")
_SHOP_CLOSED = {402: "the shop is frozen", 423: "the shop is locked"}
_CLOSED_CODES = ("SHOP_INACTIVE",)
_TRANSIENT_CODES = ("INTERNAL_SERVER_ERROR", "TIMEOUT")


class MissingObjectsError(TransientError, RestartReadError):
    """Fewer objects came than the shop counts: the read must begin again."""

    default_code = "TUP-760"


def classify(answer: Answer) -> Verdict:
    """HTTP status first, then the version that really answered, then GraphQL's own errors."""
    if answer.status in (*_SHOP_CLOSED, 401, 403, 404):
        return Fail(_refusal(answer))
    verdict = classify_status(answer)
    if not isinstance(verdict, Ok):
        return verdict
    version = answer.headers.get("x-shopify-api-version")
    if version != API_VERSION:
        # A retired version is answered by another one, silently.
        message = f"{answer.where}: version {API_VERSION} asked for, {version} answered"
        hint = "The shop no longer serves this version: the connector must move to a newer one."
        return Fail(ContractError(message, hint=hint, code="TUP-541"))
    if b'"errors"' not in answer.body:
        return Ok()
    return _errors(answer)


def _refusal(answer: Answer) -> AccessError:
    where, status = answer.where, answer.status
    if status in _SHOP_CLOSED:
        return AccountUnavailableError(f"{where}: HTTP {status}: {_SHOP_CLOSED[status]}")
    told = f"{where}: HTTP {status}"
    if status == 401:
        hint = "The token is wrong, or the app was uninstalled: install it and renew the token."
        return AccessError(told, hint=hint, code="TUP-401")
    if status == 403:
        hint = f"The app needs the scopes {', '.join(SCOPES)}."
        return AccessError(told, hint=hint, code="TUP-411")
    hint = "No shop answers under this name: check `shop`, as in name.myshopify.com."
    return AccessError(told, hint=hint, code="TUP-404")


def _errors(answer: Answer) -> Verdict:
    body = split(answer.body, ("errors",))
    if not body.records:
        return Ok()
    extensions = body.rest.get("extensions") or {}
    return _verdict(answer, msgspec.json.decode(body.records[0]), extensions)


def _verdict(answer: Answer, error: dict[str, Any], extensions: dict[str, Any]) -> Verdict:
    code = (error.get("extensions") or {}).get("code")
    message = str(error.get("message", ""))
    told = f"{answer.where}: {code or 'error'}: {message}"
    if code == "THROTTLED":
        return Retry("THROTTLED", after_seconds=throttle_seconds(extensions.get("cost") or {}))
    if code in _TRANSIENT_CODES:
        return Retry(str(code), shared=False, asks_for_less=code == "TIMEOUT")
    if code == "ACCESS_DENIED":
        return Fail(_access_denied(told, error))
    if code in _CLOSED_CODES:
        return Fail(AccountUnavailableError(told))
    return Fail(ContractError(told, code="TUP-540"))


def _access_denied(told: str, error: dict[str, Any]) -> AccessError:
    wanted = str((error.get("extensions") or {}).get("requiredAccess") or error.get("message"))
    scopes = _SCOPE.findall(wanted)
    hint = "Ask for protected customer data in the app's settings."
    if scopes:
        hint = f"Grant the app the scope {' or '.join(scopes)}, and install it again."
    why = "A field that may not be read is null, which is not the same as empty."
    return AccessError(told, hint=hint, why=why, code="TUP-411")


def throttle_seconds(cost: dict[str, Any]) -> float | None:
    """Seconds until the bucket holds the query's cost; None if the response does not say."""
    status = cost.get("throttleStatus") or {}
    requested, rate = cost.get("requestedQueryCost"), plain_number(status.get("restoreRate"))
    if requested is None or not rate:
        return None
    missing = plain_number(requested) - plain_number(status.get("currentlyAvailable"))
    return max(0.0, missing / rate)


def ignored_terms(rest: dict[str, Any]) -> list[str]:
    """Search terms that the API left out: it answers as if they were not there."""
    searches = (rest.get("extensions") or {}).get("search") or []
    return [
        str(warning.get("field")) for search in searches for warning in search.get("warnings") or []
    ]
