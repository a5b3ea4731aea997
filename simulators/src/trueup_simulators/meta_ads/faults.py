"""The vendor's own misbehaviour: refusals on demand, pages that are not what they say."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.meta_ads import errors
from trueup_simulators.meta_ads.encoding import encode, json_response
from trueup_simulators.meta_ads.errors import GraphError
from trueup_simulators.meta_ads.paging import PageRequest, paging_block
from trueup_simulators.meta_ads.usage import usage_of_rule

VENDOR = "meta"


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that can be asked for parts of itself: `records(offset, limit)` gives JSON texts."""

    records: Callable[[int, int], list[str]]
    total: int


def refusal(rule: FaultRule, request: Request) -> Response | None:
    """The answer of a rule that refuses a whole request; None for kinds that do not.

    status: HTTP `status` with the vendor's body, or `code`, `subcode`, `message` of one's own.
    throttle: `code` (80000), `percent`, `minutes`. token_expired, permission, account_revoked,
    too_much_data, summary_param: their errors. page_too_large: too_much_data for pages of more than
    `above` records. permission_lost: an empty 200. cursor_expired:
    only requests that bring a cursor.
    """
    if rule.kind == "permission_lost":
        return json_response({"data": []})
    if rule.kind == "throttle":
        error = errors.throttled(int(rule.params.get("code", 80000)))
        response = error.response()
        response.headers.update(usage_of_rule(rule, _account_of(request)))
        return response
    makers: Mapping[str, Callable[[], GraphError]] = {
        "status": lambda: _status_error(rule.params),
        "token_expired": lambda: errors.invalid_token(463),
        "permission": errors.no_permission,
        "account_revoked": lambda: errors.unknown_object(f"act_{_account_of(request)}"),
        "too_much_data": errors.too_much_data,
        "summary_param": errors.spurious_summary,
    }
    limit = int(request.query_params.get("limit", 0))
    if rule.kind == "page_too_large" and limit > int(rule.params["above"]):
        return errors.too_much_data().response()
    if rule.kind == "cursor_expired" and "after=" in request.url.query:
        return errors.invalid_parameter("Invalid cursors values").response()
    return makers[rule.kind]().response() if rule.kind in makers else None


def page_text(listing: Listing, page: PageRequest, faults: FaultPlan, op: str) -> tuple[str, str]:
    """`data` and `paging` of a page as JSON texts, disturbed by the page kinds:

    short_page: half as many records as asked for, more to come. duplicate_page: the former page's
    records again in place of its own. last_page_lost: no `next` although one page is left.
    repeat_cursor: `after` leads to this page again. duplicate_delivery: a record twice. row_lost:
    one record less. bad_record: see `spoiled`.
    """

    def told(kind: str) -> FaultRule | None:
        return faults.take(VENDOR, op, {kind})

    left = max(0, listing.total - page.offset)
    count = min(page.limit, left)
    if count > 1 and told("short_page"):
        count //= 2
    repeated = page.offset > 0 and told("duplicate_page")
    start = max(0, page.offset - page.limit) if repeated else page.offset
    records = listing.records(start, count)
    after_this = left - count
    has_next = after_this > 0
    if has_next and after_this <= page.limit and told("last_page_lost"):
        has_next = False
    paging = paging_block(page, count, has_next=has_next)
    if paging is not None and page.params.get("after") and has_next and told("repeat_cursor"):
        paging["cursors"]["after"] = page.params["after"]
    return _joined(records, told), encode(paging) if paging else ""


def spoiled(record: str, params: Mapping[str, Any]) -> str:
    """A record with its `field` (default spend) made unreadable, by `mode`: nan, huge (1e400),
    missing, duplicate_key, lone_surrogate, nul."""
    name = re.escape(str(params.get("field", "spend")))
    place = re.compile(rf'"{name}":("(?:[^"\\]|\\.)*"|[^,}}\]]+)')
    literals = {"nan": "NaN", "huge": "1e400", "lone_surrogate": r'"\ud800"', "nul": r'"\u0000"'}
    mode = str(params.get("mode", "nan"))
    if mode == "missing":
        shorter = place.sub("", record, count=1)
        return shorter.replace(",,", ",").replace("{,", "{").replace(",}", "}")
    if mode == "duplicate_key":
        return "{" + f'"{params.get("field", "spend")}":"0",' + record[1:]
    # As a plain replacement text, the backslashes of the literal must be doubled.
    literal = literals[mode].replace("\\", r"\\")
    return place.sub(f'"{name}":{literal}', record, count=1)


def _joined(records: list[str], told: Callable[[str], FaultRule | None]) -> str:
    if records and told("duplicate_delivery"):
        records = [*records, records[0]]
    if records and told("row_lost"):
        records = records[:-1]
    rule = told("bad_record") if records else None
    if rule is not None:
        index = int(rule.params.get("record", 0)) % len(records)
        records = [*records[:index], spoiled(records[index], rule.params), *records[index + 1 :]]
    return f"[{','.join(records)}]"


def _status_error(params: Mapping[str, Any]) -> GraphError:
    status = int(params.get("status", 500))
    if "code" not in params:
        return errors.server_error(status)
    return GraphError(
        message=str(params.get("message", "An unknown error occurred")),
        code=int(params["code"]),
        subcode=params.get("subcode"),
        status=status,
        is_transient=bool(params.get("is_transient", False)),
    )


def _account_of(request: Request) -> str:
    found = re.search(r"/act_(\d+)", request.url.path)
    return found.group(1) if found else ""
