"""Progress on stderr: bars in a terminal, one line per event elsewhere, nothing when quiet."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueup.cli.output.text import cleaned
from trueup.pipeline.events import Event, Listener, silent

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# The kinds of event that come `done` of `total`, and what their bar is called.
BARS = {
    "stream_synced": "Sync",
    "stream_loaded": "Load",
    "model_built": "Model",
    "gate_checked": "Gates",
}


@contextmanager
def progress(*, quiet: bool) -> Iterator[Listener]:
    """A listener that shows events as they come."""
    if quiet:
        yield silent
    elif sys.stderr.isatty():
        with _bars() as listener:
            yield listener
    else:
        yield _write_line


def event_line(event: Event) -> str:
    """`kind subject done/total key=value …`"""
    parts = [event.kind]
    if event.subject:
        parts.append(cleaned(event.subject))
    if event.total:
        parts.append(f"{event.done}/{event.total}")
    parts += [f"{key}={cleaned(value)}" for key, value in event.fields.items()]
    return " ".join(parts)


def _write_line(event: Event) -> None:
    sys.stderr.write(event_line(event) + "\n")
    sys.stderr.flush()


@contextmanager
def _bars() -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    console = Console(stderr=True, highlight=False, markup=False)
    columns = (
        TextColumn("  {task.fields[label]:<8}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=console) as shown:
        yield _bar_listener(shown)


def _bar_listener(shown: "Progress") -> Callable[[Event], None]:
    tasks: dict[str, TaskID] = {}

    def listen(event: Event) -> None:
        if event.kind not in BARS:
            shown.console.print(f"  {event_line(event)}")
            return
        task = tasks.get(event.kind)
        if task is None or (shown.tasks[task].finished and event.done < event.total):
            task = tasks[event.kind] = shown.add_task("", total=event.total, label=BARS[event.kind])
        shown.update(
            task,
            completed=event.done,
            total=event.total,
            description=cleaned(event.subject)[:40] if event.done < event.total else "",
        )

    return listen
