"""One HTTP client for every vendor: timeouts, retries, budgets, whole answers, no secret shown.

```
request ─▶ budget ─▶ send ─▶ answer whole? ─▶ vendor's classify ─▶ Ok: return
              ▲                   │ no                │ Retry            Fail: raise
              └──── wait ◀────────┴───────────────────┘
```
"""

from collections.abc import Mapping

import httpx
import msgspec

from trueup.errors import ConfigError, ContractError, TransientError
from trueup.sources.auth import Auth
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
from trueup.sources.responses import Answer, Classify, classify_status, not_json, whole_answer
from trueup.sources.retries import Fail, Ok, Retry, Verdict, wait_seconds, with_retry_after

__all__ = ["Answer", "Classify", "Fail", "HttpClient", "Ok", "Retry", "Verdict", "classify_status"]

Params = Mapping[str, str | int]


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
        call = Call(method, self._url(path, params), self._classify_json, content, own)
        return self._run(call)

    def get(self, path: str, params: Params | None = None) -> Answer:
        """`request` with GET."""
        return self.request("GET", path, params=params)

    def download(self, url: str) -> Answer:
        """The bytes at any address, without the credential: result files lie on other hosts."""
        return self._run(Call("GET", url, classify_status, with_credential=False))

    def _url(self, path: str, params: Params | None) -> str:
        base = httpx.URL(self._base_url)
        if path.startswith(("http://", "https://")):
            url = httpx.URL(path)
            if (url.scheme, url.host, url.port) != (base.scheme, base.host, base.port):
                raise ContractError(
                    f"{redacted_url(path).partition('?')[0]}: not an address of {base.host}",
                    why="The credential must not go there, so it was not asked.",
                    hint="Run again; if it stays, the vendor's paging changed.",
                    code="TUP-511",
                )
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
            if isinstance(outcome, Answer):
                if outcome.status == 401 and self._auth and may_renew:
                    self._auth.refused(dict(attempt.headers))
                    may_renew = False
                    continue
                verdict = call.classify(outcome)
                if isinstance(verdict, Ok):
                    return outcome
                if isinstance(verdict, Fail):
                    raise scrubbed(verdict.error, attempt.secrets)
                outcome = with_retry_after(verdict, outcome.headers, self._context.now)
            waited_seconds += self._wait(attempt, outcome, waited_seconds)

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
            return whole_answer(self._sent(attempt), attempt.trace())
        except (httpx.TransportError, httpx.DecodingError) as error:
            reason = scrub(f"{type(error).__name__}: {error}".rstrip(": "), attempt.secrets)
            return Retry(reason, shared=False)

    def _sent(self, attempt: Attempt) -> httpx.Response:
        call = attempt.call
        headers = {**attempt.headers, **call.headers}
        try:
            return self._connections.send(call.method, call.url, call.content, headers)
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
