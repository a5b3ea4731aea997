"""Reads keys, cursors and days out of decoded records, by columns where all have one type."""

from collections.abc import Sequence
from typing import Any

import msgspec

Value = dict[str, Any]
"""A decoded record."""

_ABSENT = object()


class FieldPath:
    """A dotted path into a record."""

    def __init__(self, path: str) -> None:
        self._names = tuple(path.split("."))

    def texts(self, values: Sequence[Value]) -> list[str]:
        """The field of every record as text; raises LookupError unless all are plain and there."""
        column: list[object] = list(values)
        try:
            for name in self._names:
                column = [value[name] for value in column]  # type: ignore[index]  # checked by trying
        except (KeyError, TypeError):
            raise LookupError(self._names[-1]) from None
        return plain_texts(column)

    def text(self, value: Value) -> str | None:
        """The field of one record as text; None when it is absent, null, an object or a list."""
        found: object = value
        for name in self._names:
            found = found.get(name, _ABSENT) if isinstance(found, dict) else _ABSENT
        if isinstance(found, str):
            return found
        if isinstance(found, bool | int | float):
            return msgspec.json.encode(found).decode()
        return None


def plain_texts(column: list[object]) -> list[str]:
    """A column of text or of whole numbers as text; raises LookupError for any other."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return column  # type: ignore[return-value]  # all are str, as was just looked up
    if kinds == {int}:
        return list(map(str, column))
    raise LookupError("neither text nor whole numbers throughout")


def joined_keys(parts: Sequence[list[str]]) -> list[str]:
    """One key per record from columns of key parts, so that different parts give different keys."""
    escaped = [_escaped(column) for column in parts]
    return escaped[0] if len(escaped) == 1 else list(map("|".join, zip(*escaped, strict=True)))


def _escaped(column: list[str]) -> list[str]:
    text = "".join(column)
    if "|" not in text and "\\" not in text:
        return column
    return [part.replace("\\", "\\\\").replace("|", "\\|") for part in column]
