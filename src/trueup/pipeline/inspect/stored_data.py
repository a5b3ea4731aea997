"""Lake tables, warehouse and published files: is what was stored still there, and as it was?

Names and sizes are compared for all files. Of the contents, only some are read, as in a run: their
whole is too much for one command.
"""

import random
from collections.abc import Iterator
from functools import partial

from trueup.errors import IntegrityError, TrueupError
from trueup.lake.file_checks import check_batches, check_presence, damage_error
from trueup.lake.table import StreamTable
from trueup.pipeline.inspect.findings import Finding, looked
from trueup.pipeline.inspect.state_tables import read_state
from trueup.pipeline.run_lock import read_lock
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.load import check_known

BATCHES_PER_TABLE = 5
BYTES_PER_TABLE = 16_000_000


def stored_data(project: Project) -> list[Finding]:
    """Find damage of stored data; a sound part gives one finding, too."""
    tables = [table for table in project.tables() if table.exists()]
    lake = [
        looked(f"lake {table.source}.{table.stream}", partial(_table, table)) for table in tables
    ]
    sound = [table for table, finding in zip(tables, lake, strict=True) if not finding.error]
    findings = [finding for finding in lake if finding.error]
    if tables and not findings:
        findings = [Finding(subject="lake tables", message=f"{len(tables)} with all their files")]
    findings.append(looked("warehouse", partial(_warehouse, project, sound)))
    return [*findings, *_published(project)]


def _table(table: StreamTable) -> tuple[str, str]:
    check_presence(table)
    count = table.version() + 1
    drawn = random.sample(range(count), min(BATCHES_PER_TABLE, count))
    problems = check_batches(table, drawn, BYTES_PER_TABLE).problems
    if problems:
        raise damage_error(table, list(problems.values()))
    return "", ""


def _warehouse(project: Project, tables: list[StreamTable]) -> tuple[str, str]:
    path = project.warehouse.path
    has_batches = any(table.version() > 0 for table in tables)
    rebuilt = f"{path} {{}}; the next run loads it from the lake"
    if not path.exists():
        return "not made yet", rebuilt.format("is missing") if has_batches else ""
    read = read_state(project)
    if read.damage:
        raise read.damage
    if read.seen_in != "warehouse":
        return "in use by another process", ""
    if has_batches and not read.tables["ops.batches"]:
        return "opens", rebuilt.format("holds no batch")
    with read_lock(project.workspace) as is_idle:
        for table in tables if is_idle else ():
            position = project.warehouse.load_position(table.source, table.stream)
            if position >= 0:
                check_known(project, table, position)
    return "opens, and knows no batch that the lake has not", ""


def _published(project: Project) -> Iterator[Finding]:
    try:
        manifest = project.published.current()
        damage = [str(part) for part in project.published.damage()]
        unreadable = project.published.unreadable() if manifest and not damage else ""
    except TrueupError as error:
        yield Finding(subject="published version", error=error)
        return
    if manifest is None:
        yield Finding(subject="published version", message="none yet")
        return
    for problem in [*damage, *([unreadable] if unreadable else [])]:
        damaged = IntegrityError(
            f"published version {manifest.publish_id}: {problem}",
            why="Readers may see other rows than were published, or an error.",
            hint="Rebuild the damaged files: trueup publish",
            code="TUP-733",
        )
        yield Finding(subject="published version", error=damaged)
    if not (damage or unreadable):
        yield Finding(subject="published version", message=f"{manifest.publish_id} is readable")
