"""The connector in front of the simulated API, with a clock on which waiting costs nothing."""

import json
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import SecretStr

from tests.unit.sources.source_builders import FakeClock, a_context, read_whole
from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page
from trueup.core.window import Window
from trueup.sources.google_ads import GoogleAdsConfig, GoogleAdsSource, create
from trueup.sources.google_ads.streams import STREAMS
from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.google_ads import auth
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

CONFIG = WorldConfig(scale="small", days=45)
NOW = CONFIG.clock_start
MANAGER = "5550001000"
US = Account(account_id="5550001001", timezone="America/New_York", currency="USD")
DE = Account(account_id="5550001002", timezone="Europe/Berlin", currency="EUR")
CLOSED = "5550001003"
STREAM = {stream.name: stream for stream in STREAMS}
MOMENT = Window(NOW, NOW)
DAY = NOW.date() - timedelta(days=5)


@cache
def world() -> World:
    """One world for all tests that plant nothing."""
    return World(CONFIG)


@dataclass
class Here:
    """A served world and a source that reads it."""

    source: GoogleAdsSource
    faults: FaultPlan
    clock: SimulatedClock
    waiting: FakeClock

    def pages(self, name: str, account: Account = US, window: Window = MOMENT) -> list[Page]:
        return read_whole(lambda: self.source.read(STREAM[name], account, window))

    def rows(self, name: str, first: date = DAY, days: int = 1, account: Account = US) -> list[Any]:
        return decoded(self.pages(name, account, local_days(first, days, account)))

    def totals(self, first: date, days: int, account: Account = US) -> list[ControlTotal]:
        window = local_days(first, days, account)
        return self.source.totals(STREAM["campaign_days"], account, window)


@contextmanager
def google(*rules: FaultRule, **settings: Any) -> Iterator[Here]:
    """A source behind small pages, so that there are several of everything."""
    pages = FaultRule(kind="small_pages", times=None, params={"rows": 4})
    faults, clock, waiting = FaultPlan([pages, *rules]), SimulatedClock(NOW), FakeClock()
    with running(build_app(world(), clock, faults)) as base_url:
        config = GoogleAdsConfig(
            base_url=f"{base_url}/google-ads",
            token_url=f"{base_url}/google-ads/oauth2/token",
            **(credentials() | settings),
        )
        with closing(create(config, a_context(waiting, now=NOW))) as source:
            yield Here(source, faults, clock, waiting)


def credentials() -> dict[str, Any]:
    return {
        "client_id": auth.CLIENT_ID,
        "client_secret": SecretStr(auth.CLIENT_SECRET),
        "refresh_token": SecretStr(auth.REFRESH_TOKEN),
        "developer_token": SecretStr(auth.DEVELOPER_TOKEN),
        "requests_per_second": 1000.0,
    }


def local_days(first: date, days: int, account: Account) -> Window:
    return Window.of_days(first, first + timedelta(days=days), ZoneInfo(account.timezone))


def decoded(pages: Iterable[Page]) -> list[Any]:
    return [json.loads(bytes(record)) for page in pages for record in page.records]


def figure(rows: Iterable[Any], name: str) -> int:
    return sum(int(row["metrics"].get(name, 0)) for row in rows)
