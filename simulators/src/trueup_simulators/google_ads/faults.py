"""Faults that only this vendor can have: refusals, and answers that are subtly wrong."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.google_ads.auth import INVALID_GRANT, not_enabled, permission_denied
from trueup_simulators.google_ads.errors import (
    ApiError,
    Quota,
    StatusError,
    new_request_id,
    status_response,
)

VENDOR = "google_ads"
PAGE_KINDS = (
    "last_page_lost",
    "repeat_cursor",
    "duplicate_page",
    "count_mismatch",
    "duplicate_delivery",
    "row_lost",
    "permission_lost",
    "bad_record",
)
_FAILURES = {
    400: ("requestError", "UNKNOWN"),
    401: ("authenticationError", "OAUTH_TOKEN_INVALID"),
    403: ("authorizationError", "USER_PERMISSION_DENIED"),
    429: ("quotaError", "RESOURCE_TEMPORARILY_EXHAUSTED"),
    500: ("internalError", "INTERNAL_ERROR"),
    504: ("internalError", "DEADLINE_EXCEEDED"),
}


def fault_response(rule: FaultRule, request: Request) -> Response | None:
    """The refusal that a rule stands for; None for kinds that need the answer itself.

    status: HTTP `status`, as `category` and `code` of a failure if given. throttle: try again after
    `retry_delay_seconds`, `scope` ACCOUNT or DEVELOPER. daily_quota: the operations of the day are
    used up. account_disabled, account_revoked: one account (match its id) is closed, or not shared
    any more. invalid_grant: the refresh token is dead.
    """
    streaming = request.url.path.endswith(":searchStream")
    request_id = new_request_id()
    match rule.kind:
        case "status":
            return _status(rule, request_id, streaming=streaming)
        case "throttle":
            error = _throttled(rule)
        case "daily_quota":
            error = _daily_quota(rule)
        case "account_disabled":
            error = not_enabled()
        case "account_revoked":
            error = permission_denied()
        case "invalid_grant" if request.url.path.endswith("/oauth2/token"):
            return INVALID_GRANT.response()
        case _:
            return None
    return error.response(request_id, streaming=streaming)


def _status(rule: FaultRule, request_id: str, *, streaming: bool) -> Response:
    status = int(rule.params.get("status", 500))
    category, code = _FAILURES.get(status, ("", ""))
    category = rule.params.get("category", category)
    code = rule.params.get("code", code)
    if not category:
        return StatusError(status).response(request_id, streaming=streaming)
    error = ApiError(category, code, rule.params.get("message", f"{category}: {code}."))
    answer = error.response(request_id, streaming=streaming)
    if answer.status_code == status:
        return answer
    return status_response(status, [], request_id, streaming=streaming)


def _throttled(rule: FaultRule) -> ApiError:
    quota = Quota(
        rule.params.get("scope", "ACCOUNT"),
        rule.params.get("rate_name", "Number of requests per second"),
        float(rule.params.get("retry_delay_seconds", 1.0)),
    )
    code = rule.params.get("code", "RESOURCE_TEMPORARILY_EXHAUSTED")
    message = f"Too many requests. Retry in {quota.retry_delay_seconds:g} seconds."
    return ApiError("quotaError", code, message, quota=quota)


def _daily_quota(rule: FaultRule) -> ApiError:
    seconds = float(rule.params.get("retry_delay_seconds", 36_000))
    quota = Quota("DEVELOPER", "Number of operations for basic access", seconds)
    message = f"Too many requests. Retry in {seconds:g} seconds."
    return ApiError("quotaError", "RESOURCE_EXHAUSTED", message, quota=quota)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One page before it is put together; `own_token` leads to this same page.

    `is_last_but_one`: the page after this one is the last. `former`: the rows of the page before.
    """

    rows: list[str]
    total: int
    own_token: str
    next_token: str | None
    is_last_but_one: bool
    has_former: bool
    former: Callable[[], list[str]]

    def possible_kinds(self) -> set[str]:
        """The kinds that would change this page: a rule waits for a page that it can spoil."""
        kinds = set(PAGE_KINDS)
        if not self.rows:
            kinds = {"count_mismatch"}
        if not self.is_last_but_one:
            kinds -= {"last_page_lost"}
        if self.next_token is None:
            kinds -= {"repeat_cursor"}
        if not self.has_former:
            kinds -= {"duplicate_page"}
        return kinds


def disturbed(answer: Answer, rule: FaultRule) -> Answer:
    """The page as a rule of PAGE_KINDS bends it.

    last_page_lost: no token although one page is left. repeat_cursor: the token leads to this page
    again. duplicate_page: the former page's rows again in place of its own. count_mismatch: the
    announced total is off by `delta`. duplicate_delivery: row `record` comes twice, counted unless
    `counted` is false. row_lost: one row less. permission_lost: an empty, cheerful page.
    bad_record: see `spoiled`.
    """
    at = int(rule.params.get("record", 0))
    rows = list(answer.rows)
    match rule.kind:
        case "last_page_lost":
            return replace(answer, next_token=None)
        case "repeat_cursor":
            return replace(answer, next_token=answer.own_token)
        case "duplicate_page":
            return replace(answer, rows=answer.former())
        case "count_mismatch":
            return replace(answer, total=answer.total + int(rule.params.get("delta", 1)))
        case "permission_lost":
            return replace(answer, rows=[], total=0, next_token=None)
        case "duplicate_delivery":
            counted = int(rule.params.get("counted", True))
            return replace(answer, rows=[*rows, rows[at]], total=answer.total + counted)
        case "row_lost":
            return replace(answer, rows=rows[:at] + rows[at + 1 :])
        case _:
            return replace(
                answer, rows=[*rows[:at], spoiled(rows[at], rule.params), *rows[at + 1 :]]
            )


def spoiled(record: str, params: Mapping[str, Any]) -> str:
    """A record with its `field` made unreadable, by `mode`: nan, huge (1e400), missing,
    duplicate_key, lone_surrogate, nul, long (ten million letters).

    Without `field` it is the cost, or else the first id.
    """
    name = str(params.get("field") or ("costMicros" if '"costMicros"' in record else "id"))
    mode = str(params.get("mode", "nan"))
    place = re.compile(rf'"{re.escape(name)}":("(?:[^"\\]|\\.)*"|[^,}}\]]+),?')
    found = place.search(record)
    if found is None:
        raise ValueError(f"the record has no field {name!r} to spoil")
    after = "," if found.group().endswith(",") else ""
    texts = {
        "nan": f'"{name}":NaN{after}',
        "huge": f'"{name}":1e400{after}',
        "missing": "",
        "duplicate_key": f'"{name}":"0",{found.group()}',
        "lone_surrogate": f'"{name}":"\\ud800"{after}',
        "nul": f'"{name}":"a\\u0000b"{after}',
        "long": f'"{name}":"{"N" * 10_000_000}"{after}',
    }
    text = record[: found.start()] + texts[mode] + record[found.end() :]
    return text.replace(",}", "}")


def page_rows(faults: FaultPlan, op: str, default: int) -> int:
    """Rows per page: `rows` of a small_pages rule, so that tests need not make 10,000 rows."""
    rule = faults.take(VENDOR, op, {"small_pages"})
    return int(rule.params["rows"]) if rule else default
