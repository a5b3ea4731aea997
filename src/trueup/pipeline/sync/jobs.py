"""The accounts' streams of a run, read side by side; a failure of one becomes its result."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date

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
from trueup.pipeline.sync.reader import Reader
from trueup.pipeline.sync.results import StreamResult, SyncResult
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


def _run_job(run: Run, job: Job, planner: Planner) -> StreamResult:
    tally, answered, error = Counts(), None, None
    try:
        reader = _reader(run, job, tally)
        last = reader.last()
        reads = planner(job.stream, job.account, last.header.state if last else ScopeState())
        answered = _read(reader, reads)
    except TrueupError as raised:
        # A vendor may echo a secret in an answer that the client found good.
        error = scrubbed(raised, run.project.secrets(job.source_name))
    except Exception as raised:  # noqa: BLE001  # the one place where a failure becomes a result
        error = _unexpected(job, raised)
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
        stop=run.stop,
        on_restart=restarted,
        tally=tally,
    )


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


def _unexpected(job: Job, raised: Exception) -> ContractError:
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
