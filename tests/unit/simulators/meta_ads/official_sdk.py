"""The vendor's own SDK, pointed at a simulated GraphClient API on loopback."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from facebook_business.adobjects.adaccount import AdAccount
from facebook_business.api import FacebookAdsApi
from facebook_business.session import FacebookSession

from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.meta_ads.auth import ACCESS_TOKEN, APP_SECRET
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

US, DE, JP = "1010000000000001", "1010000000000002", "1010000000000003"
LAST_WEEK = {"since": "2026-07-24", "until": "2026-07-30"}
EVERY_STATUS = ["ADSET_PAUSED", "CAMPAIGN_PAUSED", "ACTIVE", "PAUSED", "ARCHIVED", "DELETED"]
AD_ROWS = {
    "level": "ad",
    "time_increment": 1,
    "time_range": LAST_WEEK,
    "filtering": [{"field": "ad.effective_status", "operator": "IN", "value": EVERY_STATUS}],
}
CONFIG = WorldConfig(scale="small")


@cache
def small_world() -> World:
    """One world for all tests: nothing in it changes but by `plant`."""
    return World(CONFIG)


@dataclass
class Simulation:
    """A served world and the SDK's client of it."""

    api: FacebookAdsApi
    base_url: str
    faults: FaultPlan
    clock: SimulatedClock = field(default_factory=lambda: SimulatedClock(CONFIG.clock_start))

    def account(self, account_id: str = US) -> Any:
        return AdAccount(f"act_{account_id}", api=self.api)


@contextmanager
def simulation(*rules: FaultRule, token: str = ACCESS_TOKEN) -> Iterator[Simulation]:
    """The vendor's SDK in front of the simulator; the secret makes it sign every request."""
    faults, clock = FaultPlan(rules), SimulatedClock(CONFIG.clock_start)
    with running(build_app(small_world(), clock, faults)) as base_url:
        session = FacebookSession(app_secret=APP_SECRET, access_token=token, timeout=20)
        session.GRAPH = f"{base_url}/meta"
        session.requests.trust_env = False
        with session.requests:
            yield Simulation(FacebookAdsApi(session), base_url, faults, clock)
