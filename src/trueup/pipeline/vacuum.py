"""Removal of part files that killed attempts left in the lake."""

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
"""A run checks only a few tables, since it lists the whole folder of each."""


@dataclass(slots=True, kw_only=True)
class SweepResult:
    """Removed part files, and the errors of tables that could not be checked."""

    files: int = 0
    bytes: int = 0
    errors: list[TrueupError] = field(default_factory=list)


def sweep(run: Run) -> SweepResult:
    """Remove unused files of some tables, drawn by the run's time; reports errors, raises none.

    Runs only after a load, which has checked that the lake still has every loaded batch. In a
    restored older log, the parts of lost commits would look like parts that no commit ever named.
    """
    total = SweepResult()
    for table in drawn(_tables(run.project), run.now):
        _sweep_table(run, table, total)
    return total


def drawn(tables: list[StreamTable], now: datetime) -> list[StreamTable]:
    """Tables that a run at `now` checks."""
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
