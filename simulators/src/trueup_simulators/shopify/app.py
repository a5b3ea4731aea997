"""HTTP: the GraphQL endpoint and the files of bulk results."""

import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
from graphql import DocumentNode
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.shopify import errors
from trueup_simulators.shopify.bulk import BulkJobs
from trueup_simulators.shopify.faults import BAD_VALUE_KINDS, spoiled
from trueup_simulators.shopify.mutations import compiled
from trueup_simulators.shopify.plan import DocumentError, Plan
from trueup_simulators.shopify.resolve.context import Context
from trueup_simulators.shopify.run import Runner
from trueup_simulators.shopify.schema import API_VERSION, checked_document
from trueup_simulators.shopify.settings import ShopSettings, ShopState
from trueup_simulators.world import SimulatedClock, World

JSON = "application/json; charset=utf-8"


def routes(
    world: World, clock: SimulatedClock, faults: FaultPlan, settings: ShopSettings | None = None
) -> list[Route]:
    """The shop's routes, to be mounted under /shopify."""
    shop = Shop(ShopState(world, clock, faults, settings or ShopSettings()))
    path = "/admin/api/{version}/graphql.json"
    return [
        Route(path, shop.graphql, methods=["POST"]),
        Route("/bulk-results/{number:int}.jsonl", shop.bulk_result, methods=["GET"]),
    ]


def fault_response(rule: FaultRule, request: Request) -> Response | None:
    """The answer for request-level kinds: status (`code`), throttle, graphql_error (`code`)."""
    if not request.url.path.endswith("/graphql.json"):
        return (
            errors.http_error(int(rule.params.get("code", 500))) if rule.kind == "status" else None
        )
    if rule.kind == "status":
        return errors.http_error(int(rule.params.get("code", 500)))
    if rule.kind == "throttle":
        return _answer(errors.throttled(_empty_bucket(rule)))
    if rule.kind == "graphql_error":
        return _answer(_graphql_error(str(rule.params.get("code", "INTERNAL_SERVER_ERROR"))))
    return None


def _graphql_error(code: str) -> dict[str, Any]:
    if code == "INTERNAL_SERVER_ERROR":
        return errors.internal_error("1b355a21-7117-44c5-8d8b-8948082f40a8")
    return errors.coded(code.replace("_", " ").capitalize(), code)


def _empty_bucket(rule: FaultRule) -> dict[str, Any]:
    """A bucket that refills in `seconds` (default 0.05)."""
    rate = 1000.0
    missing = float(rule.params.get("seconds", 0.05)) * rate
    status = {
        "maximumAvailable": 20_000.0,
        "currentlyAvailable": 0,
        "restoreRate": rate,
    }
    return {
        "requestedQueryCost": round(missing),
        "actualQueryCost": None,
        "throttleStatus": status,
    }


def _answer(body: dict[str, Any], version: str = API_VERSION, number: int = 0) -> Response:
    headers = {"X-Shopify-API-Version": version, "X-Request-Id": f"simulated-{number}"}
    return Response(msgspec.json.encode(body), media_type=JSON, headers=headers)


@dataclass(slots=True)
class Shop:
    """The handlers."""

    state: ShopState
    jobs: BulkJobs = field(default_factory=BulkJobs)
    _numbers: Callable[[], int] = field(default_factory=lambda: itertools.count(1).__next__)

    async def graphql(self, request: Request) -> Response:
        """One operation."""
        if request.headers.get("X-Shopify-Access-Token") != self.state.settings.access_token:
            return errors.http_error(401)
        try:
            body = json.loads(await request.body())
            query, variables = str(body["query"]), body.get("variables") or {}
        except (ValueError, KeyError, TypeError):
            told = {"errors": {"query": "Required parameter missing or invalid"}}
            return JSONResponse(told, status_code=400)
        if self._is_too_slow(variables):
            return _answer(_graphql_error("TIMEOUT"))
        context = Context(self.state, self.state.clock.now(), self.jobs, _base_url(request))
        answer = self._execute(query, variables, context)
        rule = self.state.faults.take("shopify", "version", {"wrong_version"})
        version = str(rule.params.get("version", "2026-01")) if rule else API_VERSION
        response = _answer(answer, version, self._numbers())
        return self._spoiled(response, answer)

    def _is_too_slow(self, variables: dict[str, Any]) -> bool:
        """True if a page is larger than a rule too_slow allows (`above`)."""
        first = variables.get("first") or 0
        faults = self.state.faults
        found = faults.first_firing(lambda r: r.kind == "too_slow" and first > r.params["above"])
        return found is not None

    def _execute(self, query: str, variables: dict[str, Any], context: Context) -> dict[str, Any]:
        document = checked_document(query)
        if not isinstance(document, DocumentNode):
            return errors.refused_document(document)
        try:
            plan = compiled(document, variables, context)
            requested = plan.requested_cost
            if requested > errors.MAX_QUERY_COST:
                return errors.max_cost_exceeded(requested)
            if not self.state.bucket.admits(requested):
                return errors.throttled(self.state.bucket.describe(requested, None))
            return self._run(plan, context, requested)
        except DocumentError as error:
            return errors.refused_document(error.errors)

    def _run(self, plan: Plan, context: Context, requested: int) -> dict[str, Any]:
        outcome = Runner(context).run(plan)
        actual = min(outcome.actual_cost, requested)
        self.state.bucket.take(actual)
        extensions: dict[str, Any] = {"cost": self.state.bucket.describe(requested, actual)}
        if context.searches:
            extensions["search"] = context.searches
        answer: dict[str, Any] = {"data": outcome.data, "extensions": extensions}
        return answer | ({"errors": outcome.errors} if outcome.errors else {})

    def _spoiled(self, response: Response, answer: dict[str, Any]) -> Response:
        for name, value in (answer.get("data") or {}).items():
            nodes = value.get("nodes") if isinstance(value, dict) else None
            rule = self.state.faults.take("shopify", name, BAD_VALUE_KINDS) if nodes else None
            if rule is not None and nodes:
                body = spoiled(answer, nodes[0], str(rule.params.get("value", "nan")))
                headers = {k: v for k, v in response.headers.items() if k != "content-length"}
                return Response(body, media_type=JSON, headers=headers)
        return response

    async def bulk_result(self, request: Request) -> Response:
        """The JSONL file of a job; like the vendor's storage, it asks for no token."""
        job = self.jobs.find(request.path_params["number"])
        if job is None or not (job.url("") or job.partial_url("")):
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404, media_type="text/xml")
        return Response(job.file, media_type="application/jsonl")


def _base_url(request: Request) -> str:
    return str(request.url).partition("/admin/")[0]
