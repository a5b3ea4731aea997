"""What killed attempts left in the lake is removed, and told."""

import random
from dataclasses import dataclass, field
from datetime import datetime

from trueup.errors import TrueupError
from trueup.lake.table import StreamTable
from trueup.lake.vacuum import sweep as sweep_table
from trueup.pipeline.events import Event
from trueup.pipeline.run_context import Run
from trueup.pipeline.settings.project import Project

TABLES_AT_ONCE = 3
"""A table's whole folder is listed, so a run looks at a few; all come round."""


@dataclass(slots=True, kw_only=True)
class SweepResult:
    """Part files that were removed, and why tables could not be swept."""

    files: int = 0
    bytes: int = 0
    errors: list[TrueupError] = field(default_factory=list)


def sweep(run: Run) -> SweepResult:
    """Sweep some tables, drawn by the run's time; a failure is told and stops nothing.

    Only after a load: it has seen that the lake holds what was loaded before. In a log that was
    set back, the parts of lost commits would look as if nothing had ever named them.
    """
    total = SweepResult()
    for table in drawn(_tables(run.project), run.now):
        _sweep_table(run, table, total)
    return total


def drawn(tables: list[StreamTable], now: datetime) -> list[StreamTable]:
    """The tables that a run at `now` looks at."""
    return random.Random(now.isoformat()).sample(tables, min(TABLES_AT_ONCE, len(tables)))


def _tables(project: Project) -> list[StreamTable]:
    streams = project.streams().items()
    return [project.table(source, s.name) for source, listed in streams for s in listed]


def _sweep_table(run: Run, table: StreamTable, total: SweepResult) -> None:
    where, files, freed = f"{table.source}.{table.stream}", 0, 0
    try:
        for size in sweep_table(table):
            files, freed = files + 1, freed + size
    except TrueupError as error:
        total.errors.append(error)
        fields: dict[str, object] = {"error": f"{error.code} {error.message}"}
        run.tell(Event("sweep_failed", where, fields=fields))
    if files:
        run.tell(Event("parts_swept", where, fields={"files": files, "bytes": freed}))
    total.files, total.bytes = total.files + files, total.bytes + freed
