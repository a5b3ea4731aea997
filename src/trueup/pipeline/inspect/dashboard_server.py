"""The dashboard as a process of its own, on this machine only, over the published versions."""

import importlib.util
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from trueup.errors import ConfigError, TransientError
from trueup.pipeline.settings.project import Project

HOST = "127.0.0.1"
DEFAULT_PORT = 4600
DASHBOARD_MODULES = ("streamlit", "altair")
PORTS_TRIED = 50
START_SECONDS = 30.0
PUBLISHED_VARIABLE = "TRUEUP_PUBLISHED"
PASSED_VARIABLES = frozenset(
    {"PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT"}
    | {"PYTHONPATH", "PYTHONUTF8", "VIRTUAL_ENV", "TRUEUP_DASHBOARD_HOSTS"}
)
"""All that the dashboard's process gets of the environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A dashboard that answers at `address`; `pid` is the process to stop."""

    address: str
    pid: int
    log: Path | None = None


def serve(project: Project, port: int | None, when_up: Callable[[Served], None]) -> int:
    """Serve until interrupted; tells `when_up` once the page answers. Returns an exit code.

    Without a port it is the first free one from DEFAULT_PORT on. Raises ConfigError when the
    dashboard is not installed or the port is taken.
    """
    refuse_missing_dashboard()
    if port is not None:
        _check_port(port)
    server, served = _start(project, DEFAULT_PORT if port is None else port)
    try:
        when_up(served)
        return server.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        server.terminate()
        server.wait()


def serve_detached(project: Project, port: int | None = None) -> Served:
    """Serve on the first free port from `port` on and return once the page answers.

    A dashboard of this project that is already up is kept.
    """
    if running := _running(project):
        return running
    refuse_missing_dashboard()
    _, served = _start(project, DEFAULT_PORT if port is None else port)
    _note_file(project).write_text(json.dumps({"address": served.address, "pid": served.pid}))
    return served


def free_port(first: int) -> int:
    """The first port from `first` on that nobody listens on."""
    for port in range(first, first + PORTS_TRIED):
        if _is_free(port):
            return port
    raise ConfigError(
        f"ports {first} to {first + PORTS_TRIED - 1}: all taken",
        hint="Stop one of the programs that listen there, or choose: trueup serve --port PORT",
        code="TUP-345",
    )


def refuse_missing_dashboard() -> None:
    """Raise ConfigError unless everything is installed that draws the dashboard."""
    if missing := [name for name in DASHBOARD_MODULES if not importlib.util.find_spec(name)]:
        raise ConfigError(
            f"dashboard: not installed: {', '.join(missing)}",
            why="Everything else works without it. Any tool can read the published tables.",
            hint="pip install 'trueup[dashboards]'",
            code="TUP-346",
        )


def _start(project: Project, port: int) -> tuple[subprocess.Popen[bytes], Served]:
    """A server whose page answers, on the first free port from `port` on."""
    log = _log_file(project)
    while True:
        chosen = free_port(port)
        server = _started(_command(chosen), project, log)
        served = Served(address=f"http://{HOST}:{chosen}", pid=server.pid, log=log)
        try:
            if _is_up(served, server):
                return server, served
        except KeyboardInterrupt:
            server.terminate()
            raise
        ended = server.poll() is not None
        server.terminate()
        server.wait()
        if not ended or _is_free(chosen):
            raise _not_started(served)
        # Another program took the port in the meantime.
        port = chosen + 1


def _started(command: list[str], project: Project, log: Path) -> subprocess.Popen[bytes]:
    """Start the server in its own session, so that closing the terminal does not stop it."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603  # our own command
            command,
            env=_environment(project),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _environment(project: Project) -> dict[str, str]:
    """Environment of the dashboard's process, without credentials of sources or the vault."""
    passed = {name: value for name, value in os.environ.items() if name in PASSED_VARIABLES}
    return passed | {PUBLISHED_VARIABLE: str(project.published.root)}


def _command(port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "streamlit", "run", str(_app())),
        *("--server.address", HOST, "--server.port", str(port), "--server.headless", "true"),
        *("--browser.gatherUsageStats", "false", "--server.fileWatcherType", "none"),
    ]


def _app() -> Path:
    """The dashboard's server, found without importing its package."""
    spec = importlib.util.find_spec("trueup_dashboards")
    folders = list(spec.submodule_search_locations or []) if spec else []
    for folder in folders:
        if (path := Path(folder) / "server.py").exists():
            return path
    raise ConfigError(
        "dashboard: its pages are not installed",
        hint="Install Trueup again; the dashboard belongs to the package.",
        code="TUP-347",
    )


def _log_file(project: Project) -> Path:
    project.workspace.mkdir(parents=True, exist_ok=True)
    return project.workspace / "serve.log"


def _check_port(port: int) -> None:
    if not _is_free(port):
        raise ConfigError(
            f"port {port} of {HOST} is taken",
            hint=f"trueup serve --port {free_port(port + 1)}",
            code="TUP-345",
        )


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A port whose last listener has just gone is free, though connections linger.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def _running(project: Project) -> Served | None:
    try:
        note = json.loads(_note_file(project).read_text())
        served = Served(address=note["address"], pid=int(note["pid"]))
        os.kill(served.pid, 0)
    except (OSError, ValueError, KeyError):
        return None
    return served if _answers(served.address) else None


def _note_file(project: Project) -> Path:
    """File beside the workspace, so that it remains when the workspace is recreated."""
    return project.folder / ".serve.json"


def _is_up(served: Served, server: subprocess.Popen[bytes]) -> bool:
    """Wait until the page answers; False if the server ends or does not answer in time.

    The server writes its address into its log, since another program could answer there.
    """
    deadline = time.monotonic() + START_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        announced = served.log is not None and served.address in served.log.read_text("utf-8")
        if announced and _answers(served.address):
            return True
        time.sleep(0.1)
    return False


def _not_started(served: Served) -> TransientError:
    return TransientError(
        f"dashboard: did not start on {served.address}",
        why="All steps before the dashboard are done, and their results are published.",
        hint=f"See {served.log}, then: trueup serve",
        code="TUP-756",
    )


def _answers(address: str) -> bool:
    try:
        # The dashboard is on this machine, so no proxy of the environment is used.
        answer = httpx.get(f"{address}/_stcore/health", timeout=2.0, trust_env=False)
        return answer.status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False
