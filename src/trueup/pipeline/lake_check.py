"""Reads some of the lake's files against their hashes in every run, each of them in turn."""

from dataclasses import dataclass, field

from trueup.errors import IntegrityError
from trueup.lake.file_checks import FileCheck, check_batches, damage_error
from trueup.lake.table import StreamTable
from trueup.pipeline.events import Event
from trueup.pipeline.run_context import Run
from trueup.pipeline.settings.project import Project

BATCHES_PER_TABLE = 5
BYTES_PER_RUN = 64_000_000
"""So much is read by one run, and at least one batch."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Position:
    """Progress of a table's check: the next version, the damaged versions, and the round."""

    next_version: int = 0
    damaged: list[int] = field(default_factory=list)
    round: int = 0


_NEW = _Position()


def check_lake(run: Run) -> tuple[IntegrityError, ...]:
    """Check what is due; returns the damage, also what earlier runs found and is still there.

    Only after a load, which reads all that is new.
    """
    project = run.project
    before = _positions(project)
    this_round = max((p.round for p in before.values()), default=0) + 1
    left, after, errors = BYTES_PER_RUN, [], []
    for table in sorted(
        project.tables(), key=lambda t: before.get((t.source, t.stream), _NEW).round
    ):
        if left > 0 and table.exists():
            found, position = _check_table(table, before.get(_name(table), _NEW), left)
            left -= found.bytes
            damage = _damage(run, table, found)
            errors += damage
            text = damage[0].message if damage else ""
            after.append([*_name(table), position.next_version, position.damaged, text, this_round])
    project.warehouse.execute(
        "insert or replace into ops.lake_checks values (?, ?, ?, ?, ?, ?)", after
    )
    return tuple(errors)


def _check_table(
    table: StreamTable, before: _Position, max_bytes: int
) -> tuple[FileCheck, _Position]:
    count = table.version() + 1
    due = [(before.next_version + n) % count for n in range(min(BATCHES_PER_TABLE, count))]
    again = [version for version in before.damaged if version < count]
    found = check_batches(table, dict.fromkeys([*again, *due]), max_bytes)
    unread = [version for version in again if version not in found.versions]
    left = [version for version in due if version not in found.versions]
    next_version = left[0] if left else (due[-1] + 1) % count
    return found, _Position(next_version=next_version, damaged=[*found.problems, *unread])


def _damage(run: Run, table: StreamTable, found: FileCheck) -> list[IntegrityError]:
    if not found.problems:
        return []
    error = damage_error(table, list(found.problems.values()))
    fields: dict[str, object] = {"error": f"{error.code} {error.message}"}
    run.tell(Event("lake_file_damaged", ".".join(_name(table)), fields=fields))
    return [error]


def _name(table: StreamTable) -> tuple[str, str]:
    return table.source, table.stream


def _positions(project: Project) -> dict[tuple[str, str], _Position]:
    rows = project.warehouse.query("select * from ops.lake_checks")
    return {
        (row["source"], row["stream"]): _Position(
            next_version=row["next_version"], damaged=row["damaged_versions"], round=row["round"]
        )
        for row in rows
    }
