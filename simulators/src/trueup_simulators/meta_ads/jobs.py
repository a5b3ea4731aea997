"""Asynchronous report runs: each status request advances them by one state."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa

from trueup_simulators.faults import FaultRule
from trueup_simulators.meta_ads.errors import GraphError, too_much_data, unknown_object
from trueup_simulators.meta_ads.insights import InsightsQuery

FIRST_RUN_ID = 6_040_000_000_000_001

State = tuple[str, int]
COMPLETED: State = ("Job Completed", 100)
HEALTHY: tuple[State, ...] = (
    ("Job Not Started", 0),
    ("Job Started", 0),
    ("Job Running", 57),
    COMPLETED,
)
FAILED: State = ("Job Failed", 0)
JOB_KINDS = frozenset({"job_failed", "job_skipped", "job_stuck", "job_incomplete"})


@dataclass(slots=True, kw_only=True)
class ReportRun:
    """One run. `states` holds what the next looks will see; the last one stays."""

    run_id: str
    query: InsightsQuery
    created_at: datetime
    states: list[State]
    error: GraphError | None = None
    shown: State = HEALTHY[0]
    result: pa.Table | None = None
    completed_at: datetime | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def look(self) -> State:
        """The state now, and one step further at the next look."""
        with self.lock:
            self.shown = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            return self.shown

    def fail(self, error: GraphError) -> None:
        """End as failed, regardless of the planned result."""
        with self.lock:
            self.states, self.error, self.shown = [FAILED], error, FAILED

    def node(self) -> dict[str, Any]:
        """The run's fields as shown; errors only on a failed one."""
        status, percent = self.shown
        shown: dict[str, Any] = {
            "id": self.run_id,
            "account_id": self.query.account.account_id,
            "time_ref": int(self.created_at.timestamp()),
            "async_status": status,
            "async_percent_completion": percent,
            "date_start": self.query.since.isoformat(),
            "date_stop": self.query.until.isoformat(),
            "is_running": status in {"Job Started", "Job Running"},
        }
        if self.completed_at is not None:
            shown["time_completed"] = int(self.completed_at.timestamp())
        if status == "Job Failed" and self.error is not None:
            shown |= _error_fields(self.error)
        return shown


class ReportRuns:
    """All runs, by id. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[str, ReportRun] = {}

    def create(self, query: InsightsQuery, now: datetime, rule: FaultRule | None) -> ReportRun:
        """A new run, misbehaving as the rule says."""
        with self._lock:
            run_id = str(FIRST_RUN_ID + len(self._runs))
            states = list(_states(rule))
            run = ReportRun(run_id=run_id, query=query, created_at=now, states=states)
            if rule is not None and rule.kind == "job_failed":
                run.error = _error_of(rule.params)
            self._runs[run_id] = run
            return run

    def find(self, run_id: str) -> ReportRun:
        """The run; raises GraphError if there is none."""
        with self._lock:
            run = self._runs.get(run_id)
        if run is None:
            raise unknown_object(run_id)
        return run


def not_ready() -> GraphError:
    """The result was asked for before there was one."""
    return GraphError(message="(#2601) Loading Async Session Failed", code=2601, subcode=1815107)


def _states(rule: FaultRule | None) -> tuple[State, ...]:
    if rule is None:
        return HEALTHY
    match rule.kind:
        case "job_failed":
            return (*HEALTHY[:3], FAILED)
        case "job_skipped":
            return (HEALTHY[0], ("Job Skipped", 0))
        case "job_stuck":
            return (*HEALTHY[:2], ("Job Running", int(rule.params.get("percent", 57))))
    # job_incomplete: "Job Completed" below 100 % for `looks` looks, for ever if that is None.
    partial: State = ("Job Completed", int(rule.params.get("percent", 60)))
    looks = rule.params.get("looks", 2)
    return (partial,) if looks is None else (*([partial] * int(looks)), COMPLETED)


def _error_of(params: Mapping[str, Any]) -> GraphError:
    if params.get("too_much_data"):
        return too_much_data()
    return GraphError(
        message=str(params.get("message", "Generating the report failed. Try again later.")),
        code=int(params.get("code", -2)),
        subcode=int(params.get("subcode", 2490547)),
        user_title="Report Failed",
        user_msg="Generating the report failed. Try again later.",
    )


def _error_fields(error: GraphError) -> dict[str, Any]:
    return {
        "error_code": error.code,
        "error_subcode": error.subcode or 0,
        "error_message": error.message,
        "error_user_title": error.user_title or "",
        "error_user_msg": error.user_msg or "",
    }
