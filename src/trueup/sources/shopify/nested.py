"""ConnectionPool inside a record: finding those that go on, and putting the rest of them in.

What is put in is cut from an answer byte for byte; only the brackets around it are written here.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

_MORE = re.compile(rb'"hasNextPage"\s*:\s*true')

Step = str | int


class Connection(msgspec.Struct):
    """One page of a connection, its objects untouched."""

    nodes: list[msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Nested:
    """A connection inside a record that may not fit into the record's own page.

    `path` leads to it from the record; `[]` walks a list. `operation` reads on from a cursor,
    asked by the id of the element of that list or, without one, of the record. `version` leads
    from the object asked for to the record's `updatedAt`.
    """

    path: tuple[str, ...]
    operation: str
    version: tuple[str, ...] = ("updatedAt",)

    @property
    def below_owner(self) -> tuple[str, ...]:
        """The path from the object that is asked for."""
        return self.path[self.path.index("[]") + 1 :] if "[]" in self.path else self.path


@dataclass(frozen=True, slots=True)
class Unread:
    """A nested connection of one record that goes on after `end_cursor`; `own` came with it."""

    nested: Nested
    place: tuple[Step, ...]
    owner_id: str
    end_cursor: str | None
    own: tuple[bytes, ...]


def goes_on(record: bytes) -> bool:
    """True if any nested connection has another page; quotes inside texts are escaped."""
    return _MORE.search(record) is not None


def unread_parts(record: bytes, nested: Sequence[Nested]) -> list[Unread]:
    """The nested connections of the record that go on."""
    whole = msgspec.json.decode(record)
    return [part for spec in nested for part in _unread(whole, spec)]


def _unread(record: dict[str, Any], spec: Nested) -> Iterator[Unread]:
    for place, owner in _owners(record, spec.path):
        connection = value_at(owner, spec.below_owner)
        info = connection["pageInfo"] if connection else {}
        if info.get("hasNextPage"):
            own = tuple(map(msgspec.json.encode, connection["nodes"]))
            at = (*place, *spec.below_owner)
            yield Unread(spec, at, owner["id"], info.get("endCursor"), own)


def _owners(record: dict[str, Any], path: Sequence[str]) -> list[tuple[tuple[Step, ...], Any]]:
    if "[]" not in path:
        return [((), record)]
    at = path[: path.index("[]")]
    return [((*at, index), item) for index, item in enumerate(value_at(record, at) or ())]


def value_at(value: Any, path: Sequence[str]) -> Any:
    """Value at the path; None as soon as something on it is null or missing."""
    for name in path:
        if value is None:
            return None
        value = value.get(name)
    return value


def replaced(text: bytes, place: Sequence[Step], change: Callable[[bytes], bytes]) -> bytes:
    """JSON text with the value at `place` changed and every other value's bytes kept."""
    if not place:
        return change(text)
    step, rest = place[0], place[1:]
    if isinstance(step, int):
        items = [bytes(item) for item in msgspec.json.decode(text, type=list[msgspec.Raw])]
        items[step] = replaced(items[step], rest, change)
        return b"[" + b",".join(items) + b"]"
    members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    parts = []
    for name, raw in members.items():
        value = replaced(bytes(raw), rest, change) if name == step else bytes(raw)
        parts.append(msgspec.json.encode(name) + b":" + value)
    return b"{" + b",".join(parts) + b"}"


def lengthened(text: bytes, nodes: Sequence[bytes], page_info: bytes) -> bytes:
    """A connection's text with more objects behind its own, and the page info of the last page."""
    own = [bytes(node) for node in msgspec.json.decode(text, type=Connection).nodes]
    return b'{"nodes":[' + b",".join([*own, *nodes]) + b'],"pageInfo":' + page_info + b"}"
