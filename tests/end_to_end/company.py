"""A company under test: its world, the simulated vendors around it, and its project."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import duckdb

from trueup.pipeline.events import Event
from trueup.pipeline.run import RunResult, run
from trueup.pipeline.settings.config import PROJECT_FILE, load_config
from trueup.pipeline.settings.project import Project
from trueup_simulators.faults import FaultPlan
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

SMALL = WorldConfig(scale="small", days=35)

# Rates need not be real, only different from each other and from one.
RATES = {"EUR": "1.0843", "JPY": "0.0067", "GBP": "1.2710"}

# Stands for the vendors' address in a project file until they are served.
NOWHERE = "http://vendors.invalid"

PROJECT = """
name: brightcart
timezone: America/New_York
currency: USD
start_date: {start}
workers: {workers}
sources:
  google_ads:
    base_url: {base_url}/google-ads
    token_url: {base_url}/google-ads/oauth2/token
    developer_token: developer-token
    client_id: client-id
    client_secret: client-secret
    refresh_token: refresh-token
    login_customer_id: "5550001000"
  meta_ads:
    base_url: {base_url}/meta
    access_token: EAASimulatedSystemUserToken
    poll_seconds: 0.05
  shopify:
    base_url: {base_url}/shopify
    shop: brightcart.myshopify.com
    access_token: shpat_simulated
  fx:
    path: fx_rates.csv
"""


@dataclass
class Company:
    """Everything a test may look at or disturb."""

    folder: Path
    world: World
    clock: SimulatedClock
    faults: FaultPlan
    project: Project
    base_url: str

    def run(self, **options: object) -> RunResult:
        """The whole way at the world's own time."""
        return run(self.project, self.clock.now(), **options)

    def a_day_later(self, days: float = 1) -> None:
        self.clock.advance(timedelta(days=days))

    def reopened_at(self, folder: Path) -> "Company":
        """The same company as a new process would open it, or a copy of it elsewhere."""
        project = Project(folder=folder, config=load_config(folder, {}))
        return replace(self, folder=folder, project=project)

    def copied_to(self, folder: Path, *parts: str) -> "Company":
        """The same company elsewhere, with only some parts of its workspace."""
        workspace = folder / self.project.config.workspace
        workspace.mkdir(parents=True)
        for name in (PROJECT_FILE, "fx_rates.csv"):
            shutil.copy(self.folder / name, folder)
        for part in parts:
            source = self.project.workspace / part
            if source.is_dir():
                shutil.copytree(source, workspace / part, symlinks=True)
            elif source.exists():
                shutil.copy(source, workspace / part)
        return self.reopened_at(folder)

    def published(self, sql: str) -> list[tuple]:
        """Rows of the published version."""
        with duckdb.connect(str(self.project.published.serving_file()), read_only=True) as db:
            return db.execute(sql).fetchall()

    def content(self) -> dict[str, str]:
        """The content hash of every published table."""
        manifest = self.project.published.current()
        return {name: table.content_hash for name, table in manifest.tables.items()}


@contextmanager
def a_company(folder: Path, config: WorldConfig = SMALL, workers: int = 4) -> Iterator[Company]:
    """A company whose vendors are being served while the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    text = PROJECT.format(start=config.start, base_url=NOWHERE, workers=workers)
    (folder / PROJECT_FILE).write_text(text)
    write_rates(folder / "fx_rates.csv", config.start, 200)
    with served(folder, config) as company:
        yield company


@contextmanager
def served(folder: Path, config: WorldConfig) -> Iterator[Company]:
    """The company of an existing folder, its vendors served at an address of their own."""
    world, clock, faults = World(config), SimulatedClock(config.clock_start), FaultPlan()
    with running(build_app(world, clock, faults)) as base_url:
        settings = folder / PROJECT_FILE
        settings.write_text(settings.read_text().replace(NOWHERE, base_url))
        project = Project(folder=folder, config=load_config(folder, {}))
        yield Company(folder, world, clock, faults, project, base_url)


def write_rates(path: Path, start: date, days: int, without: frozenset[str] = frozenset()) -> None:
    """Daily rates to USD from a few days before `start`; `without` names dates to leave out."""
    lines = ["base,quote,rate_date,rate,provider,published_at"]
    for n in range(-7, days):
        day = (start + timedelta(days=n)).isoformat()
        if day not in without:
            lines += [f"{c},USD,{day},{r},ECB,{day}T15:00:00Z" for c, r in RATES.items()]
    path.write_text("\n".join(lines) + "\n")


def heard(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]
