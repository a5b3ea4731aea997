"""Records as they came: cut from the answer, never written anew."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

_MORE = re.compile(rb'"hasNextPage"\s*:\s*true')

Step = str | int


class PageInfo(msgspec.Struct, rename="camel"):
    """Where a connection stands."""

    has_next_page: bool
    end_cursor: str | None = None


class Connection(msgspec.Struct, rename="camel"):
    """One page of a connection, its objects untouched."""

    nodes: list[msgspec.Raw]
    page_info: PageInfo


class Stamp(msgspec.Struct, rename="camel"):
    """What paging needs to know of a record."""

    id: str | None = None
    updated_at: str | None = None


@dataclass(frozen=True, slots=True)
class Nested:
    """A connection inside a record that may not fit into the record's page.

    `path` leads to it from the record; `[]` walks a list. `operation` reads it further, asked by
    the id of the nearest object around it that has one of its own: the record itself, or the
    element of the list.
    """

    path: tuple[str, ...]
    operation: str

    @property
    def connection(self) -> tuple[str, ...]:
        """The path from the object that is asked for."""
        return self.path[self.path.index("[]") + 1 :] if "[]" in self.path else self.path


@dataclass(frozen=True, slots=True)
class Unread:
    """A nested connection of one record that has more than came."""

    nested: Nested
    place: tuple[Step, ...]
    owner_id: str
    end_cursor: str | None


def has_unread_parts(record: bytes) -> bool:
    """Whether any connection inside says that it goes on. In texts the quotes are escaped."""
    return _MORE.search(record) is not None


def unread_parts(record: bytes, nested: Sequence[Nested]) -> list[Unread]:
    """The nested connections that go on."""
    whole = msgspec.json.decode(record)
    found = [unread for spec in nested for unread in _unread(whole, spec)]
    return found


def _unread(record: object, spec: Nested) -> Iterator[Unread]:
    for place, owner, connection in _connections(record, record, spec.path, ()):
        info = connection["pageInfo"]
        if info["hasNextPage"]:
            yield Unread(spec, place, owner["id"], info["endCursor"])


def _connections(value, owner, path, place):  # type: ignore[no-untyped-def]
    ...
