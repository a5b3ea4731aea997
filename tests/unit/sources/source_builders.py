"""Builders for tests of sources: a clock that only moves by sleeping, a server with a script."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from trueup.core.page import Page
from trueup.errors import RestartReadError
from trueup.sources.context import SourceContext
from trueup.sources.http import HttpClient
from trueup_simulators.server import running

NOW = datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
Step = Response | Callable[[Request], Response]


@dataclass
class FakeClock:
    """Monotonic seconds that pass only when somebody sleeps; remembers every sleep."""

    seconds: float = 1000.0
    sleeps: list[float] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        with self.lock:
            self.sleeps.append(seconds)
            self.seconds += seconds


def a_context(clock: FakeClock, **changes: object) -> SourceContext:
    settings: dict[str, object] = {
        "sleep": clock.sleep,
        "monotonic": clock.monotonic,
        "now": NOW,
        "jitter": lambda: 0.5,
    }
    return SourceContext(**(settings | changes))  # type: ignore[arg-type]  # settings by name


@dataclass
class ScriptedServer:
    """Answers with one step of its script after the other; the last one stays."""

    steps: list[Step]
    base_url: str = ""
    requests: list[Request] = field(default_factory=list)
    clients: ExitStack = field(default_factory=ExitStack)

    def client(self, context: SourceContext, **changes: object) -> HttpClient:
        """A client of this server that is closed before the server goes."""
        made = HttpClient(self.base_url, context=context, **changes)  # type: ignore[arg-type]  # by name
        return self.clients.enter_context(closing(made))

    async def answer(self, request: Request) -> Response:
        await request.body()
        self.requests.append(request)
        step = self.steps[min(len(self.requests), len(self.steps)) - 1]
        return step if isinstance(step, Response) else step(request)


@contextmanager
def a_server(*steps: Step) -> Iterator[ScriptedServer]:
    server = ScriptedServer(list(steps))
    route = Route("/{path:path}", server.answer, methods=["GET", "POST"])
    with running(Starlette(routes=[route])) as server.base_url, server.clients:
        yield server


def read_whole(read: Callable[[], Iterator[Page]], attempts: int = 3) -> list[Page]:
    """The pages of a read that ends; one that must begin again is discarded, as readers do."""
    for _ in range(attempts - 1):
        try:
            return list(read())
        except RestartReadError:
            continue
    return list(read())


def json_answer(body: bytes = b'{"data":[]}', status: int = 200, **headers: str) -> Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Response(body, status_code=status, media_type="application/json", headers=named)
