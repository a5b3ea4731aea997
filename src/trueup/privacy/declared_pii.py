"""Finds declared personal values in a record and replaces them, byte by byte."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pyarrow as pa

from trueup.core.json_paths import FieldPath, Value
from trueup.core.stream import PersonalField, PersonalKind
from trueup.privacy.tokens import TokenRequest, normalised

_NOTHING = frozenset({b"null", b'""', b"[]", b"{}"})
_Found = Iterator[tuple[msgspec.Raw, PersonalKind]]


@dataclass(frozen=True, slots=True)
class Place:
    """Position of a personal value in a record; `end` is exclusive.

    One that is not whole is a part of a string, inside of its quotes.
    """

    start: int
    end: int
    request: TokenRequest
    is_whole: bool = True


@dataclass(slots=True)
class _Node:
    kind: PersonalKind | None = None
    is_list: bool = False
    children: dict[str, "_Node"] = field(default_factory=dict)


class PersonalFields:
    """The personal fields of a stream; `source` keeps ids of different sources apart."""

    def __init__(
        self, fields: Sequence[PersonalField], subject: str | None, source: str = ""
    ) -> None:
        root = _tree(fields)
        self._decoder = msgspec.json.Decoder(_type_of(root, "Record"))
        self._collect = _collector(root)
        self._subject = FieldPath(subject) if subject else None
        self._source = source

    def places(self, record: bytes, value: Value) -> list[Place]:
        """Personal values of a record, in their order; nulls and blanks do not count.

        Raises msgspec.ValidationError when something else than an object, a list or null stands
        where a declared field should be inside: what it holds is then unknown.
        """
        found = [
            (raw, kind, text)
            for raw, kind in self._collect(self._decoder.decode(record))
            if (text := _text_of(raw)).strip()
        ]
        if not found:
            return []
        handle = self.handle(value, [(kind, text) for _, kind, text in found])
        base = pa.py_buffer(record).address
        places = []
        for raw, kind, text in found:
            buffer = pa.py_buffer(raw)
            start = buffer.address - base
            places.append(Place(start, start + buffer.size, TokenRequest(kind, text, handle)))
        return sorted(places, key=lambda place: place.start)

    def handle(self, value: Value, found: Sequence[tuple[PersonalKind, str]] = ()) -> str:
        """Subject of the values: the declared one, else an e-mail or telephone."""
        if self._subject and (subject := self._subject.text(value)):
            return f"{self._source}\0{subject}"
        for wanted in (PersonalKind.EMAIL, PersonalKind.PHONE):
            for kind, text in found:
                if kind is wanted:
                    return f"{kind.value}:{normalised(kind, text)}"
        return ""


def with_tokens(record: bytes, places: Sequence[Place], tokens: Sequence[str]) -> bytes:
    """`record` with the values at `places` replaced; every other byte stays."""
    pieces, at = [], 0
    for place, token in zip(places, tokens, strict=True):
        pieces.append(record[at : place.start])
        pieces.append((f'"{token}"' if place.is_whole else token).encode("ascii"))
        at = place.end
    pieces.append(record[at:])
    return b"".join(pieces)


def _text_of(raw: msgspec.Raw) -> str:
    """A string's content; of anything else its JSON text."""
    text = bytes(raw)
    if text in _NOTHING:
        return ""
    return msgspec.json.decode(text, type=str) if text[:1] == b'"' else text.decode()


def _tree(fields: Sequence[PersonalField]) -> _Node:
    root = _Node()
    for declared in fields:
        node = root
        for name in declared.path.split("."):
            node = node.children.setdefault(name.removesuffix("[]"), _Node())
            node.is_list = name.endswith("[]")
        node.kind = declared.kind
    return root


def _type_of(node: _Node, name: str) -> Any:
    """A struct type that decodes the personal values of a node and skips the rest."""
    fields: list[tuple[str, Any, Any]] = []
    for number, (key, child) in enumerate(node.children.items()):
        inner: Any = msgspec.Raw if child.kind else _type_of(child, f"{name}_{number}") | None
        if child.is_list:
            inner = list[inner] | None
        option = msgspec.field(name=key, default=msgspec.UNSET)
        fields.append((f"f{number}", inner | msgspec.UnsetType, option))
    return msgspec.defstruct(name, fields)


def _collector(node: _Node) -> Callable[[Any], _Found]:
    steps = [
        (f"f{number}", child.kind, child.is_list, None if child.kind else _collector(child))
        for number, child in enumerate(node.children.values())
    ]

    def collect(struct: Any) -> _Found:
        for name, kind, is_list, inner in steps:
            value = getattr(struct, name)
            if value is None or value is msgspec.UNSET:
                continue
            for item in value if is_list else (value,):
                if kind is not None:
                    yield item, kind
                elif inner is not None and item is not None:
                    yield from inner(item)

    return collect
