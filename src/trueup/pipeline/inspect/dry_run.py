"""Dry run: plans with the planner of a real run, and writes nothing."""

from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from trueup.core.account import Account, AccountStatus
from trueup.core.batch import ScopeState
from trueup.core.stream import Stream, StreamKind
from trueup.errors import TransientError
from trueup.pipeline.run_lock import read_lock
from trueup.pipeline.settings.config import refuse_later_start
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.load import pending_batches
from trueup.pipeline.sync.engine import WHOLE_SOURCE
from trueup.pipeline.sync.plan import Read, check_backfill, plan_backfill, plan_reads


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedRead:
    """All that would be read of one account's stream; days are the account's, both inclusive."""

    source: str
    stream: str
    account: str
    kind: str
    requests_from: datetime
    requests_until: datetime
    windows: int
    first_day: date | None = None
    last_day: date | None = None
    resumes: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLoad:
    """Batches of one stream that the lake holds and the warehouse has not seen."""

    source: str
    stream: str
    batches: int
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedModels:
    """Newest loads of the models and of the published version; 0 before the first."""

    newest_load_id: int
    modelled_load_id: int
    published_load_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DryRun:
    """Plan of a run; parts that were not requested are empty or None."""

    reads: tuple[PlannedRead, ...] = ()
    unavailable: tuple[tuple[str, Account], ...] = ()
    loads: tuple[PlannedLoad, ...] = ()
    models: PlannedModels | None = None


_Planner = Callable[[Stream, Account, ScopeState], list[Read]]


def dry_run_sync(project: Project, names: Iterable[str], now: datetime) -> DryRun:
    """Reads of a sync of the named sources. Asks each source for its accounts."""

    def planner(stream: Stream, account: Account, state: ScopeState) -> list[Read]:
        return plan_reads(stream, account, state, now, project.config.start_date)

    return _preview_reads(project, names, now, planner)


def dry_run_backfill(
    project: Project, name: str, since: date, until: date, now: datetime
) -> DryRun:
    """Reads of a backfill of the days `[since, until)`."""
    check_backfill(since, project.config.start_date, now)

    def planner(stream: Stream, account: Account, state: ScopeState) -> list[Read]:
        del state
        if stream.kind is StreamKind.SNAPSHOT:
            return []
        return plan_backfill(stream, account, since, until, now)

    return _preview_reads(project, [name], now, planner)


def dry_run_load(project: Project) -> DryRun:
    """Batches that a load would move from the present lake."""
    positions = _load_positions(project)
    loads = []
    for source, streams in project.streams().items():
        for stream in streams:
            table = project.table(source, stream.name)
            if not table.exists():
                continue
            batches = pending_batches(table, positions.get((source, stream.name), -1))
            if batches:
                rows = sum(batch.header.counts.landed for batch in batches)
                loads.append(
                    PlannedLoad(source=source, stream=stream.name, batches=len(batches), rows=rows)
                )
    return DryRun(loads=tuple(loads))


def dry_run_models(project: Project) -> DryRun:
    """Loads that a transform or publish would include."""
    manifest = project.published.current()
    newest = _number(project, "select max(load_id) as n from raw.batches")
    modelled = _number(project, "select max(load_id) as n from ops.transform_position")
    published = manifest.load_id if manifest else 0
    return DryRun(
        models=PlannedModels(
            newest_load_id=newest, modelled_load_id=modelled, published_load_id=published
        )
    )


def _preview_reads(
    project: Project, names: Iterable[str], now: datetime, planner: _Planner
) -> DryRun:
    refuse_later_start(project.config, now)
    reads: list[PlannedRead] = []
    unavailable: list[tuple[str, Account]] = []
    for name in names:
        with closing(project.connect(name, now)) as source:
            accounts, streams = source.accounts(), source.streams
        active = [account for account in accounts if account.status is AccountStatus.ACTIVE]
        unavailable += [(name, a) for a in accounts if a.status is AccountStatus.UNAVAILABLE]
        for stream in streams:
            for account in active if stream.per_account else [WHOLE_SOURCE]:
                planned = planner(stream, account, _state(project, name, stream, account))
                if planned:
                    reads.append(_summed(name, stream, account, planned))
    return DryRun(reads=tuple(reads), unavailable=tuple(unavailable))


def _state(project: Project, source: str, stream: Stream, account: Account) -> ScopeState:
    table = project.table(source, stream.name)
    last = table.last_commit(account.account_id) if table.exists() else None
    return last.header.state if last else ScopeState()


def _summed(source: str, stream: Stream, account: Account, planned: list[Read]) -> PlannedRead:
    zone = ZoneInfo(account.timezone)
    days = (
        [day for read in planned for day in read.window.days(zone)]
        if stream.kind is StreamKind.REPORT
        else []
    )
    return PlannedRead(
        source=source,
        stream=stream.name,
        account=account.account_id,
        kind=stream.kind.value,
        requests_from=planned[0].window.since,
        requests_until=planned[-1].window.until,
        windows=len(days) or len(planned),
        first_day=min(days, default=None),
        last_day=max(days, default=None),
        resumes=planned[0].bookmark is not None,
    )


def _load_positions(project: Project) -> dict[tuple[str, str], int]:
    rows = _asked(project, "select source, stream, delta_version from raw.load_positions")
    return {(row["source"], row["stream"]): int(row["delta_version"]) for row in rows}


def _number(project: Project, sql: str) -> int:
    return next((int(row["n"] or 0) for row in _asked(project, sql)), 0)


def _asked(project: Project, sql: str) -> list[dict[str, Any]]:
    """The warehouse's rows; none before it is made, which asking would do."""
    if not project.warehouse.path.exists():
        return []
    # A run that begins meanwhile waits until we have closed its warehouse.
    with read_lock(project.workspace) as is_idle:
        if not is_idle:
            raise TransientError(
                f"workspace {project.workspace}: a run is at work",
                why="The remaining work is unknown until that run ends.",
                hint="Wait for it to end, then run again.",
                code="TUP-755",
            )
        return project.warehouse.query(sql)
