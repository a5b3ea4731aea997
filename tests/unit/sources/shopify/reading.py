"""Reading a handmade shop: a connector with a clock of its own, over real HTTP."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from tests.unit.simulators.shopify.a_shop import NOW, START, HandmadeWorld, ShopUnderTest, serving
from trueup.core.account import Account
from trueup.core.page import Page
from trueup.core.window import Window
from trueup.sources.context import SourceContext
from trueup.sources.shopify import ShopifyConfig, ShopifySource, create
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.settings import ShopSettings

ALL = Window(START - timedelta(days=1), NOW)
ACCOUNT = Account(account_id="brightcart.myshopify.com", timezone="America/New_York")


class OwnTime:
    """Seconds that pass only by sleeping."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.slept: list[float] = []
        self.on_sleep: Callable[[], object] = lambda: None

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds
        self.on_sleep()

    def monotonic(self) -> float:
        return self.seconds


class Reading:
    """A shop, and a connector that reads it."""

    def __init__(self, shop: ShopUnderTest, source: ShopifySource, time: OwnTime) -> None:
        self.shop = shop
        self.source = source
        self.time = time
        self.faults = shop.faults
        self.post, self.respond = shop.post, shop.respond

    def pages(self, stream: Any, window: Window = ALL, bookmark: str | None = None) -> list[Page]:
        return list(self.source.read(stream, ACCOUNT, window, bookmark=bookmark))

    def records(self, stream: Any, window: Window = ALL, bookmark: str | None = None) -> list[Any]:
        return [
            msgspec.json.decode(r) for p in self.pages(stream, window, bookmark) for r in p.records
        ]

    def ids(self, stream: Any, window: Window = ALL, bookmark: str | None = None) -> list[int]:
        return [int(r["id"].rpartition("/")[2]) for r in self.records(stream, window, bookmark)]


@contextmanager
def reading(
    world: Any,
    *rules: FaultRule,
    settings: ShopSettings | None = None,
    now: datetime = NOW,
    max_attempts: int = 6,
    time: OwnTime | None = None,
    wrap: Callable[[httpx.BaseTransport], httpx.BaseTransport] = lambda transport: transport,
    **config: Any,
) -> Iterator[Reading]:
    """A served shop and its connector. Bucket and connector share one clock."""
    time = time or OwnTime()
    chosen = settings or ShopSettings(seconds=time.monotonic)
    with (
        serving(world, *rules, settings=chosen, now=now) as shop,
        httpx.HTTPTransport() as transport,
    ):
        values = {
            "shop": "brightcart.myshopify.com",
            "access_token": "shpat_simulated",
            "base_url": shop.base_url,
        }
        context = SourceContext(
            sleep=time.sleep,
            monotonic=time.monotonic,
            now=now,
            max_attempts=max_attempts,
            transport=wrap(transport),
        )
        with closing(create(ShopifyConfig(**(values | config)), context)) as source:
            assert isinstance(source, ShopifySource)
            yield Reading(shop, source, time)


def a_world(orders: Any = (), customers: Any = (), products: Any = ()) -> HandmadeWorld:
    return HandmadeWorld(orders, customers, products)
