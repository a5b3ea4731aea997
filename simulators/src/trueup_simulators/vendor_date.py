"""The Date of every answer: the simulated clock's, unless a rule of the plan says otherwise."""

from datetime import timedelta
from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from trueup_simulators.faults import FaultPlan
from trueup_simulators.world import SimulatedClock

DATE_KINDS = frozenset({"no_date", "wrong_date"})


class VendorDate:
    """Adds the header. no_date: leaves it out. wrong_date: `hours` beside the clock, or `text`."""

    def __init__(self, app: ASGIApp, *, clock: SimulatedClock, faults: FaultPlan) -> None:
        self._app = app
        self._clock = clock
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = self._date(f"{scope['method']} {scope['path']}")
                added = [(b"date", date.encode())] if date else []
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self._app(scope, receive, dated if scope["type"] == "http" else send)

    def _date(self, subject: str) -> str:
        rule = self._faults.first_firing(lambda r: r.kind in DATE_KINDS and r.matches(subject))
        if rule is None:
            return format_datetime(self._clock.now(), usegmt=True)
        if rule.kind == "no_date":
            return ""
        moment = self._clock.now() + timedelta(hours=float(rule.params.get("hours", 0)))
        return str(rule.params.get("text", format_datetime(moment, usegmt=True)))
