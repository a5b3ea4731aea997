"""Asynchronous report runs: made, watched until they are truly complete, made again if not."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from trueup.core.page import Page, RequestTrace
from trueup.errors import TransientError
from trueup.sources.context import SourceContext
from trueup.sources.http import Answer
from trueup.sources.meta_ads.client import Edge, GraphClient
from trueup.sources.meta_ads.config import MetaAdsConfig
from trueup.sources.meta_ads.errors import GraphError, TooMuchDataError, fatal, unknown_form

T = TypeVar("T")

MAX_POLL_SECONDS = 30.0
_STATE_FIELDS = (
    "async_status,async_percent_completion,error_code,error_subcode,error_message,error_user_msg"
)
_UNFINISHED = frozenset({"Job Not Started", "Job Started", "Job Running", "Job Completed"})


class ReportFailedError(TransientError):
    """A run ended without a result, or never ended."""

    default_code = "TUP-765"


class RunState(msgspec.Struct, kw_only=True):
    """A run as the vendor shows it; the errors only on a failed one."""

    async_status: str
    async_percent_completion: int = 0
    error_code: int = 0
    error_subcode: int = 0
    error_message: str = ""
    error_user_msg: str | None = None

    @property
    def is_complete(self) -> bool:
        """Both are needed: runs call themselves completed before they are."""
        return self.async_status == "Job Completed" and self.async_percent_completion == 100

    @property
    def error(self) -> GraphError:
        """The error in the shape that answers have."""
        message = self.error_message or self.error_user_msg or self.async_status
        return GraphError(message=message, code=self.error_code, error_subcode=self.error_subcode)


class _Created(msgspec.Struct):
    report_run_id: str


@dataclass(frozen=True, slots=True)
class ReportRuns:
    """Reads reports by asynchronous runs."""

    graph: GraphClient
    config: MetaAdsConfig
    context: SourceContext

    def read(
        self, account_id: str, form: Mapping[str, str], key: tuple[str, ...]
    ) -> Iterator[Page]:
        """All pages of the report; a run that fails or stalls is made anew, `attempts` times.

        Raises TooMuchDataError when the report must be made smaller, ReportFailedError when no
        run came to its end.
        """
        run_id, asked = self._complete(account_id, form)
        # The fields are left out here: any that differ from those of creation are refused.
        for page in self.graph.pages(Edge(f"{run_id}/insights", account_id, {}, key)):
            yield replace(page, trace=_with_question(page.trace, asked))

    def _complete(self, account_id: str, form: Mapping[str, str]) -> tuple[str, RequestTrace]:
        """The id of a run that came to its end, and the request that made it."""
        attempt = 1
        while True:
            answer = self.graph.post(f"act_{account_id}/insights", account_id, form)
            run_id = _decoded(answer, _Created).report_run_id
            try:
                self._wait(account_id, run_id)
            except ReportFailedError:
                if attempt >= self.config.attempts:
                    raise
                attempt += 1
            else:
                return run_id, answer.trace

    def _wait(self, account_id: str, run_id: str) -> None:
        """Return once the run is complete."""
        progress, since = ("", -1), self.context.monotonic()
        pause_seconds = self.config.poll_seconds
        while True:
            answer = self.graph.get(run_id, account_id, {"fields": _STATE_FIELDS})
            state = _decoded(answer, RunState)
            if state.is_complete:
                return
            _refuse_ended(state, answer)
            now = self.context.monotonic()
            if (state.async_status, state.async_percent_completion) != progress:
                progress, since = (state.async_status, state.async_percent_completion), now
            elif now - since >= self.config.stall_seconds:
                raise ReportFailedError(
                    f"{answer.where}: {state.async_status!r} at {progress[1]} % for "
                    f"{now - since:.0f} s"
                )
            self.context.sleep(pause_seconds)
            pause_seconds = min(MAX_POLL_SECONDS, pause_seconds * 1.5)


def _with_question(trace: RequestTrace, asked: RequestTrace) -> RequestTrace:
    """A run's address says nothing of what it reports, and ends within weeks."""
    return msgspec.structs.replace(
        trace, request_sha256=asked.request_sha256, request_body=asked.request_body
    )


def _refuse_ended(state: RunState, answer: Answer) -> None:
    if state.async_status in _UNFINISHED:
        return
    if state.async_status not in {"Job Failed", "Job Skipped"}:
        raise unknown_form(answer.where, f"unknown state {state.async_status!r}")
    error, where = state.error, f"{answer.where}: {state.async_status}"
    if error.asks_for_less:
        raise TooMuchDataError(f"{where}: {error.described()}")
    if error.code == 0 or error.passes or error.is_throttle:
        raise ReportFailedError(f"{where}: {error.described()}")
    raise fatal(error, where)


def _decoded(answer: Answer, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(answer.body, type=kind)
    except msgspec.MsgspecError as error:
        raise unknown_form(answer.where, error) from None
