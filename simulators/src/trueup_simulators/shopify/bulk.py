"""Bulk operations: jobs that advance by one state at each status request."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from trueup_simulators.faults import FaultRule

CONCURRENT_JOBS = 5
RESULT_DAYS = timedelta(days=7)
FIRST_JOB = 990_000_000_001
ENDED = frozenset({"COMPLETED", "FAILED", "CANCELED", "EXPIRED"})


@dataclass(frozen=True, slots=True)
class Export:
    """Result of a bulk query: one JSON line per object, roots and children together."""

    lines: tuple[bytes, ...] = ()
    roots: int = 0


@dataclass(slots=True)
class BulkJob:
    """One job. `type_name` says which type of the schema it is."""

    number: int
    query: str
    created_at: datetime
    export: Callable[[], Export]
    polls: int
    fault: FaultRule | None = None
    status: str = "CREATED"
    error_code: str | None = None
    completed_at: datetime | None = None
    type_name: str = "BulkOperation"
    _looks: int = 0
    _result: Export = field(default_factory=Export)

    def step(self, at: datetime) -> None:
        """One look: CREATED, RUNNING for a while, then done, however it ends."""
        if self.status == "CANCELING":
            self.status = "CANCELED"
        elif self.status == "COMPLETED" and self._is_expired(at):
            self.status = "EXPIRED"
        elif self.status in ("CREATED", "RUNNING"):
            self._looks += 1
            self.status = "RUNNING"
            if self._looks > self.polls and not self._has_fault("bulk_stuck"):
                self._finish(at)

    def _is_expired(self, at: datetime) -> bool:
        assert self.completed_at is not None
        return self._has_fault("bulk_expired") or at - self.completed_at > RESULT_DAYS

    def _has_fault(self, kind: str) -> bool:
        return self.fault is not None and self.fault.kind == kind

    def _finish(self, at: datetime) -> None:
        whole = self.export()
        self.status, self.completed_at, self._result = "COMPLETED", at, whole
        if self._has_fault("bulk_canceled"):
            self.status = "CANCELED"
        elif self._has_fault("bulk_failed"):
            assert self.fault is not None
            share = float(self.fault.params.get("partial", 0.5))
            self.status, self.completed_at = "FAILED", None
            self.error_code = str(self.fault.params.get("error_code", "INTERNAL_SERVER_ERROR"))
            self._result = Export(whole.lines[: int(len(whole.lines) * share)], whole.roots)

    @property
    def object_count(self) -> int:
        """Objects so far; one too many by the fault bulk_count_mismatch."""
        return len(self._result.lines) + self._has_fault("bulk_count_mismatch")

    @property
    def root_count(self) -> int:
        """Objects at the root so far."""
        return self._result.roots

    @property
    def file(self) -> bytes:
        """The result as served; short of its last lines by the fault bulk_lines_lost."""
        lines = self._result.lines
        if self.fault is not None and self._has_fault("bulk_lines_lost"):
            lines = lines[: -int(self.fault.params.get("lines", 1))]
        return b"".join(line + b"\n" for line in lines)

    @property
    def file_size(self) -> int | None:
        """Bytes of the finished file."""
        return len(self.file) if self.status == "COMPLETED" else None

    def url(self, base_url: str) -> str | None:
        """Address of the whole result; None before the end and when there are no rows."""
        return self._address(base_url) if self.status == "COMPLETED" else None

    def partial_url(self, base_url: str) -> str | None:
        """Address of the partial result of a failed job."""
        return self._address(base_url) if self.status == "FAILED" else None

    def _address(self, base_url: str) -> str | None:
        if not self._result.lines:
            return None
        return f"{base_url}/bulk-results/{self.number}.jsonl?signature=simulated"


class BulkJobs:
    """All jobs of the shop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: dict[int, BulkJob] = {}

    def running(self) -> list[BulkJob]:
        """Jobs that have not ended."""
        with self._lock:
            return [job for job in self._jobs.values() if job.status not in ENDED]

    def start(self, job: BulkJob) -> BulkJob:
        """Take a job in under the next number."""
        with self._lock:
            job.number = FIRST_JOB + len(self._jobs)
            self._jobs[job.number] = job
        return job

    def find(self, number: int) -> BulkJob | None:
        """The job as it stands."""
        return self._jobs.get(number)

    def look(self, number: int, at: datetime) -> BulkJob | None:
        """The job, one step further."""
        job = self._jobs.get(number)
        if job is not None:
            job.step(at)
        return job

    def look_at_all(self, at: datetime) -> list[BulkJob]:
        """All jobs, newest first, each one step further."""
        jobs = sorted(self._jobs.values(), key=lambda job: job.number, reverse=True)
        for job in jobs:
            job.step(at)
        return jobs
