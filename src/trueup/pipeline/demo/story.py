"""The demo from an empty folder to the dashboard's address, part by part."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from trueup.errors import IntegrityError
from trueup.pipeline.demo.changes import changes_since
from trueup.pipeline.demo.faults import Break, Deed, Scene
from trueup.pipeline.demo.folder import make_folder, open_demo, publish_rates, set_clock
from trueup.pipeline.demo.parts import (
    Finished,
    Outcome,
    Part,
    Planted,
    Proof,
    Ran,
    Truth,
    WorldMade,
)
from trueup.pipeline.demo.proof import day_proof, held_proof
from trueup.pipeline.demo.scoring import revenue_identity, score
from trueup.pipeline.demo.simulators import Simulators, WorldSize, simulators
from trueup.pipeline.demo.stopwatch import Stopwatch
from trueup.pipeline.events import Listener, silent
from trueup.pipeline.inspect.dashboard_server import serve_detached
from trueup.pipeline.run import RunResult, run
from trueup.pipeline.settings.project import Project

ONE_DAY_HOURS = 24.0
# Sources are asked this long after the simulated instant, so that all up to it counts as settled
# and can be compared with the truth of that instant.
SETTLED = timedelta(minutes=5)


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
    chosen = size or WorldSize()
    make_folder(folder)
    with simulators(folder.resolve(), chosen) as vendors:
        play = Demo(folder=folder.resolve(), vendors=vendors, listener=listener)
        play.seconds["world"] = time.monotonic() - started
        yield play.world(chosen)
        first = play.run("first run")
        yield first
        yield from play.figures()
        if fault is None:
            yield from play.next_day(first.result)
        else:
            yield from play.broken(fault, first.result)
    served = serve_detached(play.project) if serve else None
    play.seconds["total"] = time.monotonic() - started
    yield Finished(folder=folder, seconds=play.seconds, served=served)


@dataclass(slots=True, kw_only=True)
class Demo:
    """The scenes of the demo, over one folder and one running world."""

    folder: Path
    vendors: Simulators
    listener: Listener = silent
    seconds: dict[str, float] = field(default_factory=dict)
    project: Project = field(init=False)

    def __post_init__(self) -> None:
        self.project = open_demo(self.folder, self.vendors.base_url, self.vendors.shop)

    def world(self, size: WorldSize) -> WorldMade:
        """What there is to ask."""
        return WorldMade(
            folder=self.folder,
            seed=size.seed,
            days=size.days,
            accounts=sum(not account["is_manager"] for account in self.vendors.accounts),
            shop=self.vendors.shop,
            now=self.vendors.now(),
            seconds=self.seconds.get("world", 0.0),
        )

    def run(self, title: str, *, new_rates: bool = True, before: RunResult | None = None) -> Ran:
        """One run at the simulated now, after `before`, with the rates published by then."""
        now = self.vendors.now()
        if new_rates:
            publish_rates(self.folder, now)
        settled = now + SETTLED
        if before is not None:
            # Not in the same second: history tells by the time what was known before.
            settled = max(settled, before.now + timedelta(minutes=1))
        set_clock(self.folder, settled)
        watch = Stopwatch(self.listener)
        result = run(self.project, settled, None, watch)
        self.seconds[title] = time.monotonic() - watch.started
        return Ran(
            title=title,
            result=result,
            seconds=watch.seconds(),
            read_again=tuple(watch.read_again),
        )

    def figures(self) -> Iterator[Part]:
        """What is published, beside itself and beside the truth."""
        yield revenue_identity(self.project)
        yield self.truth()

    def truth(self) -> Truth:
        """The error of what is published."""
        started = time.monotonic()
        found = score(self.project, self.vendors, self.folder / "truth")
        taken = time.monotonic() - started
        self.seconds["truth"] = self.seconds.get("truth", 0.0) + taken
        return found

    def next_day(self, before: RunResult) -> Iterator[Part]:
        """A day later: restatements, late refunds, new orders; and what they changed."""
        self.vendors.advance(ONE_DAY_HOURS)
        ran = self.run("one day later")
        yield ran
        yield changes_since(self.project, before, ran.result)
        yield from self.figures()

    def broken(self, fault: Break, before: RunResult) -> Iterator[Part]:
        """Plant the fault, run, and see. Raises IntegrityError when it never struck."""
        if fault.strikes:
            self.vendors.advance(ONE_DAY_HOURS)
        now: datetime = self.vendors.now()
        deed = fault.plant(Scene(folder=self.folder, vendors=self.vendors, now=now))
        yield Planted(fault=fault, done=deed.told)
        ran = self.run("with the fault", new_rates=not fault.spoils_rates, before=before)
        yield ran
        yield changes_since(self.project, before, ran.result)
        truth = self.truth()
        yield truth
        yield replace(self._outcome(fault, ran, truth), proof=self._proof(deed, before, ran.result))

    def _proof(self, deed: Deed, before: RunResult, after: RunResult) -> Proof | None:
        if before.published is None or after.published is None:
            return None
        sides = (before.published.manifest, after.published.manifest)
        if deed.day:
            return day_proof(self.project, sides, deed, self.folder / "truth")
        return held_proof(self.project, sides) if after.published.withheld_tables else None

    def _outcome(self, fault: Break, ran: Ran, truth: Truth) -> Outcome:
        fired = self.vendors.fired()
        if fault.strikes and not fired.get(fault.name.replace("-", "_")):
            raise IntegrityError(
                f"demo: {fault.name} was planted and never struck",
                why="Nothing was shown by this run: the vendors behaved.",
                hint="Report it with the output of this demo.",
                code="TUP-728",
            )
        audited = ran.result.audited
        repeated: dict[str, int] = {}
        for stream in ran.result.synced.streams:
            if count := stream.tally.deduplicated:
                repeated[stream.source] = repeated.get(stream.source, 0) + count
        return Outcome(
            fault=fault,
            folder=self.folder,
            fired=fired,
            failed_gates={v.gate.name: v.message for v in audited.failed} if audited else {},
            held=tuple(audited.withheld_tables) if audited else (),
            truth=truth,
            read_again=ran.read_again,
            repeated=repeated,
        )
