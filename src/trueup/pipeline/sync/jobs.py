"""The accounts' streams of a run, read side by side; a failure of one becomes its result."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from trueup.core.account import Account
from trueup.core.batch import Counts, ScopeState
from trueup.core.source import Source
from trueup.core.stream import Stream, StreamKind
from trueup.errors import ContractError, TrueupError, place_of
from trueup.ingest.validator import RecordValidator
from trueup.pipeline.events import Event
from trueup.pipeline.run_context import Run
from trueup.pipeline.sync.incremental_reader import read_pages
from trueup.pipeline.sync.plan import Read, answered_from
from trueup.pipeline.sync.reach import read_within_reach
from trueup.pipeline.sync.read_progress import ReadProgress
from trueup.pipeline.sync.reader import Reader
from trueup.pipeline.sync.results import StreamResult, SyncResult
from trueup.pipeline.sync.unread import UnreadKeys, unread_window
from trueup.pipeline.sync.window_reader import read_windows
from trueup.privacy.log_redaction import redacted
from trueup.sources.redaction import scrub, scrubbed

DEFECT = "TUP-501"
MAX_TOLD = 300
"""So many characters are told of what a defect raised."""

Planner = Callable[[Stream, Account, ScopeState], list[Read]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One account's stream that is to be read."""

    source: Source
    source_name: str
    stream: Stream
    account: Account


def run_jobs(run: Run, jobs: list[Job], planner: Planner, result: SyncResult) -> None:
    """Put what becomes of each job into `result`, as it ends."""
    listed: list[tuple[Job, UnreadKeys]] = []
    with ThreadPoolExecutor(max_workers=run.project.config.workers) as pool:
        futures = [pool.submit(_run_job, run, job, planner, listed) for job in jobs]
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
    for job, unread in listed:
        _read_unread(run, job, unread, result)


def _read_unread(run: Run, job: Job, unread: UnreadKeys, result: SyncResult) -> None:
    """Read records that a listing names and that no read has met; add them to their stream's."""
    target = next(stream for stream in job.source.streams if stream.name == job.stream.lists)
    place = _place_of(result, job, target.name)
    if place is None or result.streams[place].error is not None:
        return

    def planned(*_: object) -> list[Read]:
        first = unread.first_day()
        if first is None:
            return []
        where = f"{job.source_name}.{target.name}"
        run.tell(Event("unread_found", where, fields={"since": first.isoformat()}))
        window = unread_window(first, ZoneInfo(job.account.timezone), run.now)
        return [Read(window=window, advances=False)]

    found = _run_job(run, replace(job, stream=target), planned, [])
    result.streams[place].tally.add(found.tally)
    result.streams[place] = replace(result.streams[place], error=found.error)


def _place_of(result: SyncResult, job: Job, stream: str) -> int | None:
    wanted = (job.source_name, stream, job.account.account_id)
    places = [n for n, r in enumerate(result.streams) if (r.source, r.stream, r.scope) == wanted]
    return places[0] if places else None


def _tell_defect(run: Run, result: StreamResult) -> None:
    """Report the exception of a connector's defect on stderr, and store it nowhere."""
    if result.error is not None and result.error.code == DEFECT:
        raised = result.error.__cause__
        # Scrubbed first: other marks within a secret would hide it.
        text = scrub(f"{type(raised).__name__}: {raised}", run.project.secrets(result.source))
        text = redacted(text)
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


def _run_job(
    run: Run, job: Job, planner: Planner, listed: list[tuple[Job, UnreadKeys]]
) -> StreamResult:
    """Read what is planned; a whole listing goes to `listed`."""
    tally, answered, error = Counts(), None, None
    try:
        reader = _reader(run, job, tally)
        reads = planner(job.stream, job.account, reader.state(reader.last()))
        answered = _read(reader, reads)
        if reader.unread is not None:
            listed.append((job, reader.unread))
    except TrueupError as raised:
        # A vendor may echo a secret in an answer that the client found good.
        error = scrubbed(raised, run.project.secrets(job.source_name))
    except Exception as raised:  # noqa: BLE001  # the one place where a failure becomes a result
        error = unexpected(f"{job.source_name}.{job.stream.name}", raised)
    return StreamResult(
        source=job.source_name,
        stream=job.stream.name,
        scope=job.account.account_id,
        tally=tally,
        error=error,
        answered_from=answered,
    )


def _reader(run: Run, job: Job, tally: Counts) -> Reader:
    def restarted(why: str) -> None:
        run.tell(Event("read_again", job.source_name, fields={"why": why}))

    where = f"{job.source_name}.{job.stream.name}"
    progress = ReadProgress(run.tell, where, job.account.account_id)
    return Reader(
        source=job.source,
        source_name=job.source_name,
        stream=job.stream,
        account=job.account,
        table=run.project.table(job.source_name, job.stream.name),
        validator=RecordValidator(
            job.stream, run.project.vault, now=run.now, source=job.source_name
        ),
        now=run.now,
        run_id=run.run_id,
        known_at=run.known_at,
        vendor_time=job.source.vendor_time(),
        stop=run.stop,
        unread=_unread(run, job),
        on_records=progress.note,
        on_restart=restarted,
        tally=tally,
    )


def _unread(run: Run, job: Job) -> UnreadKeys | None:
    if job.stream.lists is None:
        return None
    today = run.now.astimezone(ZoneInfo(job.account.timezone)).date()
    since = max(run.project.config.start_date, answered_from(job.stream, today) or date.min)
    table = run.project.table(job.source_name, job.stream.lists)
    return UnreadKeys(table, job.account.account_id, since)


def _read(reader: Reader, reads: list[Read]) -> date | None:
    """Read it all; the first day that the source still answers for, where it has a limit."""
    match reader.stream.kind:
        case StreamKind.REPORT:
            learned = read_within_reach(reader, reads)
            today = reader.now.astimezone(reader.zone).date()
            return learned or answered_from(reader.stream, today)
        case StreamKind.SNAPSHOT:
            for read in reads:
                read_windows(reader, read)
        case _:
            for read in reads:
                read_pages(reader, read)
    return None


def unexpected(where: str, raised: Exception) -> ContractError:
    """A defect of a connector, reported for the smallest unit that it stops."""
    error = ContractError(
        # What is raised may quote a record, and this message is kept and published.
        f"{where}: unexpected {place_of(raised)}",
        why="The stream stopped at its last committed batch; the others went on.",
        hint="This is a defect of the connector: please report it with this message. What was "
        "raised is told on stderr as stream_broken.",
        code=DEFECT,
    )
    error.__cause__ = raised
    return error
