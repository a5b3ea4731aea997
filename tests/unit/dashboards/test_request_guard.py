"""The guard in front of the dashboard, asked as a browser asks, with any Host and Origin."""

from collections.abc import Iterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from trueup_dashboards.request_guard import RequestGuard, allowed_hosts, content_policy
from trueup_simulators.server import running

PAGE = "<head><script>let a = 1;</script><script src='/a.js'></script></head><p>let b = 2;</p>"
FIGURES = "net revenue 481,672.55"


async def page(_request: object) -> PlainTextResponse:
    return PlainTextResponse(FIGURES)


async def stream(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text(FIGURES)
    await socket.close()


@pytest.fixture
def address() -> Iterator[str]:
    guard = Middleware(RequestGuard, hosts=allowed_hosts(), policy=content_policy(PAGE))
    routes = [Route("/", page), WebSocketRoute("/stream", stream)]
    with running(Starlette(routes=routes, middleware=[guard])) as address:
        yield address


def asked(address: str, **headers: str) -> httpx.Response:
    return httpx.get(address, headers=headers, trust_env=False)


@pytest.mark.parametrize("host", ["127.0.0.1:4600", "localhost:4600", "LOCALHOST", "[::1]:4600"])
def test_this_machines_names_are_answered(address: str, host: str) -> None:
    answer = asked(address, Host=host)
    assert (answer.status_code, answer.text) == (200, FIGURES)


@pytest.mark.parametrize(
    "host",
    ["evil.example:4600", "127.0.0.1.evil.example", "evil.example@127.0.0.1.evil.example", "", "["],
)
def test_a_foreign_host_sees_no_figure(address: str, host: str) -> None:
    answer = asked(address, Host=host)
    assert answer.status_code == 403
    assert FIGURES not in answer.text
    assert "TRUEUP_DASHBOARD_HOSTS" in answer.text


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://[", "file://"])
def test_a_page_from_elsewhere_opens_no_stream(address: str, origin: str) -> None:
    assert asked(address, Origin=origin).status_code == 403
    stream_address = address.replace("http", "ws", 1) + "/stream"
    with pytest.raises(InvalidStatus, match="403"), connect(stream_address, origin=origin):
        pass


def test_the_dashboards_own_page_opens_a_stream(address: str) -> None:
    with connect(address.replace("http", "ws", 1) + "/stream", origin=address) as socket:
        assert socket.recv() == FIGURES


@pytest.mark.parametrize("host", ["127.0.0.1", "evil.example"])
def test_every_answer_forbids_frames_and_foreign_content(address: str, host: str) -> None:
    headers = asked(address, Host=host).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"


def test_hosts_of_a_proxy_are_listed_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_DASHBOARD_HOSTS", "Figures.shop.example, other.example,")
    assert allowed_hosts() >= {"figures.shop.example", "other.example", "127.0.0.1"}
    assert "" not in allowed_hosts()


def test_only_scripts_of_the_page_itself_run_inline() -> None:
    (scripts,) = [part for part in content_policy(PAGE).split("; ") if part.startswith("script")]
    # printf 'let a = 1;' | openssl dgst -sha256 -binary | base64
    own = "'sha256-xY6QKfH9PRsQnLz56nj6MBwiK5oHg+im1Jkpdp1x/Ck='"
    assert scripts == f"script-src 'self' 'unsafe-eval' {own}"
