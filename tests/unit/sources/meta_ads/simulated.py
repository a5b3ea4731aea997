"""The connector in front of a simulated Graph API, with a clock on which waiting is free."""

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from pydantic import SecretStr

from tests.unit.sources.source_builders import FakeClock, a_context, read_whole
from trueup.core.account import Account
from trueup.core.page import Page
from trueup.core.window import Window
from trueup.sources.meta_ads import MetaAdsConfig, MetaAdsSource, create
from trueup.sources.meta_ads.streams import STREAMS
from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.meta_ads.auth import ACCESS_TOKEN
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

CONFIG = WorldConfig(scale="small")
NOW = CONFIG.clock_start
US = Account(account_id="1010000000000001", timezone="America/New_York", currency="USD")
DE = Account(account_id="1010000000000002", timezone="Europe/Berlin", currency="EUR")
JP = Account(account_id="1010000000000003", timezone="Asia/Tokyo", currency="JPY")
STREAM = {stream.name: stream for stream in STREAMS}
AD_DAYS = STREAM["ad_days"]
MOMENT = Window(NOW, NOW)


@cache
def world() -> World:
    """One world for all tests that plant nothing."""
    return World(CONFIG)


@dataclass
class Here:
    """A served world and a source that reads it."""

    source: MetaAdsSource
    faults: FaultPlan
    clock: SimulatedClock
    waiting: FakeClock

    def read(self, name: str, account: Account = US, window: Window = MOMENT) -> list[Page]:
        return read_whole(lambda: self.source.read(STREAM[name], account, window))

    def rows(self, first: date, days: int, account: Account = US) -> list[bytes]:
        window = Window.of_days(first, first + timedelta(days=days), ZoneInfo(account.timezone))
        return records(self.read("ad_days", account, window))


@contextmanager
def meta(*rules: FaultRule, of: World | None = None, **settings: Any) -> Iterator[Here]:
    """Small pages, so that there are several of everything."""
    faults, clock, waiting = FaultPlan(rules), SimulatedClock(NOW), FakeClock()
    with running(build_app(of or world(), clock, faults)) as base_url:
        values = {"access_token": SecretStr(ACCESS_TOKEN), "page_size": 5} | settings
        config = MetaAdsConfig(base_url=f"{base_url}/meta", **values)
        with closing(create(config, a_context(waiting, now=NOW))) as source:
            yield Here(source, faults, clock, waiting)


def records(pages: Iterable[Page]) -> list[bytes]:
    return [bytes(record) for page in pages for record in page.records]


def decoded(rows: Iterable[bytes]) -> list[dict[str, Any]]:
    return [msgspec.json.decode(row) for row in rows]
