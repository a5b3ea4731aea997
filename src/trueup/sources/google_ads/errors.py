"""Meaning of the API's refusals: a GoogleAdsFailure, a bare status, or an OAuth error."""

from typing import Any

import msgspec

from trueup.errors import (
    AccessError,
    AccountUnavailableError,
    BeyondReachError,
    ContractError,
    RestartReadError,
    TransientError,
    TrueupError,
)
from trueup.sources.http import Answer, Fail, Ok, Retry, Verdict, classify_status

# When a used-up daily quota names no delay: long enough to end the run.
DAILY_QUOTA_SECONDS = 3600.0

# "category.code" of errors that pass by themselves.
RETRIED = frozenset(
    {
        "internalError.INTERNAL_ERROR",
        "internalError.TRANSIENT_ERROR",
        "internalError.DEADLINE_EXCEEDED",
        "quotaError.RESOURCE_EXHAUSTED",
        "quotaError.RESOURCE_TEMPORARILY_EXHAUSTED",
        "quotaError.EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION",
    }
)
TOO_SLOW = frozenset({"internalError.DEADLINE_EXCEEDED"})
STALE_TOKENS = frozenset({"requestError.EXPIRED_PAGE_TOKEN", "requestError.INVALID_PAGE_TOKEN"})
# What befell one account only.
UNAVAILABLE = {
    "authorizationError.CUSTOMER_NOT_ENABLED": "The account is closed or not yet set up.",
    "authorizationError.USER_PERMISSION_DENIED": (
        "The account is not shared with this credential, or login_customer_id is not its manager."
    ),
    "authorizationError.ACTION_NOT_PERMITTED_FOR_SUSPENDED_ACCOUNT": "The account is suspended.",
    "authenticationError.CUSTOMER_NOT_FOUND": "There is no such account.",
}
TOO_OLD = {
    "clickViewError.DATE_TOO_OLD": "Clicks can be had for 90 days: older ones are lost for good.",
    "dateRangeError.REQUESTED_DATE_GRANULARITY_NOT_SUPPORTED": (
        "Figures by day can be had for 37 months: name later days."
    ),
}
ACCESS_HINTS = {
    "authenticationError.NOT_ADS_USER": (
        "The Google account behind the refresh token has no Google Ads account: "
        "sign in with one that has."
    ),
    "authenticationError.DEVELOPER_TOKEN_INVALID": "Check developer_token.",
    "authenticationError.TWO_STEP_VERIFICATION_NOT_ENROLLED": (
        "Turn on two-step verification for the Google account behind the refresh token."
    ),
    "authorizationError.DEVELOPER_TOKEN_NOT_APPROVED": (
        "The developer token only works with test accounts: apply for Basic access."
    ),
    "requestError.DEVELOPER_TOKEN_PARAMETER_MISSING": "Set developer_token.",
    "headerError.INVALID_LOGIN_CUSTOMER_ID": "Check login_customer_id: ten digits.",
}
ACCESS_CATEGORIES = ("authenticationError", "authorizationError", "headerError")


class StalePageTokenError(TransientError, RestartReadError):
    """The page token is not accepted any more: the same query must begin again."""


def classify(answer: Answer) -> Verdict:
    """Verdict on an answer of the API."""
    if answer.status < 300:
        return Ok()
    error = _first_error(answer)
    if error is None:
        return _without_failure(answer)
    name, told = _name(error), f"{answer.where}: {_name(error)}: {error.get('message', '')}"
    if name in RETRIED:
        return _retry(name, error)
    if name in STALE_TOKENS:
        return Fail(StalePageTokenError(told, hint="Run again.", code="TUP-763"))
    return Fail(_error(name, told))


def _retry(name: str, error: dict[str, Any]) -> Retry:
    """Wait as long as the vendor says; DEVELOPER scope holds back every account."""
    quota = _inner(_inner(error, "details"), "quotaErrorDetails")
    is_shared = quota.get("rateScope") == "DEVELOPER"
    seconds = _seconds(quota.get("retryDelay"))
    if seconds is None and is_shared and name == "quotaError.RESOURCE_EXHAUSTED":
        seconds = DAILY_QUOTA_SECONDS
    rate = quota.get("rateName")
    reason = f"{name} ({rate})" if rate else name
    return Retry(reason, after_seconds=seconds, shared=is_shared, asks_for_less=name in TOO_SLOW)


def _error(name: str, told: str) -> TrueupError:
    category = name.partition(".")[0]
    if name in UNAVAILABLE:
        return AccountUnavailableError(told, hint=UNAVAILABLE[name])
    if name in ACCESS_HINTS or category in ACCESS_CATEGORIES:
        default = "Check the credential, the developer token and who shares which account with it."
        return AccessError(told, hint=ACCESS_HINTS.get(name, default))
    if category == "quotaError":
        # Long-term limits last for days: asking again within a run only prolongs them.
        hint = "Run again later, with fewer days at once."
        return TransientError(told, hint=hint, code="TUP-759")
    return _contract_error(name, told)


def _contract_error(name: str, told: str) -> ContractError:
    if name in TOO_OLD:
        return BeyondReachError(told, hint=TOO_OLD[name])
    if name == "requestError.UNSUPPORTED_VERSION":
        hint = "This version of the API was switched off: the connector must move to a newer one."
        return ContractError(told, hint=hint, code="TUP-531")
    hint = "The query no longer fits this version of the API: the connector must be adapted."
    return ContractError(told, hint=hint, code="TUP-530")


def _without_failure(answer: Answer) -> Verdict:
    """Refusals of the front end carry no failure: no credential, service disabled, version gone."""
    status = _inner(_object(answer.body), "error")
    told = f"{answer.where}: HTTP {answer.status}: {status.get('message', 'no message')}"
    if answer.status == 404:
        hint = "The API version may have been switched off: the connector must be adapted."
        return Fail(ContractError(told, hint=hint, code="TUP-531"))
    if answer.status in (401, 403):
        hint = "Check the OAuth client and that the Google Ads API is enabled in its project."
        return Fail(AccessError(told, hint=hint))
    if answer.status == 400:
        return Fail(ContractError(told, hint="The connector must be adapted.", code="TUP-530"))
    return classify_status(answer)


def classify_token(answer: Answer) -> Verdict:
    """Verdict on an answer of the token endpoint."""
    error = _object(answer.body).get("error")
    if error == "invalid_grant":
        # Tokens of an OAuth app in the state "Testing" die after seven days.
        hint = "Renew refresh_token: sign in again; publish the OAuth app if it is in testing."
        message = f"{answer.where}: invalid_grant: the refresh token is expired or revoked"
        return Fail(AccessError(message, hint=hint, code="TUP-401"))
    if error is not None and answer.status in (400, 401):
        hint = "Check client_id and client_secret: they must be those of the refresh token."
        return Fail(AccessError(f"{answer.where}: {error}", hint=hint, code="TUP-402"))
    return classify_status(answer)


def _first_error(answer: Answer) -> dict[str, Any] | None:
    details = _inner(_object(answer.body), "error").get("details")
    for detail in details if isinstance(details, list) else []:
        errors = detail.get("errors") if isinstance(detail, dict) else None
        if isinstance(errors, list) and errors and isinstance(errors[0], dict):
            return dict(errors[0])
    return None


def _name(error: dict[str, Any]) -> str:
    """`category.code` of the one-key object errorCode."""
    category, code = next(iter(_inner(error, "errorCode").items()), ("unknownError", "UNKNOWN"))
    return f"{category}.{code}"


def _seconds(delay: object) -> float | None:
    """A duration such as "1.5s" in seconds."""
    try:
        return float(str(delay).removesuffix("s"))
    except ValueError:
        return None


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except msgspec.MsgspecError:
        return {}
    return found if isinstance(found, dict) else {}


def _inner(found: dict[str, Any], key: str) -> dict[str, Any]:
    inner = found.get(key)
    return inner if isinstance(inner, dict) else {}
