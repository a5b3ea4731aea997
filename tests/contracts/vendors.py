"""Access of the contract suite to each registered source. A source without an entry fails it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end.company import write_rates
from trueup.core.account import Account, AccountStatus
from trueup.core.batch import ScopeState
from trueup.core.page import Page
from trueup.core.source import Source
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.pipeline.settings.project import declared_streams
from trueup.pipeline.sync.plan import plan_reads
from trueup.sources.context import SourceContext
from trueup.sources.registry import REGISTRY, source_type
from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

WORLD = WorldConfig(scale="small", days=9)


@dataclass(frozen=True)
class Vendor:
    """Settings for the simulator at `base_url`; faults in the vendor's own words."""

    settings: Callable[[str, Path], dict[str, object]]
    over_http: bool = True
    throttle: FaultRule | None = None
    # Makes pages so small that every stream has several.
    small_pages: tuple[FaultRule, ...] = ()


VENDORS = {
    "google_ads": Vendor(
        settings=lambda url, _: {
            "base_url": f"{url}/google-ads",
            "token_url": f"{url}/google-ads/oauth2/token",
            "developer_token": "developer-token",
            "client_id": "client-id",
            "client_secret": "client-secret",
            "refresh_token": "refresh-token",
            "login_customer_id": "5550001000",
        },
        throttle=FaultRule(
            kind="throttle", match="googleAds:search", times=2, params={"retry_delay_seconds": 1}
        ),
        small_pages=(FaultRule(kind="small_pages", times=None, params={"rows": 7}),),
    ),
    "meta_ads": Vendor(
        settings=lambda url, _: {
            "base_url": f"{url}/meta",
            "access_token": "EAASimulatedSystemUserToken",
            "page_size": 7,
        },
        throttle=FaultRule(kind="throttle", match="/act_", times=2),
    ),
    "shopify": Vendor(
        settings=lambda url, _: {
            "base_url": f"{url}/shopify",
            "shop": "brightcart.myshopify.com",
            "access_token": "shpat_simulated",
        },
        throttle=FaultRule(kind="throttle", match="graphql", times=2),
    ),
    "fx": Vendor(settings=lambda _, folder: {"path": str(folder / "fx.csv")}, over_http=False),
}


@dataclass
class Connected:
    """A source that talks to a simulated vendor, with time that costs nothing."""

    name: str
    vendor: Vendor
    source: Source
    world: World
    clock: SimulatedClock
    faults: FaultPlan
    slept: list[float] = field(default_factory=list)
    _first: dict[str, list[bytes]] = field(default_factory=dict)

    def accounts(self) -> list[Account]:
        return [a for a in self.source.accounts() if a.status is AccountStatus.ACTIVE]

    def scopes(self, stream: Stream) -> list[Account]:
        return self.accounts() if stream.per_account else [Account(account_id="all")]

    def windows(self, stream: Stream, account: Account) -> list[Window]:
        """Reads of a first sync."""
        reads = plan_reads(stream, account, ScopeState(), self.clock.now(), WORLD.start)
        return [read.window for read in reads]

    def pages(self, stream: Stream, account: Account, window: Window, bookmark=None) -> list[Page]:
        return list(self.source.read(stream, account, window, bookmark=bookmark))

    def first_reading(self, stream: Stream) -> list[bytes]:
        """Every record of the stream as it was read first; read only once."""
        if stream.name not in self._first:
            self._first[stream.name] = self.everything(stream)
        return self._first[stream.name]

    def everything(self, stream: Stream) -> list[bytes]:
        """Every record of the stream, over all accounts."""
        return [
            bytes(record)
            for account in self.scopes(stream)
            for window in self.windows(stream, account)
            for page in self.pages(stream, account, window)
            for record in page.records
        ]


@contextmanager
def connected(name: str, folder: Path) -> Iterator[Connected]:
    """A source of the registered type `name` beside a fresh simulated vendor."""
    vendor = VENDORS[name]
    world, clock = World(WORLD), SimulatedClock(WORLD.clock_start)
    faults = FaultPlan(vendor.small_pages)
    write_rates(folder / "fx.csv", WORLD.start, WORLD.days)
    with running(build_app(world, clock, faults)) as base_url:
        slept: list[float] = []
        with closing(_created(name, vendor.settings(base_url, folder), clock, slept)) as source:
            yield Connected(name, vendor, source, world, clock, faults, slept)


def _created(name: str, settings: dict[str, object], clock: SimulatedClock, slept: list[float]):
    import importlib

    def imported(path: str):
        module, _, attribute = path.partition(":")
        return getattr(importlib.import_module(module), attribute)

    kind = source_type(name)

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        time.sleep(min(seconds, 0.01))

    context = SourceContext(
        sleep=sleep,
        monotonic=lambda: sum(slept),
        now=clock.now(),
        max_wait_seconds=3600,
    )
    return imported(kind.create)(imported(kind.config).model_validate(settings), context)


def streams_of(*kinds: StreamKind) -> list[tuple[str, str]]:
    """Every registered `(source, stream)`, of the given kinds or of all."""
    return [
        (name, stream.name)
        for name in sorted(REGISTRY)
        for stream in declared_streams(name)
        if not kinds or stream.kind in kinds
    ]


def key_of(record: bytes, stream: Stream) -> tuple[object, ...]:
    """The record's key, read by its declared paths."""
    values = []
    for path in stream.key:
        value: object = json.loads(record)
        for part in path.split("."):
            value = value[part]
        values.append(value)
    return tuple(values)
