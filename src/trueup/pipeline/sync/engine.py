"""From sources into the lake: accounts in parallel, one failing account never stops another."""

from collections.abc import Callable, Iterable
from contextlib import ExitStack, closing
from dataclasses import replace
from datetime import date, datetime, timedelta

from trueup.core.account import Account, AccountStatus
from trueup.core.batch import Counts, ScopeState
from trueup.core.source import Source
from trueup.core.stream import Stream, StreamKind
from trueup.errors import ConfigError, TrueupError
from trueup.pipeline.events import Event
from trueup.pipeline.run_context import Run
from trueup.pipeline.settings.config import refuse_later_start
from trueup.pipeline.sync.accounts import defect_of, usable_accounts
from trueup.pipeline.sync.jobs import Job, Planner, run_jobs, unexpected
from trueup.pipeline.sync.plan import Read, check_backfill, plan_backfill, plan_reads
from trueup.pipeline.sync.results import StreamResult, SyncResult
from trueup.sources.vendor_clock import WrongClockError

WHOLE_SOURCE = Account(account_id="all")
"""The scope of streams that are not read per account."""


def sync(run: Run, names: Iterable[str]) -> SyncResult:
    """Read what is new at the named sources into the lake."""
    start = run.project.config.start_date

    def planner(stream: Stream, account: Account, state: ScopeState) -> list[Read]:
        return plan_reads(stream, account, state, run.now, start)

    return _sync(run, names, planner)


def backfill(run: Run, name: str, since: date, until: date) -> SyncResult:
    """Read the days `[since, until)` of one source again; snapshots are left alone."""
    check_backfill(since, run.project.config.start_date, run.now)

    def planner(stream: Stream, account: Account, state: ScopeState) -> list[Read]:
        del state
        if stream.kind is StreamKind.SNAPSHOT:
            return []
        return plan_backfill(stream, account, since, until, run.now)

    return _sync(run, [name], planner)


def _sync(run: Run, names: Iterable[str], planner: Planner) -> SyncResult:
    refuse_later_start(run.project.config, run.now)
    run.project.open_lake()
    run = replace(run, known_at=_known_at(run))
    run.project.bind_vault()  # a vault that cannot be used stops the run before anything is read
    result = SyncResult()
    with ExitStack() as opened:
        jobs = [job for name in names for job in _asked(run, name, opened, result)]
        _check_clock(jobs, result)
        _note_unavailable(run, result)
        run_jobs(run, jobs, planner, result)
    result.streams.sort(key=lambda r: (r.source, r.stream, r.scope))
    return result


def _check_clock(jobs: list[Job], result: SyncResult) -> None:
    """Stop, with nothing written, when vendors contradict our clock and none agrees with it.

    By a wrong clock, even what is noted of this run would mislead later ones.
    """
    wrong = [error for error in result.errors() if isinstance(error, WrongClockError)]
    if wrong and not any(job.source.vendor_time() for job in jobs):
        raise wrong[0]


def _known_at(run: Run) -> datetime:
    """The run's time, or just after the newest of the lake when a clock was set back since."""
    newest = run.project.newest_headers()
    last = max((header.known_at or header.extracted_at for header in newest), default=None)
    return last + timedelta(microseconds=1) if last and run.now <= last else run.now


def _asked(run: Run, name: str, opened: ExitStack, result: SyncResult) -> list[Job]:
    """Jobs of a source, one per account and stream; the source is closed with `opened`."""
    try:
        source = opened.enter_context(
            closing(run.project.connect(name, run.now, _told_again(run, name)))
        )
        accounts = usable_accounts(source)
    except Exception as raised:  # noqa: BLE001  # one source must not stop the others
        error = raised if isinstance(raised, TrueupError) else unexpected(name, raised)
        result.streams.append(_failed_source(name, error))
        run.tell(Event("source_failed", name, fields={"error": error.message}))
        return []
    result.accounts[name] = accounts
    result.streams += [
        StreamResult(source=name, stream="*", scope=a.account_id, tally=Counts(), error=defect)
        for a in accounts
        if (defect := defect_of(name, a))
    ]
    if nothing_to_read := no_account_error(name, accounts):
        result.streams.append(_failed_source(name, nothing_to_read))
    return _jobs(source, name, accounts)


def _told_again(run: Run, name: str) -> Callable[[str], None]:
    return lambda why: run.tell(Event("read_again", name, fields={"why": why}))


def _jobs(source: Source, name: str, accounts: list[Account]) -> list[Job]:
    active = [account for account in accounts if account.status is AccountStatus.ACTIVE]
    return [
        Job(source=source, source_name=name, stream=stream, account=account)
        for stream in source.streams
        for account in (active if stream.per_account else [WHOLE_SOURCE])
    ]


def no_account_error(name: str, accounts: list[Account]) -> ConfigError | None:
    """The error of a source none of whose accounts can be read; None when one can."""
    if any(account.status is AccountStatus.ACTIVE for account in accounts):
        return None
    told = "; ".join(f"{a.account_id} is not available: {a.reason}" for a in accounts)
    return ConfigError(
        f"sources.{name}: no account that can be read",
        why="Nothing would be read from this source.",
        hint=told or "Give the credential access to an account.",
        code="TUP-318",
    )


def _failed_source(name: str, error: TrueupError) -> StreamResult:
    return StreamResult(source=name, stream="*", scope="*", tally=Counts(), error=error)


def _note_unavailable(run: Run, result: SyncResult) -> None:
    for name, accounts in result.accounts.items():
        for account in accounts:
            if account.status is AccountStatus.UNAVAILABLE:
                fields: dict[str, object] = {
                    "scope": account.account_id,
                    "reason": account.reason,
                }
                run.tell(Event("account_unavailable", name, fields=fields))
