"""The simulated vendors as a process beside the demo, and the handles on their world."""

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import httpx

from trueup.errors import ConfigError, IntegrityError

START_SECONDS = 60.0
# The world is the simulators' own; making its truth walks over all of it.
ANSWER_SECONDS = 60.0
# They are on this machine: no proxy of the environment stands in between.
HERE: dict[str, Any] = {"timeout": ANSWER_SECONDS, "trust_env": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldSize:
    """Which world: equal sizes give equal worlds, byte for byte."""

    seed: int = 7
    days: int = 60
    start: date = date(2026, 6, 1)
    scale: str = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulators:
    """A running set of simulated vendors, all under `base_url`."""

    base_url: str
    accounts: Sequence[Mapping[str, Any]]
    shop: str

    def now(self) -> datetime:
        """The simulated instant, which is the demo's now."""
        return datetime.fromisoformat(str(self._get("state")["now"]))

    def advance(self, hours: float) -> datetime:
        """Let time pass in the simulated world."""
        return datetime.fromisoformat(str(self._post("clock", {"advance_hours": hours})["now"]))

    def plant(self, rules: Sequence[Mapping[str, object]]) -> None:
        """Make the vendors or their world misbehave."""
        self._post("faults", list(rules))

    def heal(self) -> None:
        """Let the vendors behave again; what was planted in their world stays."""
        self._answer(httpx.delete(self._url("faults"), **HERE))

    def fired(self) -> dict[str, int]:
        """How often each fault of the vendors struck."""
        found = self._get("state")["fired"]
        assert isinstance(found, dict)
        return found

    def write_truth(self, folder: Path) -> None:
        """What really happened up to now, as parquet files in `folder`."""
        self._post("truth", {"dir": str(folder)})

    def _get(self, what: str) -> dict[str, object]:
        return self._answer(httpx.get(self._url(what), **HERE))

    def _post(self, what: str, body: object) -> dict[str, object]:
        return self._answer(httpx.post(self._url(what), json=body, **HERE))

    def _url(self, what: str) -> str:
        return f"{self.base_url}/_control/{what}"

    def _answer(self, answer: httpx.Response) -> dict[str, object]:
        if answer.is_error:
            raise IntegrityError(
                f"simulators: {answer.request.url.path} answered {answer.status_code}",
                why=answer.text[:200],
                hint="This is a defect of the demo: please report it with this message.",
                code="TUP-711",
            )
        found: dict[str, object] = answer.json()
        return found


@contextmanager
def simulators(folder: Path, size: WorldSize) -> Iterator[Simulators]:
    """Start the vendors, wait until they listen, and stop them at the end."""
    if importlib.util.find_spec("trueup_simulators") is None:
        raise ConfigError(
            "demo: the simulators are not installed",
            hint="pip install 'trueup[demo]'",
            code="TUP-350",
        )
    ready, log = folder / "simulators.json", folder / "simulators.log"
    ready.unlink(missing_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            _command(size, ready),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us: we stop the vendors when we are done with them.
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, ready, log)
        announced = json.loads(ready.read_text(encoding="utf-8"))
        yield Simulators(
            base_url=announced["base_url"], accounts=announced["accounts"], shop=announced["shop"]
        )
    finally:
        process.terminate()
        process.wait()


def _command(size: WorldSize, ready: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "trueup_simulators", "serve", "--ready-file", str(ready)),
        *("--seed", str(size.seed), "--days", str(size.days)),
        *("--start", size.start.isoformat(), "--scale", size.scale),
    ]


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise IntegrityError(
                "simulators: did not start",
                why="The demo has nobody to ask.",
                hint=f"See {log}.",
                code="TUP-726",
            )
        time.sleep(0.02)
