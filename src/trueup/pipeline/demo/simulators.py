"""The simulated vendors as a process beside the demo, and the handles on their world."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from trueup.errors import IntegrityError
from trueup.pipeline.demo.scenario import World

START_SECONDS = 60.0
# The world is the simulators' own; making its truth walks over all of it.
ANSWER_SECONDS = 60.0
# They are on this machine, so no proxy of the environment is used.
HERE: dict[str, Any] = {"timeout": ANSWER_SECONDS, "trust_env": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planting:
    """Values of what was planted, such as account and day, and names of rules that must fire."""

    values: Mapping[str, str]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulators:
    """A running set of simulated vendors, all under `base_url`; `announced` describes them."""

    base_url: str
    announced: Mapping[str, Any] = field(default_factory=dict)

    def now(self) -> datetime:
        """The simulated instant, which is the demo's now."""
        return datetime.fromisoformat(str(self._get("state")["now"]))

    def advance(self, hours: float) -> datetime:
        """Let time pass in the simulated world."""
        return datetime.fromisoformat(str(self._post("clock", {"advance_hours": hours})["now"]))

    def plant(self, rules: Sequence[Mapping[str, object]]) -> Planting:
        """Make the vendors or their world misbehave."""
        added = self._post("faults", list(rules))
        values: dict[str, str] = {}
        for planted in added["planted"]:
            values |= planted
        return Planting(values=values, rules=tuple(added["rules"]))

    def heal(self) -> None:
        """Let the vendors behave again; what was planted in their world stays."""
        self._answer(httpx.delete(self._url("faults"), **HERE))

    def fired(self) -> dict[str, int]:
        """Number of times that each rule of the vendors fired."""
        return dict(self._get("state")["fired"])

    def write_truth(self, folder: Path) -> None:
        """Write what really happened up to now as parquet files in `folder`."""
        self._post("truth", {"dir": str(folder)})

    def _get(self, what: str) -> dict[str, Any]:
        return self._answer(httpx.get(self._url(what), **HERE))

    def _post(self, what: str, body: object) -> dict[str, Any]:
        return self._answer(httpx.post(self._url(what), json=body, **HERE))

    def _url(self, what: str) -> str:
        return f"{self.base_url}/_control/{what}"

    def _answer(self, answer: httpx.Response) -> dict[str, Any]:
        if answer.is_error:
            raise IntegrityError(
                f"simulators: {answer.request.url.path} answered {answer.status_code}",
                why=answer.text[:200],
                hint="This is a defect of the demo: please report it with this message.",
                code="TUP-711",
            )
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def simulators(folder: Path, world: World) -> Iterator[Simulators]:
    """Start the vendors, wait until they listen, and stop them at the end."""
    ready, log = folder / "simulators.json", folder / "simulators.log"
    ready.unlink(missing_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own command
            _command(world, ready),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us: we stop the vendors when we are done with them.
            start_new_session=True,
        )
    try:
        _wait_until_ready(process, ready, log)
        announced = json.loads(ready.read_text(encoding="utf-8"))
        yield Simulators(base_url=announced["base_url"], announced=announced)
    finally:
        process.terminate()
        process.wait()


def _command(world: World, ready: Path) -> list[str]:
    return [
        *(sys.executable, "-m", "trueup_simulators", "serve", "--ready-file", str(ready)),
        *world.arguments(),
    ]


def _wait_until_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise IntegrityError(
                "simulators: did not start",
                why="The demo has no vendor to read from.",
                hint=f"See {log}.",
                code="TUP-726",
            )
        time.sleep(0.02)
