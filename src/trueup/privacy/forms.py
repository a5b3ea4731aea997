"""Reads many records of one form at once, by a type that is learned from the records.

A report's rows are all alike. Decoded by a type of their own they take half the time that
dictionaries take, since no names are made anew for every row.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

import msgspec

from trueup.privacy.checks import Value, holds_nul
from trueup.privacy.fields import plain_texts

MAX_NAMES = 400
MAX_DEPTH = 16
MAX_MISSES = 20
"""After so many misses in a row no more is tried: the vendor writes its JSON in another way."""

_encode_lines = msgspec.json.Encoder().encode_lines


class Forms:
    """The form of a stream's records, as far as it was met; `paths` are dotted."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._paths = paths
        self._root = _Node()
        self._misses = 0
        self._decode_lines: Callable[[bytes], list[Any]] | None = None
        self._getters: dict[str, Callable[[Any], object]] = {}

    def texts(self, lines: bytes, count: int) -> dict[str, list[str]] | None:
        """A column of texts for each path; None when a record needs a closer look.

        `lines` are `count` records, each with a line break behind it.

        Otherwise all records are beyond doubt sound, as `checks.judge` has it: decoded and encoded
        they are the same to the byte, so nothing was lost and no name was there twice. An encoder
        writes no line break within a record, so each of them also ends where it should.
        """
        if self._decode_lines is None:
            return None
        try:
            values = self._decode_lines(lines)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            return None
        if len(values) != count or _encode_lines(values) != lines or holds_nul(lines):
            return None
        self._misses = 0
        try:
            return {
                path: plain_texts(list(map(getter, values)))
                for path, getter in self._getters.items()
            }
        except (AttributeError, LookupError):
            return None

    def learn(self, values: Sequence[Value]) -> None:
        """Take the names of sound records, which `texts` did not know, into the form."""
        if self._misses == MAX_MISSES:
            return
        self._misses += 1
        if self._misses == MAX_MISSES:
            self._decode_lines = None
        elif sum(self._root.grow(value) for value in values):
            self._decode_lines = self._decoder()

    def _decoder(self) -> Callable[[bytes], list[Any]] | None:
        places = {path: self._root.place(path.split(".")) for path in self._paths}
        if None in places.values() or self._root.size() > MAX_NAMES:
            return None
        self._getters = {path: attrgetter(place) for path, place in places.items() if place}
        return msgspec.json.Decoder(self._root.type("Record")).decode_lines


@dataclass(slots=True)
class _Node:
    """What stands below a name, in the order in which records have it.

    `is_open` is False where something else than an object was met: it is then taken as it comes.
    """

    children: dict[str, "_Node"] = field(default_factory=dict)
    is_open: bool = True

    def grow(self, value: object, depth: int = 0) -> bool:
        """Take what `value` has and this has not; True when there was such a thing."""
        if not self.is_open:
            return False
        if not isinstance(value, dict) or len(value) > MAX_NAMES or depth > MAX_DEPTH:
            self.children, self.is_open = {}, False
            return True
        is_news, behind = False, 0
        names = list(self.children)
        for name, inner in value.items():
            if name not in self.children:
                names.insert(behind, name)
                self.children[name] = _Node()
                is_news = True
            behind = names.index(name) + 1
            is_news |= self.children[name].grow(inner, depth + 1)
        self.children = {name: self.children[name] for name in names}
        return is_news

    def size(self) -> int:
        """The number of names in it, and one."""
        return 1 + sum(child.size() for child in self.children.values())

    def place(self, path: Sequence[str]) -> str | None:
        """Where a record of `type` has the value at `path`; None when it has none."""
        if not path:
            return None if self.is_open else ""
        name, *rest = path
        if name not in self.children:
            return None
        number = list(self.children).index(name)
        inner = self.children[name].place(rest)
        return None if inner is None else f"f{number}.{inner}".rstrip(".")

    def type(self, name: str) -> Any:
        """A type whose records hold what this holds, each name there or not."""
        if not self.is_open:
            return Any
        fields: list[tuple[str, Any, Any]] = []
        for number, (key, child) in enumerate(self.children.items()):
            inner = child.type(f"{name}{number}")
            kind = inner if inner is Any else inner | msgspec.UnsetType
            fields.append((f"f{number}", kind, msgspec.field(name=key, default=msgspec.UNSET)))
        # Records hold no cycles, and the garbage collector need not look for any.
        return msgspec.defstruct(name, fields, omit_defaults=True, gc=False)
