"""Request bodies: what may stand in them, and what the vendor says when something else does."""

import json
from typing import Any

from trueup_simulators.google_ads.errors import StatusError, request_error
from trueup_simulators.google_ads.paging import PAGE_ROWS, PageToken
from trueup_simulators.google_ads.plan import Plan

SEARCH_KEYS = frozenset({"query", "pageToken", "pageSize", "validateOnly", "searchSettings"})
SETTING_KEYS = frozenset({"omitResults", "returnSummaryRow", "returnTotalResultsCount"})
STREAM_KEYS = frozenset({"query", "summaryRowSetting"})
QUERY_PARAMETERS = frozenset({"prettyPrint", "alt", "$prettyPrint", "$alt"})


def body_of(raw: bytes, known: frozenset[str]) -> dict[str, Any]:
    """The request's object; a name that is not known is refused, as is a page size."""
    try:
        body = json.loads(raw)
    except ValueError:
        raise StatusError(400, "Invalid JSON payload received.") from None
    if not isinstance(body, dict):
        raise StatusError(400, "Invalid JSON payload received. Expected an object.")
    unknown = sorted(set(body) - known)
    if unknown:
        raise unknown_name(unknown[0], "Cannot find field.")
    if "pageSize" in body:
        raise request_error(
            "PAGE_SIZE_NOT_SUPPORTED",
            "Setting the page size is not supported. Search Response will have fixed page size "
            f"of '{PAGE_ROWS}' rows.",
        )
    if not body.get("query"):
        raise request_error("REQUIRED_FIELD_MISSING", "The query is missing.")
    return body


def settings_of(body: dict[str, Any]) -> dict[str, Any]:
    """The search settings of a body, checked."""
    settings = body.get("searchSettings", {})
    unknown = sorted(set(settings) - SETTING_KEYS)
    if unknown:
        raise unknown_name(f"{unknown[0]}' at 'search_settings", "Cannot find field.")
    return dict(settings)


def unknown_name(name: str, what: str) -> StatusError:
    """The front end's refusal of a name that the request message has not."""
    message = f'Invalid JSON payload received. Unknown name "{name}": {what}'
    violation = {"description": message}
    detail = {"@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": [violation]}
    return StatusError(400, message, [detail])


def check_same_settings(given: PageToken, asked: PageToken) -> None:
    """Raises ApiError when a later page is asked for what the first was not."""
    if asked.count and not given.count:
        raise request_error(
            "TOTAL_RESULTS_COUNT_NOT_ORIGINALLY_REQUESTED",
            "The total was not asked for when the first page was.",
        )
    if asked.summary != given.summary:
        raise request_error(
            "INCONSISTENT_RETURN_SUMMARY_ROW_VALUE",
            "The summary row was asked for on one page and not on another.",
        )


def check_summary(token: PageToken, plan: Plan) -> None:
    """Raises ApiError when a summary is wanted of nothing."""
    if token.summary:
        check_has_metrics(plan)


def check_has_metrics(plan: Plan) -> None:
    """Raises ApiError when no figure is selected."""
    if not plan.metrics:
        raise request_error(
            "CANNOT_RETURN_SUMMARY_ROW_FOR_REQUEST_WITHOUT_METRICS",
            "A summary row needs metrics in the SELECT clause.",
        )
