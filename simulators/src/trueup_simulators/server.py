"""One HTTP server for all simulated vendors, mounted by path, with faults and control."""

import importlib
import importlib.util
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Mount
from starlette.types import ASGIApp

from trueup_simulators.control import Control
from trueup_simulators.fault_middleware import CONTROL_PREFIX, FaultMiddleware
from trueup_simulators.faults import FaultPlan
from trueup_simulators.vendor_date import VendorDate
from trueup_simulators.world import SimulatedClock, World

# Path prefix -> package. A vendor is a package with `app.routes` and `app.fault_response`.
VENDORS = {"google-ads": "google_ads", "meta": "meta_ads", "shopify": "shopify"}

START_SECONDS = 10.0


def build_app(world: World, clock: SimulatedClock, faults: FaultPlan) -> Starlette:
    """The application: every vendor under its prefix, /_control, and the fault layer around."""
    vendors = {prefix: _vendor_app(package) for prefix, package in VENDORS.items()}
    present = {prefix: module for prefix, module in vendors.items() if module is not None}
    mounts = [
        Mount(f"/{prefix}", routes=module.routes(world, clock, faults))
        for prefix, module in present.items()
    ]
    control = Mount(CONTROL_PREFIX, routes=Control(world, clock, faults).routes())
    makers = {prefix: module.fault_response for prefix, module in present.items()}
    return Starlette(
        routes=[*mounts, control],
        middleware=[
            Middleware(VendorDate, clock=clock, faults=faults),
            Middleware(FaultMiddleware, faults=faults, makers=makers),
        ],
    )


def _vendor_app(package: str) -> ModuleType | None:
    parent = f"trueup_simulators.{package}"
    if (
        importlib.util.find_spec(parent) is None
        or importlib.util.find_spec(f"{parent}.app") is None
    ):
        return None
    return importlib.import_module(f"{parent}.app")


def uvicorn_config(app: ASGIApp) -> uvicorn.Config:
    """Quiet: cut connections are asked for here, not worth a line each."""
    return uvicorn.Config(
        app,
        log_level="critical",
        access_log=False,
        date_header=False,
        lifespan="off",
        timeout_graceful_shutdown=1,
    )


def listening_socket(port: int = 0) -> socket.socket:
    """A listening socket on 127.0.0.1; port 0 takes a free one."""
    # asyncio switches delayed sending off only for sockets that say they are TCP.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(128)
    return listener


def base_url(listener: socket.socket) -> str:
    """The address under which a socket's server answers."""
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


@contextmanager
def running(app: ASGIApp) -> Iterator[str]:
    """Serve the app from a thread on a free port; yields its base URL."""
    listener = listening_socket()
    server = uvicorn.Server(uvicorn_config(app))
    thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
    thread.start()
    try:
        _wait_until_started(server, thread)
        yield base_url(listener)
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(START_SECONDS)
        listener.close()


def _wait_until_started(server: uvicorn.Server, thread: threading.Thread) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > deadline:
            raise RuntimeError("server: did not start")
        time.sleep(0.002)
