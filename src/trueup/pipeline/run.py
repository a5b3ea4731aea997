"""The whole way: sync, load, transform, audit, publish; each step safe to repeat."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from trueup.errors import QualityError, TrueupError
from trueup.pipeline.events import Event, Listener, silent
from trueup.pipeline.lake_check import check_lake
from trueup.pipeline.rebuild import rebuilding
from trueup.pipeline.run_context import Run
from trueup.pipeline.run_lock import run_lock
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.audit import AuditResult, audit
from trueup.pipeline.steps.load import LoadResult, load, prepare
from trueup.pipeline.steps.publish import PublishResult, is_current, publish
from trueup.pipeline.steps.streams import note_streams
from trueup.pipeline.steps.sync_log import log_sync
from trueup.pipeline.steps.transform import TransformResult, transform
from trueup.pipeline.sync import engine as syncing
from trueup.pipeline.sync.results import SyncResult
from trueup.pipeline.time_zones import zone_differences
from trueup.pipeline.vacuum import SweepResult, sweep


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """Result of a run; `published` is None if the published version was already up to date.

    `repaired` names damaged files that are rebuilt, `damage` those that someone must restore.
    """

    run_id: str
    now: datetime
    synced: SyncResult
    loaded: LoadResult
    swept: SweepResult
    transformed: TransformResult | None = None
    audited: AuditResult | None = None
    published: PublishResult | None = None
    repaired: tuple[str, ...] = ()
    damage: tuple[TrueupError, ...] = ()

    def error(self) -> TrueupError | None:
        """The gravest thing that went wrong, or None. A failed stream outranks a held table."""
        if errors := [*self.synced.errors(), *self.damage]:
            return max(errors, key=lambda error: (error.exit_code != 75, -error.exit_code))
        if self.audited and self.audited.failed:
            return gate_error(self.audited)
        return None


def new_run_id(now: datetime) -> str:
    """A name for a run: its time and a few random letters."""
    return f"{now:%Y%m%dT%H%M%S}Z-{secrets.token_hex(3)}"


def run(
    project: Project,
    now: datetime,
    names: Iterable[str] | None = None,
    listener: Listener = silent,
) -> RunResult:
    """Sync the named sources (all by default), then load, model, gate and publish."""
    run_id = new_run_id(now)
    with run_lock(project.workspace, run_id):
        work = Run(project=project, now=now, run_id=run_id, listener=listener)
        chosen = list(project.config.sources if names is None else names)
        return _after_sync(work, syncing.sync(work, chosen))


def run_backfill(
    project: Project,
    name: str,
    since: date,
    until: date,
    now: datetime,
    listener: Listener = silent,
) -> RunResult:
    """Read `[since, until)` of one source again, then load, model, gate and publish."""
    run_id = new_run_id(now)
    with run_lock(project.workspace, run_id):
        work = Run(project=project, now=now, run_id=run_id, listener=listener)
        return _after_sync(work, syncing.backfill(work, name, since, until))


def run_sync(
    project: Project, now: datetime, names: Iterable[str], listener: Listener = silent
) -> SyncResult:
    """Only the first step: from the named sources into the lake."""
    run_id = new_run_id(now)
    with run_lock(project.workspace, run_id):
        work = Run(project=project, now=now, run_id=run_id, listener=listener)
        synced = syncing.sync(work, names)
        rebuilding(project, listener, lambda: _log_sync(work, synced))
        return synced


def run_load(project: Project, now: datetime, listener: Listener = silent) -> LoadResult:
    """Only the second step: from the lake into the warehouse."""
    with run_lock(project.workspace, new_run_id(now)):
        return rebuilding(project, listener, lambda: load(project, listener))[0]


def run_transform(project: Project, now: datetime, listener: Listener = silent) -> TransformResult:
    """Only the third step: from raw to candidate tables."""
    with run_lock(project.workspace, new_run_id(now)):
        return rebuilding(project, listener, lambda: _modelled(project, now, listener))[0]


def run_publish(project: Project, now: datetime, listener: Listener = silent) -> RunResult:
    """Load, model, gate and publish what the lake holds, without asking any source."""
    run_id = new_run_id(now)
    with run_lock(project.workspace, run_id):
        work = Run(project=project, now=now, run_id=run_id, listener=listener)
        return _after_sync(work, SyncResult())


def _log_sync(run: Run, synced: SyncResult) -> None:
    prepare(run.project)
    log_sync(run.project, synced, run.run_id, run.now)


def _modelled(project: Project, now: datetime, listener: Listener) -> TransformResult:
    load(project, listener)
    note_streams(project, now)
    return transform(project, listener)


def _after_sync(run: Run, synced: SyncResult) -> RunResult:
    result, aside = rebuilding(run.project, run.tell, lambda: _all_steps(run, synced))
    if aside is None:
        return result
    rebuilt = f"{run.project.warehouse.path}; the damaged file is now {aside}"
    return replace(result, repaired=(rebuilt, *result.repaired))


def _all_steps(run: Run, synced: SyncResult) -> RunResult:
    project = run.project
    loaded = load(project, run.listener)
    log_sync(project, synced, run.run_id, run.now)
    run.tell(Event("batches_loaded", fields={"batches": loaded.batches, "rows": loaded.rows}))
    swept = sweep(run)
    note_streams(project, run.now)
    damage = check_lake(run)
    transformed = transform(project, run.listener)
    audited = published = None
    damaged = project.published.check()
    for part in damaged:
        run.tell(Event("published_file_damaged", str(part)))
    if damaged or not is_current(project, transformed):
        _tell_zones(run)
        audited = audit(run, transformed)
        published = publish(run, transformed, audited.withheld_tables)
        run.tell(Event("version_published", published.manifest.publish_id))
    return RunResult(
        run_id=run.run_id,
        now=run.now,
        synced=synced,
        loaded=loaded,
        swept=swept,
        transformed=transformed,
        audited=audited,
        published=published,
        repaired=tuple(map(str, damaged)),
        damage=damage,
    )


def _tell_zones(run: Run) -> None:
    accounts = run.project.warehouse.query("select distinct timezone from ops.accounts")
    for zone, what in zone_differences(run.project, accounts, run.now).items():
        run.tell(Event("time_zone_differs", zone, fields={"what": what}))


def gate_error(audited: AuditResult) -> QualityError:
    """Failed gates as the error that a command ends with."""
    names = ", ".join(verdict.gate.name for verdict in audited.failed)
    count = len(audited.withheld_tables)
    first = audited.failed[0]
    return QualityError(
        f"{len(audited.failed)} gate(s) failed: {names}; {count} table(s) withheld",
        why=f"{first.gate.why} {first.message}",
        hint=first.gate.hint,
        code="TUP-602",
    )
