"""Pages of connections, and cursors that hold the last object's place, not its number."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any


class CursorError(ValueError):
    """A cursor that this API did not give."""


@dataclass(slots=True)
class Page:
    """One page of a connection: objects, and the cursor of the object at a position."""

    nodes: Sequence[Any]
    cursor: Callable[[int], str]
    has_next: bool = False
    has_previous: bool = False
    end_cursor_lost: bool = False

    @property
    def start_cursor(self) -> str | None:
        """Cursor of the first object."""
        return self.cursor(0) if self.nodes else None

    @property
    def end_cursor(self) -> str | None:
        """Cursor of the last object; None when the page is empty, or by a fault."""
        if not self.nodes or self.end_cursor_lost:
            return None
        return self.cursor(len(self.nodes) - 1)

    def edges(self) -> list[tuple[str, Any]]:
        """Cursor and object pairs."""
        return [(self.cursor(position), node) for position, node in enumerate(self.nodes)]

    def with_first_twice(self) -> "Page":
        """The same page, its first object delivered once more."""
        if not self.nodes:
            return self
        twice = [self.nodes[0], *self.nodes]
        return replace(self, nodes=twice, cursor=lambda position: self.cursor(max(0, position - 1)))


def encode_cursor(last_id: int, last_value: str, seen: int) -> str:
    """An opaque cursor: the order's place by value, and how many objects came so far."""
    text = json.dumps({"last_id": last_id, "last_value": last_value, "seen": seen})
    return base64.b64encode(text.encode()).decode()


def decode_cursor(cursor: str) -> tuple[int, str, int]:
    """(last_id, last_value, seen); CursorError for anything else."""
    try:
        place = json.loads(base64.b64decode(cursor, validate=True))
        return int(place["last_id"]), str(place["last_value"]), int(place["seen"])
    except (binascii.Error, ValueError, KeyError, TypeError) as error:
        raise CursorError(f"Invalid cursor for current pagination sort: {cursor!r}") from error


def page_of_list(items: Sequence[Any], args: Any) -> Page:
    """A page of a connection whose objects are all at hand; cursors are places in the list."""
    ordered = list(reversed(items)) if args.get("reverse") else list(items)
    start, stop = 0, len(ordered)
    if args.get("after"):
        start = decode_cursor(args["after"])[2]
    if args.get("before"):
        stop = max(0, decode_cursor(args["before"])[2] - 1)
    if args.get("first") is not None:
        stop = min(stop, start + args["first"])
    elif args.get("last") is not None:
        start = max(start, stop - args["last"])
    return Page(
        ordered[start:stop],
        lambda position: encode_cursor(0, "", start + position + 1),
        stop < len(ordered),
        start > 0,
    )
