"""The two mutations served: start a bulk query, cancel one."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from graphql import DocumentNode

from trueup_simulators.shopify.bulk import CONCURRENT_JOBS, ENDED, BulkJob, Export
from trueup_simulators.shopify.bulk_rules import refusals
from trueup_simulators.shopify.export import export
from trueup_simulators.shopify.plan import Compiler, Plan, Planned, text_of
from trueup_simulators.shopify.resolve import OBJECTS
from trueup_simulators.shopify.resolve.connections import CONNECTION, EDGE
from trueup_simulators.shopify.resolve.context import Context
from trueup_simulators.shopify.resolve.getters import Table, values
from trueup_simulators.shopify.resolve.roots import QUERY_ROOT
from trueup_simulators.shopify.resolve.sources import gid, instant
from trueup_simulators.shopify.schema import DOCUMENTS_KEPT, SCHEMA, checked_document
from trueup_simulators.shopify.settings import ShopSettings

_JOB_FAULTS = (
    "bulk_failed",
    "bulk_stuck",
    "bulk_canceled",
    "bulk_expired",
    "bulk_lines_lost",
    "bulk_count_mismatch",
    "bulk_elsewhere",
)


class UserError(NamedTuple):
    """Reason that a mutation did nothing."""

    field: list[str] | None
    message: str
    code: str | None = None


class Payload(NamedTuple):
    """Result of a mutation."""

    job: BulkJob | None
    errors: tuple[UserError, ...] = ()


def _run_query(_source: Any, args: Mapping[str, Any], context: Context) -> Payload:
    query = args["query"]
    refused = tuple(UserError(["query"], message, "INVALID") for message in refusals(query))
    if refused:
        return Payload(None, refused)
    running = context.jobs.running()
    if len(running) >= CONCURRENT_JOBS:
        names = ", ".join(sorted(gid("BulkOperation", job.number) for job in running))
        message = f"A bulk query operation for this app and shop is already in progress: {names}."
        return Payload(None, (UserError(None, message, "OPERATION_IN_PROGRESS"),))
    fault = context.state.faults.take("shopify", "bulkOperationRunQuery", _JOB_FAULTS)
    job = BulkJob(
        number=0,
        query=query,
        created_at=context.at,
        export=lambda: _export(query, context, grouped=args["groupObjects"]),
        polls=context.settings.bulk_polls,
        fault=fault,
    )
    return Payload(context.jobs.start(job))


def _export(query: str, context: Context, *, grouped: bool) -> Export:
    document = checked_document(query)
    assert isinstance(document, DocumentNode)
    inner = Context(context.state, context.at, context.jobs, context.base_url, unpaged=True)
    plan = compiled(document, {}, inner)
    return export(plan, inner, grouped=grouped, seed=context.state.world.config.seed)


def _cancel(_source: Any, args: Mapping[str, Any], context: Context) -> Payload:
    number = args["id"].rpartition("/")[2]
    job = context.jobs.find(int(number)) if number.isdigit() else None
    if job is None:
        return Payload(None, (UserError(["id"], "Bulk operation does not exist"),))
    if job.status in ENDED:
        message = f"A bulk operation cannot be canceled when it is {job.status.lower()}"
        return Payload(job, (UserError(None, message),))
    job.status = "CANCELING"
    return Payload(job)


_PAYLOAD: Table = values(bulkOperation=lambda p: p.job, userErrors=lambda p: p.errors)
_USER_ERROR: Table = values(
    field=lambda e: e.field, message=lambda e: e.message, code=lambda e: e.code
)
_JOB: Table = values(
    id=lambda j: gid("BulkOperation", j.number),
    type=lambda _j: "QUERY",
    status=lambda j: j.status,
    errorCode=lambda j: j.error_code,
    query=lambda j: j.query,
    createdAt=lambda j: instant(j.created_at),
    completedAt=lambda j: instant(j.completed_at),
    objectCount=lambda j: str(j.object_count),
    rootObjectCount=lambda j: str(j.root_count),
    fileSize=lambda j: None if j.file_size is None else str(j.file_size),
) | {
    "url": lambda job, _args, context: job.url(context.base_url),
    "partialDataUrl": lambda job, _args, context: job.partial_url(context.base_url),
}


def _all_resolvers() -> dict[str, Table]:
    tables = OBJECTS | {
        "QueryRoot": QUERY_ROOT,
        "Mutation": {"bulkOperationRunQuery": _run_query, "bulkOperationCancel": _cancel},
        "BulkOperation": _JOB,
        "BulkOperationRunQueryPayload": _PAYLOAD,
        "BulkOperationCancelPayload": _PAYLOAD,
        "BulkOperationUserError": _USER_ERROR,
        "UserError": _USER_ERROR,
    }
    for name in SCHEMA.type_map:
        if name.endswith("Connection"):
            tables[name] = CONNECTION
        elif name.endswith("Edge"):
            tables[name] = EDGE
    return tables


RESOLVERS = _all_resolvers()


def compiled(document: DocumentNode, variables: dict[str, Any], context: Context) -> Plan:
    """The plan of a document for one request."""
    planned = _planned(text_of(document), context.settings)
    return Compiler(document, variables, RESOLVERS, context.denial, planned).plan()


@lru_cache(maxsize=DOCUMENTS_KEPT)
def _planned(_text: str, _settings: ShopSettings) -> Planned:
    return {}
