"""One HTTP client for every vendor: timeouts, retries, budgets, whole answers, no secret shown.

```
request ─▶ budget ─▶ send ─▶ answer whole? ─▶ vendor's classify ─▶ Ok: return
              ▲                   │ no                │ Retry            Fail: raise
              └──── wait ◀────────┴───────────────────┘
```
"""

from collections.abc import Collection, Generator, Iterator, Mapping
from contextlib import contextmanager

import httpx
import msgspec

from trueup.errors import ConfigError, RestartReadError, TransientError
from trueup.sources.addresses import check_file_address, check_same_origin
from trueup.sources.auth import Auth
from trueup.sources.bodies import body_pieces, whole_body
from trueup.sources.connection_pool import ConnectionPool
from trueup.sources.context import SourceContext
from trueup.sources.network import setting_error
from trueup.sources.rate_limits import RateLimit
from trueup.sources.records import is_sound
from trueup.sources.redaction import (
    redacted_url,
    scrub,
    scrubbed,
    secret_body_values,
    secret_header_values,
    secret_parameters,
)
from trueup.sources.requests import Attempt, Call
from trueup.sources.responses import (
    Answer,
    Classify,
    classify_status,
    missing_bytes,
    not_json,
    whole_answer,
)
from trueup.sources.retries import (
    AskForLessError,
    Fail,
    Ok,
    Retry,
    Verdict,
    wait_seconds,
    with_retry_after,
)

__all__ = [
    "Answer",
    "AskForLessError",
    "Classify",
    "Fail",
    "HttpClient",
    "Ok",
    "Retry",
    "Verdict",
    "classify_status",
]

Params = Mapping[str, str | int]
_AGAIN = "Run again; the window stays open."


class CutFileError(TransientError, RestartReadError):
    """A result file broke off after some of it was handed on."""

    default_code = "TUP-761"


class HttpClient:
    """Talks to one vendor under one credential. Thread-safe.

    `headers` go with every request to `base_url`. `classify` judges every answer, whatever its
    status; its `Retry` without seconds takes the answer's `Retry-After`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        context: SourceContext,
        headers: Mapping[str, str] | None = None,
        budget: RateLimit | None = None,
        classify: Classify = classify_status,
        auth: Auth | None = None,
    ) -> None:
        if httpx.URL(base_url).scheme not in ("http", "https"):
            raise ConfigError(
                f"{redacted_url(base_url)!r} is not an http or https address",
                hint="Mend the address of the source in trueup.yml: it begins with https://",
                code="TUP-364",
            )
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._context = context
        self._budget = budget
        self._classify = classify
        self._auth = auth
        self._connections = ConnectionPool(context)

    def close(self) -> None:
        """End the connections. A thread that reads on gets its answer, and no further one."""
        self._connections.close()

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        can_shrink: bool = False,
    ) -> Answer:
        """A whole JSON answer that `classify` found good.

        `path` is below the base address, or a full address of the same host, such as a vendor's
        link to the next page. `body` is sent as JSON, bytes as they are.

        Raises what `classify` says, TransientError when attempts or waits are used up, and
        ContractError when the answer stays something else than JSON. With `can_shrink`, raises
        AskForLessError as soon as the vendor cannot answer in time.
        """
        own = dict(headers or {})
        if body is not None and not isinstance(body, bytes):
            body = msgspec.json.encode(body)
            own.setdefault("Content-Type", "application/json")
        url = self._url(path, params)
        return self._run(Call(method, url, self._classify_json, body, own, can_shrink=can_shrink))

    def get(self, path: str, params: Params | None = None) -> Answer:
        """`request` with GET."""
        return self.request("GET", path, params=params)

    def download(self, url: str, hosts: Collection[str] = ()) -> Iterator[bytes]:
        """The pieces of a result file, asked for without the credential, as they come.

        It must lie at the host of the base address or, by https, at one of `hosts`.

        Raises CutFileError when it breaks off on the way: what came of it must be discarded.
        """
        check_file_address(url, self._base_url, hosts)
        call = Call("GET", url, classify_status, with_credential=False)
        waited_seconds, number, outcome = 0.0, 0, None
        while True:
            number += 1
            attempt = self._prepared(call, number)
            outcome = yield from self._file(attempt)
            if outcome is None:
                return
            settled = self._settled(attempt, outcome, waited_seconds)
            assert isinstance(settled, float), "a file's error is never good"
            waited_seconds += settled

    def _file(self, attempt: Attempt) -> Generator[bytes, None, Answer | Retry | None]:
        """Give the pieces of the file; return why it did not come, None when it did."""
        context, is_begun = self._context, False
        try:
            with self._opened(attempt) as response:
                if response.status_code >= 300:
                    return self._whole(response, attempt)
                for piece in body_pieces(response, context.file_seconds, context.monotonic):
                    is_begun = True
                    yield piece
                if missing := missing_bytes(response):
                    raise CutFileError(f"{attempt.call.where}: {missing}", hint=_AGAIN)
                return None
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason = _reason(error, attempt)
            if is_begun:
                raise CutFileError(f"{attempt.call.where}: {reason}", hint=_AGAIN) from None
            return Retry(reason, shared=False)

    def _url(self, path: str, params: Params | None) -> str:
        if path.startswith(("http://", "https://")):
            check_same_origin(path, self._base_url)
            url = httpx.URL(path)
        else:
            url = httpx.URL(f"{self._base_url}/{path.lstrip('/')}")
        return str(url.copy_merge_params(dict(params)) if params else url)

    def _classify_json(self, answer: Answer) -> Verdict:
        if answer.status < 300 and not is_sound(answer.body):
            return not_json(answer)
        return self._classify(answer)

    def _run(self, call: Call) -> Answer:
        waited_seconds, number, may_renew = 0.0, 0, call.with_credential
        while True:
            number += 1
            attempt = self._prepared(call, number)
            outcome = self._attempt(attempt)
            is_refused = isinstance(outcome, Answer) and outcome.status == 401
            if is_refused and self._auth and may_renew:
                self._auth.refused(dict(attempt.headers))
                may_renew = False
                continue
            settled = self._settled(attempt, outcome, waited_seconds)
            if isinstance(settled, Answer):
                return settled
            waited_seconds += settled

    def _settled(
        self, attempt: Attempt, outcome: Answer | Retry, waited_seconds: float
    ) -> Answer | float:
        """The answer if it is good; otherwise how long was waited before the next attempt."""
        if isinstance(outcome, Answer):
            verdict = attempt.call.classify(outcome)
            if isinstance(verdict, Ok):
                return outcome
            if isinstance(verdict, Fail):
                raise scrubbed(verdict.error, attempt.secrets)
            outcome = with_retry_after(verdict, outcome.headers, self._context.now)
        if outcome.asks_for_less and attempt.call.can_shrink:
            error = AskForLessError(f"{attempt.call.where}: {outcome.reason}", hint=_AGAIN)
            raise scrubbed(error, attempt.secrets)
        return self._wait(attempt, outcome, waited_seconds)

    def _prepared(self, call: Call, number: int) -> Attempt:
        headers: dict[str, str] = {}
        if call.with_credential:
            headers = self._headers | (self._auth.headers() if self._auth else {})
        secrets = secret_header_values(self._headers | headers | dict(call.headers))
        secrets |= secret_parameters(call.url) | secret_body_values(call.content)
        return Attempt(call, number, headers, frozenset(secrets))

    def _attempt(self, attempt: Attempt) -> Answer | Retry:
        if self._budget and attempt.call.with_credential:
            self._budget.acquire()
        try:
            with self._opened(attempt) as response:
                return self._whole(response, attempt)
        except (httpx.TransportError, httpx.DecodingError) as error:
            is_late = isinstance(error, httpx.ReadTimeout)
            return Retry(_reason(error, attempt), shared=False, asks_for_less=is_late)

    def _whole(self, response: httpx.Response, attempt: Attempt) -> Answer | Retry:
        body = whole_body(response, self._context.answer_seconds, self._context.monotonic)
        return whole_answer(response, body, attempt.trace())

    @contextmanager
    def _opened(self, attempt: Attempt) -> Iterator[httpx.Response]:
        call = attempt.call
        headers = {**attempt.headers, **call.headers}
        opened = self._connections.opened(call.method, call.url, call.content, headers)
        try:
            with opened as response:
                yield response
        except httpx.LocalProtocolError:
            # The cause is left out: it quotes the header, which may be the credential.
            raise ConfigError(
                f"{call.where}: a header cannot be sent",
                hint="Check the credential for line breaks and other control characters.",
                code="TUP-365",
            ) from None
        except (httpx.ConnectError, httpx.ProxyError) as error:
            if told := setting_error(error, call.where):
                raise told from None
            raise

    def _wait(self, attempt: Attempt, verdict: Retry, waited_seconds: float) -> float:
        """Wait before the next attempt and return for how long, or give up."""
        if verdict.shared and verdict.after_seconds is not None and self._budget:
            self._budget.pause(verdict.after_seconds)
        seconds = wait_seconds(verdict, attempt.number, self._context.jitter())
        too_long = waited_seconds + seconds > self._context.max_wait_seconds
        if too_long or attempt.number >= self._context.max_attempts:
            error = verdict.otherwise or TransientError(
                f"{attempt.call.where}: {verdict.reason}; gave up after {attempt.number} attempts",
                retry_after_seconds=verdict.after_seconds,
                hint="Run again later; what is in the lake stays, and the read goes on from there.",
            )
            raise scrubbed(error, attempt.secrets)
        self._context.sleep(seconds)
        return seconds


def _reason(error: httpx.TransportError | httpx.DecodingError, attempt: Attempt) -> str:
    return scrub(f"{type(error).__name__}: {error}".rstrip(": "), attempt.secrets)
