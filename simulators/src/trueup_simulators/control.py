"""Control over the simulation by HTTP: clock, faults, log, truth."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from trueup_simulators.faults import FaultPlan, FaultRule
from trueup_simulators.world import Plant, SimulatedClock, World
from trueup_simulators.world.world_changes import PlantKind

PLANT_KINDS = frozenset(get_args(PlantKind))


class Control:
    """The handlers of /_control, over one world, clock and plan."""

    def __init__(self, world: World, clock: SimulatedClock, faults: FaultPlan) -> None:
        self._world = world
        self._clock = clock
        self._faults = faults

    def routes(self) -> list[Route]:
        """The control routes, without their prefix."""
        return [
            Route("/clock", _json_errors(self.move_clock), methods=["POST"]),
            Route("/state", self.state, methods=["GET"]),
            Route("/faults", _json_errors(self.add_faults), methods=["POST"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/log", self.log, methods=["GET"]),
            Route("/truth", _json_errors(self.write_truth), methods=["POST"]),
        ]

    async def move_clock(self, request: Request) -> Response:
        """{"advance_hours": 24} or {"now": ISO instant with an offset}."""
        body = await request.json()
        if "now" in body:
            self._clock.set(datetime.fromisoformat(body["now"]))
        else:
            self._clock.advance(timedelta(hours=float(body["advance_hours"])))
        return JSONResponse({"now": self._clock.now().isoformat()})

    async def state(self, _: Request) -> Response:
        """State: time of the clock, size of the world, active faults."""
        return JSONResponse(describe(self._world, self._clock) | self._fault_state())

    async def add_faults(self, request: Request) -> Response:
        """A list of rules; those of a plant's kind disturb the world itself.

        Answers with what was `planted` and with the names that `fired` counts the other rules by.
        """
        planted: list[dict[str, str]] = []
        rules: list[str] = []
        for entry in await request.json():
            if entry.get("kind") in PLANT_KINDS:
                plant = plant_from(entry, now=self._clock.now())
                self._world.plant(plant)
                planted.append({name: str(v) for name, v in asdict(plant).items() if v is not None})
            else:
                rule = FaultRule(**_known(FaultRule, entry))
                self._faults.add(rule)
                rules.append(rule.name or rule.kind)
        return JSONResponse(self._fault_state() | {"planted": planted, "rules": rules})

    async def clear_faults(self, _: Request) -> Response:
        """Drop the rules. What was planted in the world stays, as the world is what it is."""
        self._faults.clear()
        return JSONResponse(self._fault_state())

    async def log(self, _: Request) -> Response:
        """Every request answered so far."""
        return JSONResponse([asdict(record) for record in self._faults.requests])

    async def write_truth(self, request: Request) -> Response:
        """{"dir": path}: write the sealed truth of now as parquet files."""
        folder = Path((await request.json())["dir"])
        files = self._world.truth(self._clock.now()).write(folder)
        return JSONResponse({"files": [str(file) for file in files]})

    def _fault_state(self) -> dict[str, Any]:
        rules = [
            {item.name: _plain(getattr(rule, item.name)) for item in fields(rule)}
            for rule in self._faults.rules
        ]
        return {"faults": rules, "fired": self._faults.fired()}


def describe(world: World, clock: SimulatedClock) -> dict[str, Any]:
    """Starting information for a client: the instant, the accounts, the shop."""
    return {
        "now": clock.now().isoformat(),
        "accounts": [asdict(account) for account in world.accounts],
        "ad_accounts": sum(not account.is_manager for account in world.accounts),
        "shop": world.shop.domain,
    }


def plant_from(entry: Mapping[str, Any], *, now: datetime) -> Plant:
    """A plant from its JSON form; in force from `now` on unless it says otherwise.

    `days_ago` stands for the day that many before `now`.
    """
    values = dict(entry)
    if "days_ago" in values:
        values["day"] = (now.date() - timedelta(days=values.pop("days_ago"))).isoformat()
    values = _known(Plant, values)
    known_from = values.get("known_from")
    values["known_from"] = datetime.fromisoformat(known_from) if known_from else now
    if values.get("day") is not None:
        values["day"] = date.fromisoformat(values["day"])
    if "factor" in values:
        values["factor"] = Decimal(str(values["factor"]))
    return Plant(**values)


def _known(kind: type[FaultRule] | type[Plant], entry: Mapping[str, Any]) -> dict[str, Any]:
    unknown = set(entry) - {item.name for item in fields(kind)}
    if unknown:
        raise ValueError(f"{kind.__name__}: unknown {sorted(unknown)}")
    return dict(entry)


def _plain(value: object) -> object:
    return dict(value) if isinstance(value, Mapping) else value


def _json_errors(handler: Callable[[Request], Any]) -> Callable[[Request], Any]:
    async def guarded(request: Request) -> Response:
        try:
            answer: Response = await handler(request)
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=400)
        return answer

    return guarded
