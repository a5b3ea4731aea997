"""Context of one run: project, time, id and listener."""

import threading
from dataclasses import dataclass, field
from datetime import datetime

from trueup.pipeline.events import Event, Listener, silent
from trueup.pipeline.settings.project import Project


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Context of a run. `now` is its time; repeating a past run uses the same one.

    `stop`, once set, ends every read at its next page; what was committed is kept. `known_at` is
    when what it reads counts as known: `now`, or just after all that the lake holds.
    """

    project: Project
    now: datetime
    run_id: str
    listener: Listener = silent
    stop: threading.Event = field(default_factory=threading.Event)
    known_at: datetime | None = None
    _telling: threading.RLock = field(default_factory=threading.RLock)

    def tell(self, event: Event) -> None:
        """Safe from any thread: the listener hears one event at a time."""
        with self._telling:
            self.listener(event)
