"""The view of a dashboard that is up."""

from typing import TYPE_CHECKING

from trueup.cli.output.view import View

if TYPE_CHECKING:
    from trueup.pipeline.inspect.dashboard_server import Served


def served_view(served: "Served", *, detached: bool = True) -> View:
    """Address of the dashboard, and the command to stop it."""
    stop = f"kill {served.pid}" if detached else "Ctrl-C"
    lines = [f"  Dashboard  {served.address}", f"             stop it with: {stop}"]
    return View(lines, {"dashboard": {"address": served.address, "pid": served.pid}})
