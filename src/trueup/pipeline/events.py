"""Events of a run in progress, for the command line and tests."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Event:
    """`kind` is verb_noun; `done` of `total` where a step has an end in sight."""

    kind: str
    subject: str = ""
    done: int = 0
    total: int = 0
    fields: dict[str, object] = field(default_factory=dict)


Listener = Callable[[Event], None]


def silent(event: Event) -> None:
    """A listener that does nothing."""
    del event
