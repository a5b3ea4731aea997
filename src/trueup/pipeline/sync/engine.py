"""From sources into the lake: accounts in parallel, one failing account never stops another."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from trueup.core.batch import ScopeState
from trueup.core.page import Account, AccountStatus, Source
from trueup.core.stream import Stream, StreamKind
from trueup.errors import AccountUnavailableError, ConfigError, ContractError, TrueupError, place_of
from trueup.pipeline.context import Run
from trueup.pipeline.events import Event
from trueup.pipeline.settings.config import refuse_later_start
from trueup.pipeline.sync.pages import read_pages
from trueup.pipeline.sync.plan import Read, check_backfill, plan_backfill, plan_reads
from trueup.pipeline.sync.reading import Reader, Tally
from trueup.pipeline.sync.windows import read_windows
from trueup.privacy.door import Door
from trueup.privacy.messages import redacted
from trueup.sources.redaction import redacted_url

WHOLE_SOURCE = Account(account_id="all")
"""The scope of streams that are not read per account."""

DEFECT = "TUP-501"
MAX_TOLD = 300
"""So many characters are told of what a defect raised."""

Planner = Callable[[Stream, Account, ScopeState], list[Read]]


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamResult:
    """What the sync of one account's stream did; `error` is why it stopped early."""

    source: str
    stream: str
    scope: str
    tally: Tally
    error: TrueupError | None = None

    @property
    def status(self) -> str:
        if self.error is None:
            return "ok"
        return "unavailable" if isinstance(self.error, AccountUnavailableError) else "failed"


@dataclass(slots=True, kw_only=True)
class SyncResult:
    """Every stream's result, and the accounts each source reported."""

    streams: list[StreamResult] = field(default_factory=list)
    accounts: dict[str, list[Account]] = field(default_factory=dict)

    def errors(self) -> list[TrueupError]:
        """Why streams failed; an account that is merely closed is not among them."""
        return [r.error for r in self.streams if r.error is not None and r.status == "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    source: Source
    source_name: str
    stream: Stream
    account: Account


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
        _note_unavailable(run, result)
        _run_jobs(run, jobs, planner, result)
    result.streams.sort(key=lambda r: (r.source, r.stream, r.scope))
    return result


def _known_at(run: Run) -> datetime:
    """The run's time, or just after the newest of the lake when a clock was set back since."""
    project = run.project
    tables = [
        project.table(source, stream.name)
        for source, streams in project.streams().items()
        for stream in streams
    ]
    newest = [commit.header for table in tables if (commit := table.newest_commit())]
    last = max((header.known_at or header.extracted_at for header in newest), default=None)
    return last + timedelta(microseconds=1) if last and run.now <= last else run.now


def _asked(run: Run, name: str, opened: ExitStack, result: SyncResult) -> list[_Job]:
    """What there is to do at a source, by its accounts; it is closed with `opened`."""
    try:
        source = opened.enter_context(
            closing(run.project.connect(name, run.now, _told_again(run, name)))
        )
        accounts = [_without_personal(account) for account in source.accounts()]
    except TrueupError as error:
        result.streams.append(_failed_source(name, error))
        run.tell(Event("source_failed", name, fields={"error": error.message}))
        return []
    result.accounts[name] = accounts
    if nothing_to_read := no_account_error(name, accounts):
        result.streams.append(_failed_source(name, nothing_to_read))
    return _jobs(source, name, accounts)


def _told_again(run: Run, name: str) -> Callable[[str], None]:
    return lambda why: run.tell(Event("read_again", name, fields={"why": why}))


def _jobs(source: Source, name: str, accounts: list[Account]) -> list[_Job]:
    active = [account for account in accounts if account.status is AccountStatus.ACTIVE]
    return [
        _Job(source=source, source_name=name, stream=stream, account=account)
        for stream in source.streams
        for account in (active if stream.per_account else [WHOLE_SOURCE])
    ]


def _run_jobs(run: Run, jobs: list[_Job], planner: Planner, result: SyncResult) -> None:
    with ThreadPoolExecutor(max_workers=run.project.config.workers) as pool:
        futures = [pool.submit(_run_job, run, job, planner) for job in jobs]
        try:
            for done, future in enumerate(as_completed(futures), start=1):
                result.streams.append(future.result())
                _tell_defect(run, result.streams[-1])
                run.tell(_synced(result.streams[-1], done, len(jobs)))
        except BaseException:
            # Ctrl-C above all: the pool waits for its threads, so let them end at their next page.
            run.stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _tell_defect(run: Run, result: StreamResult) -> None:
    """What a defect of a connector raised, for those who look after this run alone."""
    if result.error is not None and result.error.code == DEFECT:
        raised = result.error.__cause__
        text = redacted(redacted_url(f"{type(raised).__name__}: {raised}"))
        where = f"{result.source}.{result.stream}"
        run.tell(Event("stream_broken", where, fields={"raised": text[:MAX_TOLD]}))


def _synced(result: StreamResult, done: int, total: int) -> Event:
    fields: dict[str, object] = {
        "source": result.source,
        "scope": result.scope,
        "records": result.tally.landed,
        "status": result.status,
    }
    return Event("stream_synced", f"{result.source}.{result.stream}", done, total, fields)


def _run_job(run: Run, job: _Job, planner: Planner) -> StreamResult:
    reader = Reader(
        source=job.source,
        source_name=job.source_name,
        stream=job.stream,
        account=job.account,
        table=run.project.table(job.source_name, job.stream.name),
        door=Door(job.stream, run.project.vault, now=run.now, source=job.source_name),
        now=run.now,
        run_id=run.run_id,
        known_at=run.known_at,
        stop=run.stop,
    )
    error: TrueupError | None = None
    try:
        last = reader.last()
        for read in planner(job.stream, job.account, last.header.state if last else ScopeState()):
            if job.stream.kind in (StreamKind.REPORT, StreamKind.SNAPSHOT):
                read_windows(reader, read)
            else:
                read_pages(reader, read)
    except TrueupError as raised:
        error = raised
    except Exception as raised:  # noqa: BLE001  # the one place where a failure becomes a result
        error = _unexpected(job, raised)
    return StreamResult(
        source=job.source_name,
        stream=job.stream.name,
        scope=job.account.account_id,
        tally=reader.tally,
        error=error,
    )


def _unexpected(job: _Job, raised: Exception) -> ContractError:
    error = ContractError(
        # What is raised may quote a record, and this message is kept and published.
        f"{job.source_name}.{job.stream.name}: unexpected {place_of(raised)}",
        why="The stream stopped at its last committed batch; the others went on.",
        hint="This is a defect of the connector: please report it with this message. What was "
        "raised is told on stderr as stream_broken.",
        code=DEFECT,
    )
    error.__cause__ = raised
    return error


def _without_personal(account: Account) -> Account:
    # Names go into headers and tables without passing the door that records pass.
    return replace(account, name=redacted(account.name), reason=redacted(account.reason))


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
    return StreamResult(source=name, stream="*", scope="*", tally=Tally(), error=error)


def _note_unavailable(run: Run, result: SyncResult) -> None:
    for name, accounts in result.accounts.items():
        for account in accounts:
            if account.status is AccountStatus.UNAVAILABLE:
                fields: dict[str, object] = {
                    "scope": account.account_id,
                    "reason": account.reason,
                }
                run.tell(Event("account_unavailable", name, fields=fields))
