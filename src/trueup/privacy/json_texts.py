"""Strings and numbers of a JSON record with their places and the names that they stand under."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

_TOKEN = re.compile(
    rb'"(?P<text>[^"\\]*+(?:\\.[^"\\]*+)*+)"(?P<colon>\s*:)?|(?P<open>[{\[])|(?P<close>[}\]])'
    rb"|(?P<number>-?[0-9][0-9.eE+-]*)",
    re.DOTALL,
)
# `{"name": "Gift note", "value": "…"}`, which is how forms send what customers answer.
_LABELS = ("name", "key", "label", "question", "field")
LABELLED = ("value", "answer", "content")


@dataclass(slots=True)
class Holder:
    """An object, or a list under the name of its object."""

    name: str
    is_object: bool
    key: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A string, without its quotes, or a number, as it is written from `start` up to `end`."""

    start: int
    end: int
    holder: Holder = field(repr=False)
    key: str
    is_key: bool = False
    is_number: bool = False

    def names(self) -> tuple[str, str]:
        """The name it stands under, and that of what holds it; a form's label counts as name."""
        if self.holder.label and self.key in LABELLED:
            return self.holder.label, self.key
        return self.key, self.holder.name


def written_values(record: bytes, min_length: int) -> list[Written]:
    """Strings and numbers of `min_length` bytes or more in `record`, sound JSON; in order."""
    return list(_walk(record, min_length))


def _walk(record: bytes, min_length: int) -> Iterator[Written]:
    stack = [Holder("", is_object=False)]
    for match in _TOKEN.finditer(record):
        kind, top = match.lastgroup, stack[-1]
        if kind == "open":
            # A list's values stand under the name of the list.
            stack.append(Holder(top.key, is_object=match[0] == b"{", key=_inherited(match, top)))
        elif kind == "close":
            stack.pop()
        else:
            group = "number" if kind == "number" else "text"
            start, end = match.span(group)
            if end - start >= min_length:
                yield Written(
                    start, end, top, top.key, is_key=kind == "colon", is_number=kind == "number"
                )
            _note_names(top, match)


def _inherited(match: re.Match[bytes], top: Holder) -> str:
    return top.key if match[0] == b"[" else ""


def _note_names(top: Holder, match: re.Match[bytes]) -> None:
    if match.lastgroup == "colon":
        top.key = _plain(match["text"])
    elif match.lastgroup == "text" and top.is_object and top.key in _LABELS and not top.label:
        top.label = _plain(match["text"])


def _plain(written: bytes) -> str:
    if b"\\" not in written:
        return written.decode()
    return msgspec.json.decode(b'"' + written + b'"', type=str)
