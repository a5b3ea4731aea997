"""The HTTP surface: token endpoint, accessible customers, search and searchStream."""

import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import pyarrow as pa
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trueup_simulators.faults import FaultPlan
from trueup_simulators.google_ads import gaql
from trueup_simulators.google_ads.auth import Gate, token_response
from trueup_simulators.google_ads.bodies import (
    QUERY_PARAMETERS,
    SEARCH_KEYS,
    STREAM_KEYS,
    body_of,
    check_has_metrics,
    check_same_settings,
    check_summary,
    settings_of,
    unknown_name,
)
from trueup_simulators.google_ads.errors import ApiError, StatusError, new_request_id
from trueup_simulators.google_ads.faults import (
    VENDOR,
    Answer,
    disturbed,
    fault_response,
    page_rows,
)
from trueup_simulators.google_ads.paging import (
    PAGE_ROWS,
    PageToken,
    decode_token,
    expired_page_token,
    query_digest,
)
from trueup_simulators.google_ads.plan import Plan, plan_for
from trueup_simulators.google_ads.rows import rows_for
from trueup_simulators.google_ads.selection import filtered, ordered
from trueup_simulators.google_ads.wire import encode_rows, field_mask, summary_row
from trueup_simulators.world import SimulatedClock, World
from trueup_simulators.world.entities import AdAccount

__all__ = ["fault_response", "routes"]

REMEMBERED_RESULTS = 8


def routes(world: World, clock: SimulatedClock, faults: FaultPlan) -> list[Route]:
    """The routes of the vendor, without their prefix."""
    api = GoogleAds(world, clock, faults)
    customers = "/v26/customers"
    return [
        Route("/oauth2/token", api.token, methods=["POST"]),
        Route(f"{customers}:listAccessibleCustomers", api.accessible, methods=["GET"]),
        Route(f"{customers}/{{customer_id}}/googleAds:search", api.search, methods=["POST"]),
        Route(f"{customers}/{{customer_id}}/googleAds:searchStream", api.stream, methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class Result:
    """All rows of a query at an instant; `total` ignores LIMIT."""

    plan: Plan
    table: pa.Table
    total: int


class GoogleAds:
    """The handlers, over one world, clock and plan of faults."""

    def __init__(self, world: World, clock: SimulatedClock, faults: FaultPlan) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._gate = Gate(world, clock)
        self._results: OrderedDict[tuple[str, str, datetime], Result] = OrderedDict()

    async def token(self, request: Request) -> Response:
        """Refresh token against access token."""
        form = dict(parse_qsl((await request.body()).decode("latin-1")))
        return token_response(form, self._clock.now())

    async def accessible(self, request: Request) -> Response:
        """The customers that the credential reaches without a manager."""

        def answer(request_id: str) -> Response:
            self._gate.check_credentials(request.headers)
            names = [f"customers/{customer_id}" for customer_id in self._gate.accessible()]
            return _json({"resourceNames": names}, request, request_id)

        return _guarded(answer)

    async def search(self, request: Request) -> Response:
        """One page of rows."""
        raw = await request.body()

        def answer(request_id: str) -> Response:
            account = self._account(request)
            body = body_of(raw, SEARCH_KEYS)
            return _text(self._page(account, body), request, request_id)

        return _guarded(answer)

    async def stream(self, request: Request) -> Response:
        """All rows, as an array of batches."""
        raw = await request.body()

        def answer(request_id: str) -> Response:
            account = self._account(request)
            body = body_of(raw, STREAM_KEYS)
            batches = self._batches(account, body, request_id)
            return _text(f"[{','.join(batches)}]", request, request_id)

        return _guarded(answer, streaming=True)

    def _account(self, request: Request) -> AdAccount:
        unknown = set(request.query_params) - QUERY_PARAMETERS
        if unknown:
            raise unknown_name(sorted(unknown)[0], "Cannot bind query parameter.")
        self._gate.check_credentials(request.headers)
        return self._gate.account(request.path_params["customer_id"], request.headers)

    def _page(self, account: AdAccount, body: dict[str, Any]) -> str:
        settings = settings_of(body)
        digest = query_digest(account.account_id, body["query"])
        token = PageToken(
            digest=digest,
            offset=0,
            at=self._clock.now().isoformat(),
            count=bool(settings.get("returnTotalResultsCount")),
            summary=bool(settings.get("returnSummaryRow")),
        )
        op = "search"
        if body.get("pageToken"):
            op = "search_page"
            given = decode_token(body["pageToken"], digest, self._clock.now())
            check_same_settings(given, token)
            token = given
            if self._faults.take(VENDOR, op, {"expired_page_token"}):
                raise expired_page_token()
        result = self._result(account, body["query"], token.instant)
        check_summary(token, result.plan)
        if body.get("validateOnly"):
            return "{}"
        omit = bool(settings.get("omitResults"))
        return self._page_text(result, token, op, omit=omit)

    def _page_text(self, result: Result, token: PageToken, op: str, *, omit: bool) -> str:
        answer = self._answer(result, token, op, omit=omit)
        rule = self._faults.take(VENDOR, op, answer.possible_kinds())
        if rule is not None:
            answer = disturbed(answer, rule)
        members = [f'"results":[{",".join(answer.rows)}]'] if answer.rows else []
        if answer.next_token:
            members.append(f'"nextPageToken":"{answer.next_token}"')
        if token.count and answer.total:
            members.append(f'"totalResultsCount":"{answer.total}"')
        members.append(f'"fieldMask":"{field_mask(result.plan)}"')
        if token.summary:
            members.append(f'"summaryRow":{summary_row(result.plan, result.table)}')
        members.append(f'"queryResourceConsumption":"{_consumption(result)}"')
        return f"{{{','.join(members)}}}"

    def _answer(self, result: Result, token: PageToken, op: str, *, omit: bool) -> Answer:
        size = page_rows(self._faults, op, PAGE_ROWS)
        count, end = result.table.num_rows, token.offset + size

        def rows(offset: int) -> list[str]:
            if omit or offset < 0:
                return []
            return encode_rows(result.plan, result.table.slice(offset, size))

        return Answer(
            rows=rows(token.offset),
            total=result.total,
            own_token=token.encode(),
            next_token=_moved(token, end) if end < count and not omit else None,
            is_last_but_one=end < count <= end + size,
            has_former=token.offset > 0 and not omit,
            former=lambda: rows(token.offset - size),
        )

    def _batches(self, account: AdAccount, body: dict[str, Any], request_id: str) -> list[str]:
        setting = body.get("summaryRowSetting", "NO_SUMMARY_ROW")
        result = self._result(account, body["query"], self._clock.now())
        size = page_rows(self._faults, "search_stream", PAGE_ROWS)
        mask = f'"fieldMask":"{field_mask(result.plan)}","requestId":"{request_id}"'
        spent = f'"queryResourceConsumption":"{_consumption(result)}"'
        batches = []
        if setting != "SUMMARY_ROW_ONLY":
            for offset in range(0, result.table.num_rows, size):
                rows = encode_rows(result.plan, result.table.slice(offset, size))
                batches.append(f'{{"results":[{",".join(rows)}],{mask}}}')
        # The last batch tells the cost; without rows it is the only one.
        batches.append(f"{batches.pop()[:-1]},{spent}}}" if batches else f"{{{mask},{spent}}}")
        if setting != "NO_SUMMARY_ROW":
            check_has_metrics(result.plan)
            row = summary_row(result.plan, result.table)
            batches.append(f'{{"summaryRow":{row},{mask}}}')
        return batches

    def _result(self, account: AdAccount, query: str, at: datetime) -> Result:
        key = (account.account_id, query, at)
        if key not in self._results:
            self._results[key] = self._computed(account, query, at)
            if len(self._results) > REMEMBERED_RESULTS:
                self._results.popitem(last=False)
        return self._results[key]

    def _refuse_slow(self, plan: Plan) -> None:
        """Time out for more days than a rule too_slow allows (`above`)."""
        since, until = plan.days.since, plan.days.until
        days = (until - since).days if since and until else 0
        if self._faults.first_firing(lambda r: r.kind == "too_slow" and days > r.params["above"]):
            raise ApiError("internalError", "DEADLINE_EXCEEDED", "The operation took too long.")

    def _computed(self, account: AdAccount, query: str, at: datetime) -> Result:
        today = at.astimezone(ZoneInfo(account.timezone)).date()
        plan = plan_for(gaql.parse(query), today=today, is_manager=account.is_manager)
        self._refuse_slow(plan)
        rows = filtered(rows_for(plan, self._world, account, at), plan.filters)
        rows = ordered(rows, plan.query.order_by)
        total = rows.num_rows
        return Result(plan, rows.slice(0, plan.query.limit), total)


def _moved(token: PageToken, offset: int) -> str:
    return PageToken(
        digest=token.digest, offset=offset, at=token.at, count=token.count, summary=token.summary
    ).encode()


def _consumption(result: Result) -> int:
    return 100 + result.total


def _guarded(answer: Callable[[str], Response], *, streaming: bool = False) -> Response:
    request_id = new_request_id()
    try:
        return answer(request_id)
    except (ApiError, StatusError) as error:
        return error.response(request_id, streaming=streaming)


def _text(text: str, request: Request, request_id: str) -> Response:
    pretty = request.query_params.get("prettyPrint", request.query_params.get("$prettyPrint"))
    if pretty != "false":
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    body = text.encode("utf-8", "surrogatepass")
    return Response(body, media_type="application/json", headers={"request-id": request_id})


def _json(body: object, request: Request, request_id: str) -> Response:
    return _text(json.dumps(body), request, request_id)
