"""One small world behind the real HTTP server, shared by all tests of the folder."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from trueup_simulators.faults import FaultPlan
from trueup_simulators.google_ads import auth
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

MANAGER, US, DE, CLOSED = "5550001000", "5550001001", "5550001002", "5550001003"


@dataclass
class Api:
    """The simulated vendor with its world, clock and faults."""

    world: World
    clock: SimulatedClock
    faults: FaultPlan
    http: httpx.Client
    headers: dict[str, str] = field(default_factory=dict)

    def sign_in(self) -> dict[str, str]:
        answer = self.http.post("/oauth2/token", data=grant())
        token = answer.json()["access_token"]
        return {
            "Authorization": f"Bearer {token}",
            "developer-token": auth.DEVELOPER_TOKEN,
            "login-customer-id": MANAGER,
        }

    def post(self, customer_id: str, method: str, **body: Any) -> httpx.Response:
        path = f"/v26/customers/{customer_id}/googleAds:{method}"
        params = {"prettyPrint": "false"}
        return self.http.post(path, json=body, params=params, headers=self.headers)

    def search(self, query: str, customer_id: str = US, **body: Any) -> httpx.Response:
        settings = {"returnTotalResultsCount": True}
        return self.post(customer_id, "search", query=query, **{"searchSettings": settings} | body)

    def rows(self, query: str, customer_id: str = US) -> list[dict[str, Any]]:
        answer = self.search(query, customer_id)
        assert answer.status_code == 200, answer.text
        return list(answer.json().get("results", []))

    def pages(self, query: str, customer_id: str = US) -> list[dict[str, Any]]:
        pages = [self.search(query, customer_id).json()]
        while token := pages[-1].get("nextPageToken"):
            pages.append(self.search(query, customer_id, pageToken=token).json())
        return pages

    def stream(self, query: str, customer_id: str = US, **body: Any) -> httpx.Response:
        return self.post(customer_id, "searchStream", query=query, **body)


def grant(**changes: str) -> dict[str, str]:
    return {
        "client_id": auth.CLIENT_ID,
        "client_secret": auth.CLIENT_SECRET,
        "refresh_token": auth.REFRESH_TOKEN,
        "grant_type": "refresh_token",
    } | changes


def error_code(answer: httpx.Response) -> dict[str, str]:
    """The one-key `errorCode` of a refusal."""
    body = answer.json()
    error = (body[0] if isinstance(body, list) else body)["error"]
    return dict(error["details"][0]["errors"][0]["errorCode"])


@pytest.fixture(scope="session")
def small_world() -> World:
    return World(WorldConfig(seed=11, scale="small", days=50))


@pytest.fixture(scope="session")
def served(small_world: World) -> Iterator[tuple[str, SimulatedClock, FaultPlan]]:
    clock, faults = SimulatedClock(small_world.config.clock_start), FaultPlan()
    with running(build_app(small_world, clock, faults)) as base_url:
        yield base_url, clock, faults


@pytest.fixture
def api(small_world: World, served: tuple[str, SimulatedClock, FaultPlan]) -> Iterator[Api]:
    base_url, clock, faults = served
    with httpx.Client(base_url=f"{base_url}/google-ads") as http:
        one = Api(small_world, clock, faults, http)
        one.headers = one.sign_in()
        yield one
    faults.clear()
    clock.set(small_world.config.clock_start)


@pytest.fixture
def days(small_world: World) -> tuple[str, str]:
    """First and last of the three days that ended last, in any of the zones."""
    end = small_world.config.clock_start.date()
    return str(end - timedelta(days=4)), str(end - timedelta(days=2))
