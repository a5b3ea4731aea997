"""The server: faults on the wire, the log, control over clock and world."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from trueup_simulators.fault_middleware import FaultMiddleware
from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.server import build_app, running
from trueup_simulators.world import SimulatedClock, World, WorldConfig

CONFIG = WorldConfig(scale="small", days=10)
ANSWER = {"data": ["x" * 50] * 100}


async def answer(request: Request) -> Response:
    return JSONResponse(ANSWER | {"echo": (await request.body()).decode()})


def fault_response(rule: FaultRule, request: Request) -> Response | None:
    if rule.kind not in ("status", "vendor_kind"):
        return None
    return JSONResponse({"oops": request.method}, status_code=rule.params.get("code", 500))


def a_vendor(*rules: FaultRule) -> tuple[FaultPlan, Starlette]:
    plan = FaultPlan(rules)
    layer = Middleware(FaultMiddleware, faults=plan, makers={"toy": fault_response})
    route = Route("/things", answer, methods=["GET", "POST"])
    return plan, Starlette(routes=[Mount("/toy", routes=[route])], middleware=[layer])


@pytest.fixture
def controlled() -> Iterator[httpx.Client]:
    app = build_app(World(CONFIG), SimulatedClock(CONFIG.clock_start), FaultPlan())
    with running(app) as base_url, httpx.Client(base_url=base_url) as client:
        yield client


@pytest.mark.parametrize("kind", ["status", "vendor_kind"])
def test_vendor_shaped_faults_come_from_the_vendor(kind: str) -> None:
    plan, app = a_vendor(FaultRule(kind=kind, match="GET /toy", params={"code": 503}))
    with running(app) as base_url:
        replies = [httpx.get(f"{base_url}/toy/things") for _ in range(2)]
    assert [reply.status_code for reply in replies] == [503, 200]
    assert replies[0].json() == {"oops": "GET"}
    assert plan.fired() == {kind: 1}


@pytest.mark.parametrize("params", [None, {"mode": "length"}], ids=["disconnect", "truncate"])
def test_cut_bodies_are_protocol_errors(params: dict[str, str] | None) -> None:
    rule = FaultRule(kind="truncate", params=params) if params else FaultRule(kind="disconnect")
    plan, app = a_vendor(rule)
    with running(app) as base_url:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{base_url}/toy/things")
        assert httpx.get(f"{base_url}/toy/things").json()["data"] == ANSWER["data"]
    assert sum(plan.fired().values()) == 1


@pytest.mark.parametrize("kind", ["truncate", "garbage", "html_200"])
def test_broken_bodies_under_a_good_status_do_not_parse(kind: str) -> None:
    plan, app = a_vendor(FaultRule(kind=kind))
    with running(app) as base_url:
        reply = httpx.get(f"{base_url}/toy/things")
    assert reply.status_code == 200
    assert len(reply.content) > 10
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert plan.requests[0].fault == kind


def test_a_hanging_answer_comes_late() -> None:
    _, app = a_vendor(FaultRule(kind="hang", params={"seconds": 0.4}))
    with running(app) as base_url:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{base_url}/toy/things", timeout=0.1)
        assert httpx.get(f"{base_url}/toy/things", timeout=5).status_code == 200


def test_rules_match_on_the_body_and_leave_it_whole() -> None:
    plan, app = a_vendor(FaultRule(kind="status", match="FROM campaign"))
    with running(app) as base_url:
        codes = [
            httpx.post(f"{base_url}/toy/things", content=text).status_code
            for text in ("SELECT FROM customer", "SELECT FROM campaign")
        ]
        echo = httpx.post(f"{base_url}/toy/things", content="FROM campaign").json()["echo"]
    assert (codes, echo) == ([200, 500], "FROM campaign")
    assert [record.status for record in plan.requests] == [200, 500, 200]


def test_rules_with_an_operation_are_left_to_the_vendor() -> None:
    plan, app = a_vendor(FaultRule(kind="status", op="things"), FaultRule(kind="unknown"))
    with running(app) as base_url:
        assert httpx.get(f"{base_url}/toy/things").status_code == 200
    assert plan.fired() == {}


def test_the_clock_moves_both_ways(controlled: httpx.Client) -> None:
    forward = controlled.post("/_control/clock", json={"advance_hours": 24}).json()["now"]
    back = controlled.post("/_control/clock", json={"now": "2026-06-05T06:00:00+00:00"}).json()
    assert forward == "2026-06-12T06:00:00+00:00"
    assert back["now"] == controlled.get("/_control/state").json()["now"]
    naive = controlled.post("/_control/clock", json={"now": "2026-06-05T06:00:00"})
    assert naive.status_code == 400


def test_faults_are_set_and_cleared_by_http(controlled: httpx.Client) -> None:
    rules = [{"kind": "garbage", "match": "/shopify", "times": 3, "params": {"a": 1}}]
    state = controlled.post("/_control/faults", json=rules).json()
    assert state["faults"][0]["params"] == {"a": 1}
    assert controlled.delete("/_control/faults").json()["faults"] == []
    assert controlled.post("/_control/faults", json=[{"kin": "x"}]).status_code == 400


def test_the_answer_names_what_was_planted_and_which_rules_will_count(
    controlled: httpx.Client,
) -> None:
    rules = [
        {"kind": "vanish", "account_id": "5550001001", "days_ago": 6},
        {"kind": "garbage"},
        {"kind": "garbage", "name": "mine"},
    ]
    found = controlled.post("/_control/faults", json=rules).json()
    planted = {name: found["planted"][0][name] for name in ("kind", "account_id", "day")}
    assert planted == {"kind": "vanish", "account_id": "5550001001", "day": "2026-06-05"}
    assert found["rules"] == ["garbage", "mine"]


def test_a_restatement_can_be_planted_by_http() -> None:
    world, clock = World(CONFIG), SimulatedClock(CONFIG.clock_start)
    day = CONFIG.start
    window = ("5550001001", day, day.replace(day=2))
    before = world.ad_days(*window, clock.now())
    plant = {"kind": "restate", "account_id": window[0], "day": str(day), "factor": "1.5"}
    with running(build_app(world, clock, FaultPlan())) as base_url:
        httpx.post(f"{base_url}/_control/faults", json=[plant]).raise_for_status()
    assert not world.ad_days(*window, clock.now()).equals(before)


def test_truth_is_written_on_demand(controlled: httpx.Client, tmp_path: Path) -> None:
    files = controlled.post("/_control/truth", json={"dir": str(tmp_path)}).json()["files"]
    assert all(Path(file).stat().st_size > 0 for file in files)
    assert len(files) == 3


def test_the_command_announces_itself_once_it_listens(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    command = [sys.executable, "-m", "trueup_simulators", "serve", "--scale", "small"]
    process = subprocess.Popen(
        [*command, "--ready-file", str(ready), "--truth-dir", str(tmp_path / "truth")],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        line = json.loads(process.stdout.readline())
        state = httpx.get(f"{line['base_url']}/_control/state").json()
        assert state["now"] == line["now"] == "2026-07-31T06:00:00+00:00"
        assert wait_for(ready) == line
        assert (tmp_path / "truth" / "orders.parquet").exists()
    finally:
        process.terminate()
        process.communicate(timeout=10)


def wait_for(path: Path) -> object:
    while not path.exists():
        time.sleep(0.01)
    return json.loads(path.read_text())
