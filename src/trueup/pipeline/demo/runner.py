"""The demo from an empty folder to the dashboard's address, part by part."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from trueup.errors import ConfigError, IntegrityError
from trueup.pipeline.demo.changes import changes_since
from trueup.pipeline.demo.comparison import compare, revenue_identity
from trueup.pipeline.demo.examples import DEFAULT_EXAMPLE, fault_names
from trueup.pipeline.demo.folder import make_folder, publish_files, set_clock
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
from trueup.pipeline.demo.proof import proof_of
from trueup.pipeline.demo.published_reader import TRUTH_FOLDER
from trueup.pipeline.demo.scenario import Fault, Scenario, environment_of
from trueup.pipeline.demo.simulators import Planting, Simulators, simulators
from trueup.pipeline.demo.stopwatch import Stopwatch
from trueup.pipeline.events import Listener, silent
from trueup.pipeline.inspect.check import is_installed
from trueup.pipeline.inspect.dashboard_server import DASHBOARD_MODULES, serve_detached
from trueup.pipeline.run import RunResult, run
from trueup.pipeline.settings.project import Project, open_project

ONE_DAY_HOURS = 24.0
# Sources are asked this long after the simulated instant, so that all up to it counts as settled
# and can be compared with the truth of that instant.
SETTLED = timedelta(minutes=5)
# Modules of the extra `demo` that the simulators and the models need.
MODULES = (
    *("trueup_simulators", "graphql", "starlette", "uvicorn"),
    *("dbt.cli", "dbt.adapters.duckdb"),
)


def demo(
    folder: Path,
    scenario: Scenario,
    *,
    fault: Fault | None = None,
    serve: bool = True,
    listener: Listener = silent,
) -> Iterator[Part]:
    """Make the folder, run, and show; with `fault`, plant it after the first run.

    The simulators live as long as the iteration. Raises what the steps raise; a gate that holds
    something back is not an error here but part of an `Outcome`.
    """
    started = time.monotonic()
    _refuse_missing_modules((*MODULES, *(DASHBOARD_MODULES if serve else ())))
    make_folder(folder, scenario)
    with simulators(folder.resolve(), scenario.simulators) as vendors:
        play = Demo(folder=folder.resolve(), scenario=scenario, vendors=vendors, listener=listener)
        play.seconds["world"] = time.monotonic() - started
        yield play.world()
        first = play.run("first run")
        yield first
        yield from play.figures()
        if fault is None:
            yield from play.next_day(first.result)
        else:
            yield from play.broken(fault, first.result)
    served = serve_detached(play.project) if serve else None
    play.seconds["total"] = time.monotonic() - started
    yield Finished(
        folder=folder,
        seconds=play.seconds,
        served=served,
        next_commands=_next_commands(folder, scenario),
    )


@dataclass(slots=True, kw_only=True)
class Demo:
    """The scenes of the demo, over one folder and one running world."""

    folder: Path
    scenario: Scenario
    vendors: Simulators
    listener: Listener = silent
    seconds: dict[str, float] = field(default_factory=dict)
    project: Project = field(init=False)

    def __post_init__(self) -> None:
        variables = environment_of(self.scenario, self.vendors.announced)
        self.project = open_project(self.folder, variables)

    def world(self) -> WorldMade:
        """The world that there is to ask."""
        options = self.scenario.simulators
        values = options.model_dump() | dict(self.vendors.announced)
        return WorldMade(
            folder=self.folder,
            title=self.scenario.title,
            about=self.scenario.world.format_map(values),
            seed=options.seed,
            days=options.days,
            now=self.vendors.now(),
            seconds=self.seconds.get("world", 0.0),
        )

    def run(
        self, title: str, *, fault: Fault | None = None, before: RunResult | None = None
    ) -> Ran:
        """One run at the simulated now, after `before`, with the files published by then."""
        now = self.vendors.now()
        missing = fault.missing_rows if fault else None
        publish_files(self.folder, self.scenario, now, missing)
        settled = now + SETTLED
        if before is not None:
            # Not in the same second, since history is ordered by time.
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
        """The published figures, beside each other and beside the truth."""
        if self.scenario.revenue_identity:
            yield revenue_identity(self.project, self.scenario.revenue_identity)
        yield self.truth()

    def truth(self) -> Truth:
        """The error of what is published."""
        started = time.monotonic()
        self.vendors.write_truth(self.folder / TRUTH_FOLDER)
        found = compare(self.project, self.scenario, self.vendors.now())
        taken = time.monotonic() - started
        self.seconds["truth"] = self.seconds.get("truth", 0.0) + taken
        return found

    def next_day(self, before: RunResult) -> Iterator[Part]:
        """A day later: restatements, late refunds, new orders; and what they changed."""
        self.vendors.advance(ONE_DAY_HOURS)
        ran = self.run("one day later")
        yield ran
        yield changes_since(self.project, self.scenario.changed_days, before, ran.result)
        yield from self.figures()

    def broken(self, fault: Fault, before: RunResult) -> Iterator[Part]:
        """Plant the fault, run, and see. Raises IntegrityError when it never fired."""
        if fault.hours_later:
            self.vendors.advance(fault.hours_later)
        planting = self.vendors.plant(fault.rules)
        planted = Planted(fault=fault, done=fault.does.format_map(planting.values))
        yield planted
        ran = self.run("with the fault", fault=fault, before=before)
        yield ran
        yield changes_since(self.project, self.scenario.changed_days, before, ran.result)
        truth = self.truth()
        yield truth
        outcome = self._outcome(planted, planting, ran, truth)
        yield replace(outcome, proof=self._proof(fault, planting, before, ran.result))

    def _proof(
        self, fault: Fault, planting: Planting, before: RunResult, after: RunResult
    ) -> Proof | None:
        if fault.proof is None or before.published is None or after.published is None:
            return None
        versions = (before.published.manifest, after.published.manifest)
        return proof_of(self.scenario.proofs[fault.proof], self.project, versions, planting.values)

    def _outcome(self, planted: Planted, planting: Planting, ran: Ran, truth: Truth) -> Outcome:
        fault, fired = planted.fault, self.vendors.fired()
        if not all(fired.get(rule) for rule in planting.rules):
            raise IntegrityError(
                f"demo: {fault.name} was planted and never fired",
                why="The planted faults did not occur, so this run proves nothing.",
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


def _refuse_missing_modules(needed: Sequence[str]) -> None:
    missing = [name for name in needed if not is_installed(name)]
    if missing:
        raise ConfigError(
            f"demo: not installed: {', '.join(missing)}",
            why="Nothing was started.",
            hint="pip install 'trueup[demo]'",
            code="TUP-350",
        )


def _next_commands(folder: Path, scenario: Scenario) -> tuple[tuple[str, ...], ...]:
    """Commands that work in the folder where the demo was started."""
    named = () if scenario.example == DEFAULT_EXAMPLE else ("--example", scenario.example)
    faults = fault_names(scenario.folder)
    return (
        ("status", "-C", str(folder)),
        *(("demo", *named, "--break", name) for name in faults[:1]),
        ("init", "my-shop"),
    )
