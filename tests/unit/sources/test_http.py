import gzip
import hashlib
import html
import json
import logging
import re
import time
import traceback
from urllib.parse import unquote_plus, urlencode

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from tests.unit.sources.source_builders import (
    FakeClock,
    ScriptedServer,
    a_context,
    a_server,
    json_answer,
)
from trueup.errors import (
    AccessError,
    ConfigError,
    ContractError,
    TransientError,
    TrueupError,
)
from trueup.sources.auth import AccessToken, BearerAuth
from trueup.sources.http import Answer, Fail, HttpClient, Ok, Retry, Verdict, classify_status
from trueup.sources.rate_limits import RateLimit

SECRET = "shpat_canary0123456789"


def a_client(server: ScriptedServer, clock: FakeClock, **changes: object) -> HttpClient:
    return server.client(a_context(clock), **changes)


def cut_body(request: Request) -> Response:
    del request
    return Response(b'{"data":[', media_type="application/json", headers={"content-length": "99"})


def test_an_answer_keeps_its_bytes_and_their_hash() -> None:
    body = b'{ "data": [1.50],\n "x":"\\u00e9" }'
    with a_server(json_answer(body, x_request_id="r-1")) as server:
        answer = a_client(server, FakeClock()).get("/orders", {"limit": 2})
    assert answer.body == body
    assert answer.trace.url == f"{server.base_url}/orders?limit=2"
    assert answer.trace.body_sha256 == hashlib.sha256(body).hexdigest()
    assert (answer.trace.request_id, answer.trace.attempts) == ("r-1", 1)


def test_json_is_sent_as_json() -> None:
    with a_server(json_answer()) as server:
        a_client(server, FakeClock()).request("POST", "q", body={"query": "x"})
    assert server.requests[0].headers["content-type"] == "application/json"
    assert server.requests[0]._body == b'{"query":"x"}'


def test_a_throttled_request_waits_at_least_as_asked() -> None:
    clock = FakeClock()
    with a_server(json_answer(status=429, retry_after="7"), json_answer()) as server:
        answer = a_client(server, clock).get("/x")
    assert (answer.trace.attempts, clock.sleeps) == (2, [7.5])


def test_a_huge_retry_after_ends_the_read_at_once_and_says_when() -> None:
    clock = FakeClock()
    with (
        a_server(json_answer(status=429, retry_after="9" * 400)) as server,
        pytest.raises(TransientError) as raised,
    ):
        a_client(server, clock).get("/x")
    assert raised.value.retry_after_seconds == 86_400
    assert (len(server.requests), clock.sleeps) == (1, [])


def test_an_outage_costs_a_bounded_number_of_requests_with_growing_waits() -> None:
    clock = FakeClock()
    with a_server(json_answer(status=503)) as server, pytest.raises(TransientError):
        a_client(server, clock).get("/x")
    assert len(server.requests) == 6
    assert clock.sleeps == [0.5, 1.0, 2.0, 4.0, 8.0]


def test_all_waits_of_a_request_together_are_bounded() -> None:
    clock = FakeClock()
    context = a_context(clock, max_wait_seconds=60.0, max_attempts=1000)
    with (
        a_server(json_answer(status=503, retry_after="20")) as server,
        pytest.raises(TransientError),
    ):
        server.client(context).get("/x")
    assert sum(clock.sleeps) <= 60
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, ContractError), (404, ContractError), (302, ContractError), (403, AccessError)],
)
def test_what_will_not_change_is_asked_once(status: int, error: type[TrueupError]) -> None:
    with a_server(json_answer(status=status)) as server, pytest.raises(error):
        a_client(server, FakeClock()).get("/x")
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "broken",
    [
        cut_body,
        json_answer(b'{"data":[{"id":1},{"id":2}'),
        json_answer(b""),
        HTMLResponse("<html>Sign in</html>"),
        json_answer(b"not gzip", content_encoding="gzip"),
        json_answer(status=500),
    ],
    ids=["cut", "cut-with-fitting-length", "empty", "html", "bad-gzip", "500"],
)
def test_a_broken_answer_is_asked_for_again(broken: Response) -> None:
    with a_server(broken, json_answer(b'{"data":[1]}')) as server:
        answer = a_client(server, FakeClock()).get("/x")
    assert (answer.body, answer.trace.attempts) == (b'{"data":[1]}', 2)


def test_html_for_json_that_stays_is_a_broken_contract() -> None:
    with (
        a_server(HTMLResponse("<html>Sign in</html>")) as server,
        pytest.raises(ContractError, match="text/html of 20 bytes"),
    ):
        a_client(server, FakeClock()).get("/x")
    assert len(server.requests) == 6


def test_a_body_cut_at_any_byte_is_never_taken() -> None:
    whole = b'{"data":[{"id":"a","n":[1,{"x":"]}"}]},{"id":"b"}]}'
    cuts = [json_answer(whole[:length]) for length in range(len(whole))]
    with a_server(*cuts, json_answer(whole)) as server:
        context = a_context(FakeClock(), max_attempts=100, max_wait_seconds=1e9)
        answer = server.client(context).get("/x")
    assert (answer.body, answer.trace.attempts) == (whole, len(whole) + 1)


class ShortTransport(httpx.BaseTransport):
    """Delivers fewer bytes than it announces, as a proxy may."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        stream = httpx.ByteStream(b'{"data":[]}')
        return httpx.Response(200, headers={"content-length": "99"}, stream=stream, request=request)


def test_fewer_bytes_than_announced_are_never_taken() -> None:
    context = a_context(FakeClock(), transport=ShortTransport())
    with pytest.raises(TransientError, match="11 of 99 announced bytes"):
        HttpClient("http://vendor", context=context).get("/x")


def test_a_record_that_is_not_json_does_not_make_its_answer_refused() -> None:
    with a_server(json_answer(b'{"data":[{"spend":NaN},{"x":"\\ud800"}]}')) as server:
        assert a_client(server, FakeClock()).get("/x").trace.attempts == 1


def test_compressed_answers_are_unpacked() -> None:
    packed = gzip.compress(b'{"data":[1]}')
    with a_server(json_answer(packed, content_encoding="gzip")) as server:
        assert a_client(server, FakeClock()).get("/x").body == b'{"data":[1]}'


def test_an_error_inside_a_200_is_judged_by_the_vendor() -> None:
    def classify(answer: Answer) -> Verdict:
        if b"THROTTLED" in answer.body:
            return Retry("throttled", after_seconds=3.0)
        return Fail(AccessError("denied")) if b"DENIED" in answer.body else Ok()

    clock = FakeClock()
    steps = [json_answer(b'{"errors":"THROTTLED"}'), json_answer(b'{"errors":"DENIED"}')]
    with a_server(*steps) as server, pytest.raises(AccessError):
        a_client(server, clock, classify=classify).get("/x")
    assert clock.sleeps == [3.5]


def test_a_server_that_is_not_there_is_transient() -> None:
    clock = FakeClock()
    with a_server(json_answer()) as server:
        pass
    with pytest.raises(TransientError, match="ConnectError"):
        a_client(server, clock).get("/x")
    assert len(clock.sleeps) == 5


def test_a_server_that_hangs_is_asked_again() -> None:
    def hang(request: Request) -> Response:
        del request
        time.sleep(0.4)
        return json_answer()

    context = a_context(FakeClock(), read_timeout_seconds=0.1)
    with a_server(hang, json_answer()) as server:
        assert server.client(context).get("/x").trace.attempts >= 2


def test_throttling_holds_back_every_request_of_the_credential() -> None:
    clock = FakeClock()
    budget = RateLimit(a_context(clock), rate_per_second=100, burst=10)
    with a_server(json_answer(status=429, retry_after="30")) as server:
        context = a_context(clock, max_attempts=1)
        with pytest.raises(TransientError):
            server.client(context, budget=budget).get("/x")
    budget.acquire()
    assert clock.sleeps == [30.0]


def test_a_refused_token_is_renewed_once() -> None:
    tokens = iter(["one-token", "two-token", "three-token"])
    clock = FakeClock()
    auth = BearerAuth(lambda: AccessToken(next(tokens), 3600), clock.monotonic)
    with a_server(json_answer(status=401), json_answer(), json_answer(status=401)) as server:
        client = a_client(server, clock, auth=auth)
        assert client.get("/x").trace.attempts == 2
        with pytest.raises(AccessError):
            client.get("/x")
    sent = [request.headers["authorization"][7:] for request in server.requests]
    assert sent == ["one-token", "two-token", "two-token", "three-token"]


def test_a_token_is_renewed_before_it_ends() -> None:
    tokens = iter(["one-token", "two-token"])
    clock = FakeClock()
    auth = BearerAuth(lambda: AccessToken(next(tokens), 3600), clock.monotonic)
    assert [auth.token(), auth.token()] == ["one-token", "one-token"]
    clock.seconds += 3400
    assert auth.token() == "two-token"


def echo_secret(request: Request) -> Response:
    del request
    return json_answer(f'{{"error":"token {SECRET} is bad"}}'.encode(), status=400)


def quote_answer(answer: Answer) -> Verdict:
    return Fail(AccessError(f"{answer.where}: {answer.body!r}", hint=SECRET, why=SECRET))


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/x", {"X-Shopify-Access-Token": SECRET}),
        ("/x", {"Authorization": f"Bearer {SECRET}"}),
        (f"/x?access_token={SECRET}&fields=id", {}),
    ],
    ids=["header", "bearer", "parameter"],
)
def test_a_secret_never_shows(path: str, headers: dict[str, str], caplog) -> None:  # type: ignore[no-untyped-def]  # pytest's
    caplog.set_level(logging.DEBUG)
    with a_server(echo_secret, json_answer()) as server:
        context = a_context(FakeClock())
        client = server.client(context, headers=headers, classify=quote_answer)
        with pytest.raises(AccessError) as raised:
            client.get(path)
        trace = server.client(context, headers=headers).get(path).trace
    error = raised.value
    shown = [*traceback.format_exception(error), error.hint, error.why, repr(trace)]
    assert SECRET not in " ".join([*shown, repr(client), caplog.text])
    assert "REDACTED" in error.message


BODY_SECRET = "1//0canary/Q+é&=9"
ECHOED_BODIES = {
    "form": urlencode({"a": "1", "refresh_token": BODY_SECRET, "grant": "x"}).encode(),
    "json": json.dumps({"client_secret": BODY_SECRET, "a": 1}).encode(),
    "nested json": json.dumps({"auth": {"password": [BODY_SECRET]}}, ensure_ascii=False).encode(),
    "json in a form": urlencode({"q": json.dumps({"api_key": BODY_SECRET})}).encode(),
    "form in json": json.dumps({"body": urlencode({"id_token": BODY_SECRET})}).encode(),
    "json in json": json.dumps({"q": json.dumps({"secret": BODY_SECRET})}).encode(),
}
ECHOES = {
    "as it was": lambda body: body.decode(),
    "decoded": lambda body: unquote_plus(body.decode()),
    "escaped for HTML": lambda body: html.escape(unquote_plus(body.decode())),
    "with codes in lower case": lambda body: re.sub("%..", lambda m: m[0].lower(), body.decode()),
}


def told_text(server: ScriptedServer, body: bytes) -> str:
    client = a_client(server, FakeClock(), classify=quote_text)
    with pytest.raises(AccessError) as raised:
        client.request("POST", "token", body=body)
    error = raised.value
    return " ".join([*traceback.format_exception(error), error.hint, error.why])


def quote_text(answer: Answer) -> Verdict:
    text = answer.json()["error"]
    return Fail(AccessError(f"{answer.where}: {text}", hint=text, why=text))


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("name", ECHOED_BODIES)
def test_a_secret_of_a_body_is_not_in_the_error_that_echoes_it(name: str, echo: str) -> None:
    def echoed(request: Request) -> Response:
        text = f"bad request: {ECHOES[echo](request._body)}"
        return json_answer(json.dumps({"error": text}).encode(), status=400)

    with a_server(echoed) as server:
        told = told_text(server, ECHOED_BODIES[name])
    assert "REDACTED" in told
    assert not re.search("canary", told)


def test_a_secret_that_cannot_be_sent_is_not_quoted() -> None:
    with a_server(json_answer()) as server:
        client = a_client(server, FakeClock(), headers={"Authorization": f"{SECRET}\nx"})
        with pytest.raises(ConfigError, match="header cannot be sent") as raised:
            client.get("/x")
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_a_link_to_another_host_is_not_followed_with_the_credential() -> None:
    with a_server(json_answer()) as server, pytest.raises(ContractError, match="not an address"):
        a_client(server, FakeClock()).get("http://127.0.0.1:1/next?access_token=x")
    assert server.requests == []


def test_a_link_of_the_same_host_is_followed_as_it_is() -> None:
    with a_server(json_answer()) as server:
        a_client(server, FakeClock()).get(f"{server.base_url}/next?after=a%3D%3D&limit=1")
    assert str(server.requests[0].url).endswith("/next?after=a%3D%3D&limit=1")


def test_a_download_carries_no_credential_and_needs_no_json() -> None:
    with a_server(Response(b'{"a":1}\n{"a":2}\n')) as server:
        client = a_client(server, FakeClock(), headers={"X-Shopify-Access-Token": SECRET})
        body = b"".join(client.download(f"{server.base_url}/file?X-Goog-Signature=abcdef123"))
    assert body == b'{"a":1}\n{"a":2}\n'
    assert SECRET not in server.requests[0].headers.values()


def test_the_status_alone_judges_when_the_vendor_says_nothing_else() -> None:
    with a_server(json_answer(status=202)) as server:
        assert isinstance(classify_status(a_client(server, FakeClock()).get("/x")), Ok)
