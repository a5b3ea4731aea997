"""Load step: every committed batch of the lake goes into the warehouse once, in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from trueup.errors import IntegrityError
from trueup.lake.layout import MARKER
from trueup.lake.table import StreamTable
from trueup.pipeline.events import Event, Listener, silent
from trueup.pipeline.settings.project import Project, declared_streams
from trueup.sources.registry import REGISTRY
from trueup.warehouse.protocol import PendingBatch

BATCHES_AT_ONCE = 100
RECORDS_AT_ONCE = 50_000
"""Limits of one transaction; a larger batch has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """Counts of a load over all streams."""

    batches: int = 0
    rows: int = 0
    quarantined: int = 0


def load(project: Project, listener: Listener = silent) -> LoadResult:
    """Load the batches of the lake beyond the warehouse's positions."""
    streams = [(source, s.name) for source, listed in project.streams().items() for s in listed]
    if (project.lake / MARKER).exists():
        project.open_lake()  # refuses a lake of a newer format
    warehouse = project.warehouse
    prepare(project)
    total = LoadResult()
    # One open connection for all batches, since opening the file is slow.
    with warehouse.connect():
        for done, (source, stream) in enumerate(streams, start=1):
            total = _added(total, _load_stream(project, source, stream))
            listener(Event("stream_loaded", f"{source}.{stream}", done, len(streams)))
    return total


def prepare(project: Project) -> None:
    """Create missing tables of the warehouse: models name the tables of every source type."""
    project.warehouse.prepare(
        (source, stream.name) for source in REGISTRY for stream in declared_streams(source)
    )


def _load_stream(project: Project, source: str, stream: str) -> LoadResult:
    table = project.table(source, stream)
    position = project.warehouse.load_position(source, stream)
    result = LoadResult()
    if position >= 0:
        check_known(project, table, position)
    if not table.exists():
        return result
    for batches in by_transaction(pending_batches(table, position)):
        loaded = project.warehouse.load(batches, position)
        position = batches[-1].version
        done = LoadResult(batches=len(batches), rows=loaded.rows, quarantined=loaded.quarantined)
        result = _added(result, done)
    return result


def check_known(project: Project, table: StreamTable, position: int) -> None:
    """Raises IntegrityError when the lake no longer has the batch that was loaded last.

    New batches would get the numbers of loaded ones, and would never be loaded.
    """
    known = project.warehouse.loaded_batch(table.source, table.stream, position)
    commit = table.commit_at(position) if position <= table.version() else None
    if commit is None or known != (commit.header.batch_id, commit.header.run_id):
        raise IntegrityError(
            f"{table.source}.{table.stream}: the warehouse holds version {position} of the lake's "
            f"table, the lake now {'holds another' if commit else 'ends before it'}",
            why="The lake was restored from an older copy or recreated. Nothing was loaded.",
            hint=f"Restore {table.path} from backup. Or, if the lake as it is now is right, move "
            f"{project.warehouse.path} away and run trueup load: it is rebuilt from the lake.",
            code="TUP-723",
        )


def pending_batches(table: StreamTable, position: int) -> list[PendingBatch]:
    """Committed batches beyond `position`, oldest first."""
    return [
        PendingBatch(
            version=commit.version,
            header=commit.header,
            files=tuple(table.path / part.path for part in commit.header.files),
        )
        for commit in table.commits_after(position)
    ]


def by_transaction(batches: Iterable[PendingBatch]) -> Iterator[list[PendingBatch]]:
    """Group neighbouring batches: a small batch costs less than its own transaction."""
    together: list[PendingBatch] = []
    records = 0
    for batch in batches:
        rows = batch.header.counts.landed + batch.header.counts.quarantined
        if together and (records + rows > RECORDS_AT_ONCE or len(together) == BATCHES_AT_ONCE):
            yield together
            together, records = [], 0
        together.append(batch)
        records += rows
    if together:
        yield together


def _added(a: LoadResult, b: LoadResult) -> LoadResult:
    return LoadResult(
        batches=a.batches + b.batches,
        rows=a.rows + b.rows,
        quarantined=a.quarantined + b.quarantined,
    )
