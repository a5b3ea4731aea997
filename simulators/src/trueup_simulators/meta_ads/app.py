"""The routes of the simulated GraphClient API: authentication, dispatch, answers."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.meta_ads.auth import check_access
from trueup_simulators.meta_ads.encoding import (
    API_VERSION,
    encode,
    json_response,
    json_text_response,
)
from trueup_simulators.meta_ads.entities import (
    EDGE_FIELDS,
    NODE_TYPES,
    Edges,
    account_node,
    matching,
    picked,
)
from trueup_simulators.meta_ads.errors import GraphError, too_much_data, unknown_object
from trueup_simulators.meta_ads.faults import VENDOR, Listing, page_text, refusal
from trueup_simulators.meta_ads.fields import ACCOUNT_FIELDS, REPORT_FIELDS
from trueup_simulators.meta_ads.insights import InsightsQuery, compute, parse_query
from trueup_simulators.meta_ads.jobs import COMPLETED, JOB_KINDS, ReportRun, ReportRuns, not_ready
from trueup_simulators.meta_ads.paging import page_request
from trueup_simulators.meta_ads.params import filters, list_param, refuse_unknown
from trueup_simulators.meta_ads.rows import renderer
from trueup_simulators.meta_ads.usage import UsageMeter, usage_headers, usage_of_rule
from trueup_simulators.world import AdAccount, SimulatedClock, World

# Row limits of a synchronous query and of a report run; above them, the error asks for less data.
SYNC_ROW_LIMIT = 5_000
ASYNC_ROW_LIMIT = 300_000


def routes(world: World, clock: SimulatedClock, faults: FaultPlan) -> list[Route]:
    """The vendor's routes, without the mount's prefix."""
    graph = GraphClient(world, clock, faults)
    paths = ("/{version}/{node}/{edge}", "/{version}/{node}/", "/{version}/{node}")
    return [Route(path, graph.serve, methods=["GET", "POST"]) for path in paths]


def fault_response(rule: FaultRule, request: Request) -> Response | None:
    """The vendor's answer to a rule that refuses whole requests, None for other kinds."""
    return refusal(rule, request)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One authenticated request."""

    method: str
    node: str
    edge: str
    url: str
    params: Mapping[str, str]
    at: datetime

    @property
    def salt(self) -> str:
        """Scope that a cursor is bound to: the list, not its page."""
        kept = {
            key: text
            for key, text in self.params.items()
            if key not in {"after", "limit", "access_token", "appsecret_proof", "summary"}
        }
        return f"{self.node}/{self.edge}?{sorted(kept.items())}"


class GraphClient:
    """All handlers, over one world, clock and fault plan."""

    def __init__(self, world: World, clock: SimulatedClock, faults: FaultPlan) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults
        self._runs = ReportRuns()
        self._usage = UsageMeter()

    async def serve(self, request: Request) -> Response:
        """Answer one request; refusals and answers alike carry the usage headers."""
        params = dict(request.query_params)
        if request.method == "POST":
            params |= dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        return await run_in_threadpool(self._answer, request, params)

    def _answer(self, request: Request, params: Mapping[str, str]) -> Response:
        path = request.path_params
        account_id = path["node"].removeprefix("act_")
        try:
            check_access(params, request.headers)
            _check_version(path["version"])
            call = Call(
                method=request.method,
                node=path["node"],
                edge=path.get("edge", ""),
                url=str(request.url.replace(query="")),
                params=params,
                at=self._clock.now(),
            )
            response = self._dispatch(call)
        except GraphError as error:
            response = error.response()
        response.headers.update(self._usage_headers(account_id))
        return response

    def _usage_headers(self, account_id: str) -> Mapping[str, str]:
        rule = self._faults.take(VENDOR, "usage", {"usage"})
        if rule is not None:
            return usage_of_rule(rule, account_id)
        hour = self._clock.now().strftime("%Y-%m-%dT%H")
        return usage_headers(account_id, self._usage.count(account_id, hour))

    def _dispatch(self, call: Call) -> Response:
        handlers: Mapping[tuple[str, str], Callable[[Call], Response]] = {
            ("GET", "insights"): self._insights,
            ("POST", "insights"): self._create_report,
            ("GET", ""): self._node,
            **{("GET", edge): self._entities for edge in EDGE_FIELDS},
        }
        if (call.method, call.node, call.edge) == ("GET", "me", "adaccounts"):
            return self._accounts(call)
        handler = handlers.get((call.method, call.edge))
        if handler is None:
            raise unknown_object(call.node)
        return handler(call)

    def _account(self, node: str) -> AdAccount:
        for account in self._world.accounts:
            if account.platform == "meta_ads" and node == f"act_{account.account_id}":
                return account
        raise unknown_object(node)

    def _accounts(self, call: Call) -> Response:
        fields = list_param(call.params, "fields") or ["account_id"]
        _check_fields(fields, ACCOUNT_FIELDS, "AdAccount")
        nodes = [
            picked(account_node(account, call.at), fields)
            for account in self._world.accounts
            if account.platform == "meta_ads"
        ]
        return self._page(call, "accounts", _listing_of(nodes), announce=True)

    def _node(self, call: Call) -> Response:
        fields = list_param(call.params, "fields")
        if re.fullmatch(r"\d+", call.node):
            return self._report_node(call, fields)
        _check_fields(fields, ACCOUNT_FIELDS, "AdAccount")
        node = account_node(self._account(call.node), call.at)
        return json_response(picked(node, fields or ["account_id"]))

    def _entities(self, call: Call) -> Response:
        account = self._account(call.node)
        fields = list_param(call.params, "fields")
        _check_fields(fields, EDGE_FIELDS[call.edge], NODE_TYPES[call.edge])
        edges = Edges(self._world, account, call.at)
        found = matching(edges, call.edge, filters(call.params))

        def records(offset: int, limit: int) -> list[str]:
            part = found[offset : offset + limit]
            return [encode(picked(edges.node(entity), fields)) for entity in part]

        return self._page(call, call.edge, Listing(records, len(found)), announce=True)

    def _insights(self, call: Call) -> Response:
        if re.fullmatch(r"\d+", call.node):
            return self._report_insights(call)
        query = parse_query(call.params, self._account(call.node), call.at)
        table = compute(query, self._world, call.at)
        if table.num_rows > SYNC_ROW_LIMIT:
            raise too_much_data()
        return self._page(call, "insights", self._rows(query, table, call.at))

    def _create_report(self, call: Call) -> Response:
        query = parse_query(call.params, self._account(call.node), call.at)
        rule = self._faults.take(VENDOR, "create_report", JOB_KINDS)
        run = self._runs.create(query, call.at, rule)
        return json_response({"report_run_id": run.run_id})

    def _report_node(self, call: Call, fields: list[str]) -> Response:
        _check_fields(fields, REPORT_FIELDS, "AdReportRun")
        run = self._runs.find(call.node)
        if run.look() == COMPLETED and run.result is None:
            self._finish(run, call.at)
        node = run.node()
        return json_response({name: node[name] for name in fields or node if name in node})

    def _finish(self, run: ReportRun, at: datetime) -> None:
        table = compute(run.query, self._world, at)
        if table.num_rows > ASYNC_ROW_LIMIT:
            run.fail(too_much_data())
            return
        run.result, run.completed_at = table, at

    def _report_insights(self, call: Call) -> Response:
        run = self._runs.find(call.node)
        status, percent = run.shown
        if status != COMPLETED[0]:
            raise not_ready()
        _check_same_fields(call, run.query)
        table = run.result
        if table is None:
            # Completed is not complete: what there is below 100 % is a part that looks whole.
            whole = compute(run.query, self._world, call.at)
            table = whole.slice(0, whole.num_rows * percent // 100)
        if table.num_rows and self._faults.take(
            VENDOR, "report_insights", {"job_empty_first_page"}
        ):
            table = table.slice(0, 0)
        return self._page(call, "report_insights", self._rows(run.query, table, call.at))

    def _rows(self, query: InsightsQuery, table: Any, at: datetime) -> Listing:
        render = renderer(query, lambda: Edges(self._world, query.account, at))

        def records(offset: int, limit: int) -> list[str]:
            return [encode(row) for row in render(table.slice(offset, limit))]

        return Listing(records, table.num_rows)

    def _page(self, call: Call, op: str, listing: Listing, *, announce: bool = False) -> Response:
        page = page_request(call.url, call.params, call.salt)
        data, paging = page_text(listing, page, self._faults, op)
        parts = [f'"data":{data}'] + ([f'"paging":{paging}'] if paging else [])
        wanted = set(list_param(call.params, "summary"))
        if announce and wanted & {"true", "1", "total_count"}:
            parts.append(f'"summary":{{"total_count":{listing.total}}}')
        return json_text_response("{" + ",".join(parts) + "}")


def _listing_of(nodes: list[dict[str, Any]]) -> Listing:
    return Listing(
        lambda offset, limit: [encode(node) for node in nodes[offset : offset + limit]], len(nodes)
    )


def _check_version(version: str) -> None:
    if version != API_VERSION:
        message = (
            "(#2635) You are calling a deprecated version of the Ads API. Please update to the "
            f"latest version: {API_VERSION}."
        )
        raise GraphError(message=message, code=2635)


def _check_fields(fields: list[str], known: tuple[str, ...], node_type: str) -> None:
    text = f"Tried accessing nonexistent field ({{}}) on node type ({node_type})"
    refuse_unknown(fields, known, text)


def _check_same_fields(call: Call, query: InsightsQuery) -> None:
    text = "Cannot include {} in summary param because they weren't there while creating the report"
    refuse_unknown(list_param(call.params, "fields"), query.fields, text)
