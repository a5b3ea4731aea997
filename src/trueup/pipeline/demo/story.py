"""The demo from an empty folder to the dashboard's address, part by part."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from trueup.pipeline.demo.changes import changes_since
from trueup.pipeline.demo.faults import Break, Scene
from trueup.pipeline.demo.folder import make_folder, open_demo, publish_rates, set_clock
from trueup.pipeline.demo.parts import (
    Finished,
    Outcome,
    Part,
    Planted,
    Ran,
    Truth,
    WorldMade,
)
from trueup.pipeline.demo.scoring import revenue_identity, score
from trueup.pipeline.demo.simulators import Simulators, WorldSize, simulators
from trueup.pipeline.demo.stopwatch import Stopwatch
from trueup.pipeline.events import Listener, silent
from trueup.pipeline.project import Project
from trueup.pipeline.run import RunResult, run
from trueup.pipeline.serve import serve_detached

ONE_DAY_HOURS = 24.0
# Sources are asked this long after the simulated instant, so that all up to it counts as settled
# and can be compared with the truth of that instant.
SETTLED = timedelta(minutes=5)


@dataclass(slots=True, kw_only=True)
class _Demo:
    """A demo under way."""

    folder: Path
    size: WorldSize
    listener: Listener
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self, project: Project, now: datetime, title: str) -> Ran:
        watch = Stopwatch(self.listener)
        set_clock(self.folder, now + SETTLED)
        result = run(project, now + SETTLED, None, watch)
        self.seconds[title] = time.monotonic() - watch.started
        return Ran(title=title, result=result, seconds=watch.seconds())

    def score(self, project: Project, vendors: Simulators) -> Truth:
        started = time.monotonic()
        truth = score(project, vendors, self.folder / "truth")
        taken = time.monotonic() - started
        self.seconds["truth"] = self.seconds.get("truth", 0.0) + taken
        return truth


def demo(
    folder: Path,
    *,
    fault: Break | None = None,
    serve: bool = True,
    size: WorldSize | None = None,
    listener: Listener = silent,
) -> Iterator[Part]:
    """Make the folder, run, and show; with `fault`, plant it after the first run.

    The simulators live as long as the iteration. Raises what the steps raise; a gate that holds
    something back is not an error here but part of an `Outcome`.
    """
    started = time.monotonic()
    work = _Demo(folder=folder.resolve(), size=size or WorldSize(), listener=listener)
    make_folder(work.folder)
    with simulators(work.folder, work.size) as vendors:
        made = _world_made(work, vendors, time.monotonic() - started)
        yield made
        publish_rates(work.folder, made.now)
        project = open_demo(work.folder, vendors.base_url, vendors.shop)
        first = work.run(project, made.now, "first run")
        yield first
        yield from _first_look(work, project, vendors)
        if fault is None:
            yield from _next_day(work, project, vendors, first.result)
        else:
            yield from _broken(work, project, vendors, fault, first.result)
    served = serve_detached(project) if serve else None
    work.seconds["total"] = time.monotonic() - started
    yield Finished(folder=folder, seconds=work.seconds, served=served)


def _world_made(work: _Demo, vendors: Simulators, seconds: float) -> WorldMade:
    work.seconds["world"] = seconds
    return WorldMade(
        folder=work.folder,
        seed=work.size.seed,
        days=work.size.days,
        accounts=sum(not account["is_manager"] for account in vendors.accounts),
        shop=vendors.shop,
        now=vendors.now(),
        seconds=seconds,
    )


def _first_look(work: _Demo, project: Project, vendors: Simulators) -> Iterator[Part]:
    yield revenue_identity(project)
    yield work.score(project, vendors)


def _next_day(
    work: _Demo, project: Project, vendors: Simulators, before: RunResult
) -> Iterator[Part]:
    now = vendors.advance(ONE_DAY_HOURS)
    publish_rates(work.folder, now)
    ran = work.run(project, now, "one day later")
    yield ran
    yield changes_since(project, before, ran.result)
    yield from _first_look(work, project, vendors)


def _broken(
    work: _Demo, project: Project, vendors: Simulators, fault: Break, before: RunResult
) -> Iterator[Part]:
    now = vendors.now()
    done = fault.plant(Scene(folder=work.folder, vendors=vendors, now=now))
    yield Planted(fault=fault, done=done)
    ran = work.run(project, now, "with the fault")
    yield ran
    yield changes_since(project, before, ran.result)
    truth = work.score(project, vendors)
    yield truth
    audited = ran.result.audited
    yield Outcome(
        fault=fault,
        folder=work.folder,
        fired=vendors.fired(),
        failed_gates=tuple(v.gate.name for v in audited.failed) if audited else (),
        held=tuple(audited.held_back) if audited else (),
        all_equal=not any(score.differing for score in truth.scores),
    )
