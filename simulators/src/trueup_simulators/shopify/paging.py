"""Pages of connections, and cursors that hold the last object's place, not its number."""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any


class CursorError(ValueError):
    """A cursor that this API did not give."""


@dataclass(slots=True)
class Page:
    """One page of a connection: objects and their cursors."""

    nodes: Sequence[Any]
    cursors: Sequence[str]
    has_next: bool = False
    has_previous: bool = False
    end_cursor_lost: bool = False

    @property
    def start_cursor(self) -> str | None:
        """Cursor of the first object."""
        return self.cursors[0] if self.cursors else None

    @property
    def end_cursor(self) -> str | None:
        """Cursor of the last object; None when the page is empty, or by a fault."""
        return self.cursors[-1] if self.cursors and not self.end_cursor_lost else None

    def edges(self) -> list[tuple[str, Any]]:
        """Cursor and object pairs."""
        return list(zip(self.cursors, self.nodes, strict=True))

    def with_first_twice(self) -> "Page":
        """The same page, its first object delivered once more."""
        if not self.nodes:
            return self
        twice = [self.nodes[0], *self.nodes]
        return replace(self, nodes=twice, cursors=[self.cursors[0], *self.cursors])


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
    cursors = [encode_cursor(0, "", place + 1) for place in range(start, stop)]
    return Page(ordered[start:stop], cursors, stop < len(ordered), start > 0)
