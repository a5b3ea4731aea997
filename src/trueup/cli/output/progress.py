"""Progress on stderr: bars in a terminal, one line per event elsewhere, nothing when quiet."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from trueup.cli.output.text import cleaned
from trueup.pipeline.events import Event

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# The kinds of event that come `done` of `total`, and what their bar is called.
BARS = {
    "stream_synced": "Sync",
    "stream_loaded": "Load",
    "model_built": "Model",
    "gate_checked": "Gates",
}


class Display(Protocol):
    """A listener that shows events as they come."""

    def __call__(self, event: Event) -> None: ...

    def rest(self) -> None:
        """Leave the terminal to others; the next event goes on below what they wrote."""
        ...


@contextmanager
def progress(*, quiet: bool) -> Iterator[Display]:
    """The display that fits where stderr goes; at rest at the end."""
    display: Display = _Lines(quiet=quiet)
    if sys.stderr.isatty() and not quiet:
        display = _Bars()
    try:
        yield display
    finally:
        display.rest()


def event_line(event: Event) -> str:
    """`kind subject done/total key=value …`"""
    parts = [event.kind]
    if event.subject:
        parts.append(cleaned(event.subject))
    if event.total:
        parts.append(f"{event.done}/{event.total}")
    parts += [f"{key}={cleaned(value)}" for key, value in event.fields.items()]
    return " ".join(parts)


class _Lines:
    """One plain line per event, or nothing."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet

    def __call__(self, event: Event) -> None:
        if not self._quiet:
            sys.stderr.write(event_line(event) + "\n")
            sys.stderr.flush()

    def rest(self) -> None:
        """Nothing is held."""


class _Bars:
    """One bar per step, created again after each pause."""

    def __init__(self) -> None:
        self._shown: Progress | None = None
        self._tasks: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        shown = self._shown = self._shown or _started_bars()
        if event.kind not in BARS:
            shown.console.print(f"  {event_line(event)}")
            return
        if event.kind not in self._tasks:
            self._tasks[event.kind] = shown.add_task("", total=None, label=BARS[event.kind])
        shown.update(
            self._tasks[event.kind],
            completed=event.done,
            total=event.total,
            description=cleaned(event.subject)[:40] if event.done < event.total else "",
        )

    def rest(self) -> None:
        if self._shown is not None:
            self._shown.stop()
        self._shown, self._tasks = None, {}


def _started_bars() -> "Progress":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("  {task.fields[label]:<8}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    console = Console(stderr=True, highlight=False, markup=False)
    # Results belong on stdout, wherever that goes: rich would draw them among its bars.
    shown = Progress(*columns, console=console, redirect_stdout=False, redirect_stderr=False)
    shown.start()
    return shown
