"""Audit the candidate: run every gate, write the verdicts down, say what is withheld."""

from dataclasses import dataclass
from functools import partial

from trueup.pipeline.events import Event
from trueup.pipeline.run_context import Run
from trueup.pipeline.steps.sync_log import log_time
from trueup.pipeline.steps.transform import TransformResult
from trueup.quality.catalog import GATES
from trueup.quality.gates import Gate, Verdict, run_gate, since_for, withheld_tables
from trueup.warehouse.duckdb import fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """All verdicts, and the tables that failed gates hold back."""

    verdicts: tuple[Verdict, ...]
    withheld_tables: dict[str, tuple[str, ...]]

    @property
    def failed(self) -> tuple[Verdict, ...]:
        return tuple(verdict for verdict in self.verdicts if verdict.status == "fail")


def audit(run: Run, transformed: TransformResult) -> AuditResult:
    """Check what changed since each table was last published."""
    project = run.project
    lineage = transformed.lineage
    manifest = project.published.current()
    same_models = manifest is not None and manifest.project_hash == transformed.project_hash
    published = (
        {name: table.load_id for name, table in manifest.tables.items()}
        if manifest is not None and same_models
        else {}
    )
    names = [candidate.name for candidate in lineage.candidates]
    verdicts = []
    with project.warehouse.connect() as connection:
        query = partial(fetch, connection)
        for done, gate in enumerate(GATES, start=1):
            since = since_for(gate, published, lineage.protected_by, names)
            verdict = run_gate(gate, query, since, project.config.start_date)
            verdicts.append(verdict)
            run.tell(Event("gate_checked", gate.name, done, len(GATES), {"status": verdict.status}))
    withheld = withheld_tables(verdicts, lineage.protected_by)
    result = AuditResult(
        verdicts=tuple(verdicts),
        # What is built on the way to published tables is nothing that anybody sees.
        withheld_tables={name: gates for name, gates in withheld.items() if name in names},
    )
    _write_down(run, result, transformed.load_id)
    return result


def _write_down(run: Run, result: AuditResult, load_id: int) -> None:
    moment = log_time(run.project, "ops.checks", "checked_at", run.now)
    run.project.warehouse.execute(
        "insert into ops.checks values (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(run.run_id, moment, v.gate.name, v.status, v.violations, v.message),
                *(_protected(v.gate), load_id),
            )
            for v in result.verdicts
        ],
    )


def _protected(gate: Gate) -> str:
    return ", ".join(sorted(gate.protects))
