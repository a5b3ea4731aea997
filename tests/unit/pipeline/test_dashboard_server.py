"""The dashboard's server: it takes a free port, and its address is its own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.unit.cli.projects import a_project
from tests.unit.sources.source_builders import a_server, json_answer
from trueup.errors import ConfigError
from trueup.pipeline.inspect.dashboard_server import Served, _is_up, serve
from trueup.pipeline.settings.project import open_for_reading
from trueup_simulators.server import listening_socket

PROBE = "import time; time.sleep(60)"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with closing(listening_socket()) as listener:
        yield listener.getsockname()[1]


def detached(folder: Path, port: int) -> Served:
    """The dashboard that a command leaves behind."""
    words = ("serve", "-C", str(folder), "--detach", "--port", str(port), "--json")
    done = subprocess.run(
        [sys.executable, "-m", "trueup", *words], capture_output=True, text=True, check=True
    )
    return Served(**json.loads(done.stdout)["dashboard"])


def test_a_taken_port_is_passed_over_and_the_true_address_is_named(
    tmp_path: Path, taken_port: int
) -> None:
    folder = a_project(tmp_path)
    served = detached(folder, taken_port)
    try:
        assert served.address != f"http://127.0.0.1:{taken_port}"
        assert httpx.get(served.address, trust_env=False).status_code == httpx.codes.OK
        assert detached(folder, taken_port) == served
    finally:
        os.kill(served.pid, signal.SIGTERM)


def test_a_port_that_was_asked_for_and_is_taken_is_refused(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(ConfigError, match=f"port {taken_port} of 127.0.0.1 is taken"):
        serve(open_for_reading(a_project(tmp_path)), taken_port, lambda _: None)


@pytest.mark.parametrize(
    ("says", "up"), [("URL: {address}", True), ("Port is not available", False)]
)
def test_a_page_counts_once_our_own_server_names_its_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, up: bool
) -> None:
    monkeypatch.setattr("trueup.pipeline.inspect.dashboard_server.START_SECONDS", 1.0)
    log = tmp_path / "serve.log"
    with a_server(json_answer()) as other:
        log.write_text(says.format(address=other.base_url))
        with subprocess.Popen([sys.executable, "-c", PROBE]) as server:
            served = Served(address=other.base_url, pid=server.pid, log=log)
            try:
                assert _is_up(served, server) == up
            finally:
                server.kill()


def test_a_server_that_has_ended_is_not_up_though_another_page_answers(tmp_path: Path) -> None:
    log = tmp_path / "serve.log"
    with a_server(json_answer()) as other, subprocess.Popen([sys.executable, "-c", ""]) as server:
        log.write_text(other.base_url)
        server.wait()
        assert not _is_up(Served(address=other.base_url, pid=server.pid, log=log), server)
