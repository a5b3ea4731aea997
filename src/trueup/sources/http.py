"""One HTTP client for every vendor: timeouts, retries, budgets, whole answers, no secret shown.

```
request ─▶ budget ─▶ send ─▶ answer whole? ─▶ vendor's classify ─▶ Ok: return
              ▲                   │ no                │ Retry            Fail: raise
              └──── wait ◀────────┴───────────────────┘
```
"""

import hashlib
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import msgspec

from trueup.core.page import RequestTrace
from trueup.errors import AccessError, ConfigError, ContractError, TransientError, TrueupError
from trueup.sources.auth import Auth
from trueup.sources.context import Attempt, SourceContext
from trueup.sources.quotas import QuotaBudget
from trueup.sources.records import is_sound
from trueup.sources.redaction import redacted_url, scrub, secret_header_values, secret_parameters
from trueup.sources.retries import Fail, Ok, Retry, Verdict, retry_after_seconds, wait_seconds

__all__ = ["Answer", "Classify", "Fail", "HttpClient", "Ok", "Retry", "Verdict", "classify_status"]

_REQUEST_ID_HEADERS = ("x-request-id", "request-id", "x-fb-request-id", "x-fb-trace-id")
Params = Mapping[str, str | int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A whole answer; `body` is as sent, after any transfer compression."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)
    attempts: int
    trace: RequestTrace

    @property
    def where(self) -> str:
        """Method and address for messages, without any secret."""
        return f"{self.trace.method} {self.trace.url.partition('?')[0]}"

    def json(self) -> Any:
        """The body decoded; raises ContractError when it is not JSON."""
        try:
            return msgspec.json.decode(self.body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ContractError(f"{self.where}: the body is not valid JSON: {error}") from None


Classify = Callable[[Answer], Verdict]


def classify_status(answer: Answer) -> Verdict:
    """What the HTTP status alone says; a vendor's classify begins or ends with it."""
    status, where = answer.status, answer.where
    if status < 300:
        return Ok()
    if status in (408, 425, 429) or status >= 500:
        # Only these say that the credential as a whole should slow down.
        return Retry(f"HTTP {status}", shared=status in (429, 503))
    if status in (401, 403):
        hint = "Check that the credential is valid and has the permission this address needs."
        return Fail(AccessError(f"{where}: HTTP {status}", hint=hint))
    return Fail(ContractError(f"{where}: HTTP {status}"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    method: str
    url: str
    content: bytes | None
    headers: dict[str, str]
    with_credential: bool
    classify: Classify

    @property
    def where(self) -> str:
        return f"{self.method} {redacted_url(self.url).partition('?')[0]}"


class HttpClient:
    """Talks to one vendor under one credential. Thread-safe.

    `headers` go with every request to `base_url`. `classify` judges every answer, whatever its
    status; its `Retry` without seconds takes the answer's `Retry-After`. Proxies and certificates
    of the environment are not looked at: hand in a `transport` made for them.
    """

    def __init__(
        self,
        base_url: str,
        *,
        context: SourceContext,
        headers: Mapping[str, str] | None = None,
        budget: QuotaBudget | None = None,
        classify: Classify = classify_status,
        auth: Auth | None = None,
    ) -> None:
        if httpx.URL(base_url).scheme not in ("http", "https"):
            raise ConfigError(f"{redacted_url(base_url)!r} is not an http or https address")
        self._base_url = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._context = context
        self._budget = budget
        self._classify = classify
        self._auth = auth
        self._secrets = secret_header_values(self._headers)
        self._transport = context.transport or httpx.HTTPTransport(trust_env=False)
        timeout = httpx.Timeout(
            context.read_timeout_seconds, connect=context.connect_timeout_seconds
        )
        self._client = httpx.Client(transport=self._transport, timeout=timeout, trust_env=False)
        if context.transport is None:
            weakref.finalize(self, self._transport.close)

    def request(
        self,
        method: str,
        path: str,
        *,
        params: Params | None = None,
        json: object = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """A whole JSON answer that `classify` found good.

        `path` is below the base address, or a full address of the same host, such as a vendor's
        link to the next page. `json` is sent as JSON, `content` as it is.

        Raises what `classify` says, TransientError when attempts or waits are used up, and
        ContractError when the answer stays something else than JSON.
        """
        own = dict(headers or {})
        if json is not None:
            content = msgspec.json.encode(json)
            own.setdefault("Content-Type", "application/json")
        return self._run(
            _Call(
                method=method,
                url=self._url(path, params),
                content=content,
                headers=own,
                with_credential=True,
                classify=self._classify_json,
            )
        )

    def get(self, path: str, params: Params | None = None) -> Answer:
        """`request` with GET."""
        return self.request("GET", path, params=params)

    def download(self, url: str) -> Answer:
        """The bytes at any address, without the credential: result files lie on other hosts."""
        return self._run(
            _Call(
                method="GET",
                url=url,
                content=None,
                headers={},
                with_credential=False,
                classify=classify_status,
            )
        )

    def _url(self, path: str, params: Params | None) -> str:
        base = httpx.URL(self._base_url)
        if path.startswith(("http://", "https://")):
            url = httpx.URL(path)
            if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
                # The credential must not follow a link to somebody else.
                raise ContractError(
                    f"{redacted_url(path).partition('?')[0]}: not an address of {base.host}"
                )
        else:
            url = httpx.URL(f"{self._base_url}/{path.lstrip('/')}")
        return str(url.copy_merge_params(dict(params)) if params else url)

    def _classify_json(self, answer: Answer) -> Verdict:
        if answer.status < 300 and not is_sound(answer.body):
            return _not_json(answer)
        return self._classify(answer)

    def _run(self, call: _Call) -> Answer:
        waited_seconds, attempt, may_renew = 0.0, 0, call.with_credential
        while True:
            attempt += 1
            headers = self._credential(call)
            secrets = self._secrets | secret_header_values(headers) | secret_parameters(call.url)
            outcome = self._attempt(call, headers, attempt, secrets)
            if isinstance(outcome, Answer):
                if outcome.status == 401 and self._auth and may_renew:
                    self._auth.refused(headers)
                    may_renew = False
                    continue
                verdict = call.classify(outcome)
                if isinstance(verdict, Ok):
                    return outcome
                if isinstance(verdict, Fail):
                    raise _scrubbed(verdict.error, secrets)
                outcome = self._with_retry_after(verdict, outcome)
            waited_seconds += self._wait(call, outcome, attempt, waited_seconds, secrets)

    def _credential(self, call: _Call) -> dict[str, str]:
        if not call.with_credential:
            return {}
        return self._headers | (self._auth.headers() if self._auth else {})

    def _attempt(
        self, call: _Call, headers: dict[str, str], attempt: int, secrets: set[str]
    ) -> Answer | Retry:
        if self._budget and call.with_credential:
            self._budget.acquire()
        started = self._context.monotonic()
        status = 0
        try:
            response = self._client.request(
                call.method, call.url, content=call.content, headers=headers | call.headers
            )
            status = response.status_code
            outcome = _whole_answer(response, attempt, call)
            reason = outcome.reason if isinstance(outcome, Retry) else "answered"
        except httpx.LocalProtocolError:
            # The cause is left out: it quotes the header, which may be the credential.
            raise ConfigError(
                f"{call.where}: a header cannot be sent",
                hint="Check the credential for line breaks and other control characters.",
                code="TUP-330",
            ) from None
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason = scrub(f"{type(error).__name__}: {error}".rstrip(": "), secrets)
            outcome = Retry(reason, shared=False)
        self._context.on_attempt(
            Attempt(
                method=call.method,
                url=redacted_url(call.url),
                status=status,
                number=attempt,
                outcome=reason,
                seconds=self._context.monotonic() - started,
            )
        )
        return outcome

    def _with_retry_after(self, verdict: Retry, answer: Answer) -> Retry:
        if verdict.after_seconds is not None:
            return verdict
        after_seconds = retry_after_seconds(answer.headers, self._context.now)
        return replace(verdict, after_seconds=after_seconds)

    def _wait(
        self, call: _Call, verdict: Retry, attempt: int, waited_seconds: float, secrets: set[str]
    ) -> float:
        """Wait before the next attempt and return for how long, or give up."""
        if verdict.shared and verdict.after_seconds is not None and self._budget:
            self._budget.pause(verdict.after_seconds)
        seconds = wait_seconds(verdict, attempt, self._context.jitter())
        too_long = waited_seconds + seconds > self._context.max_wait_seconds
        if too_long or attempt >= self._context.max_attempts:
            error = verdict.otherwise or TransientError(
                f"{call.where}: {verdict.reason}; gave up after {attempt} attempts",
                retry_after_seconds=verdict.after_seconds,
                hint="Run again later; what is in the lake stays, and the read goes on from there.",
            )
            raise _scrubbed(error, secrets)
        self._context.sleep(seconds)
        return seconds


def _whole_answer(response: httpx.Response, attempt: int, call: _Call) -> Answer | Retry:
    """The answer, or a reason to ask again when fewer bytes came than were announced."""
    body = response.content
    announced = response.headers.get("content-length", "")
    # Of a compressed answer, the announced length is that of the compressed bytes.
    received = response.num_bytes_downloaded if _is_encoded(response) else len(body)
    if announced.isdecimal() and received != int(announced) and call.method != "HEAD":
        return Retry(f"{received} of {announced} announced bytes received", shared=False)
    request_ids = (response.headers.get(name) for name in _REQUEST_ID_HEADERS)
    trace = RequestTrace(
        method=call.method,
        url=redacted_url(call.url),
        status=response.status_code,
        request_id=next(filter(None, request_ids), ""),
        body_sha256=hashlib.sha256(body).hexdigest(),
        body_bytes=len(body),
        attempts=attempt,
    )
    return Answer(
        status=response.status_code,
        headers=response.headers,
        body=body,
        attempts=attempt,
        trace=trace,
    )


def _is_encoded(response: httpx.Response) -> bool:
    encoding: str = response.headers.get("content-encoding", "identity")
    return encoding != "identity"


def _not_json(answer: Answer) -> Retry:
    kind = answer.headers.get("content-type", "no type").partition(";")[0]
    what = f"HTTP {answer.status} with {kind} of {len(answer.body)} bytes that is not whole JSON"
    error = ContractError(
        f"{answer.where}: {what}",
        why="Nothing of this answer was taken; the window stays open.",
        hint="A proxy, a login page or an outage may stand in between: open the address.",
        code="TUP-510",
    )
    return Retry(what, shared=False, otherwise=error)


def _scrubbed(error: TrueupError, secrets: set[str]) -> TrueupError:
    """`error` with known secrets taken out: some vendors echo the token in their message."""
    error.message = scrub(error.message, secrets)
    error.hint, error.why = scrub(error.hint, secrets), scrub(error.why, secrets)
    error.args = (error.message,)
    return error
