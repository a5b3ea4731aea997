r"""Decoding of a string's escapes, with the place of each character in the string.

A layer is JSON's escapes, `%` codes, HTML's character references or `\u` escapes.
"""

import html
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MAX_LAYERS = 6
"""So many layers within a JSON string are undone; what is encoded more often is not found."""

_JSON_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_CODE = re.compile(
    r"(?P<percent>(?:%[0-9a-fA-F]{2})+)"
    r"|(?<!\\)\\++(?:[uU](?:(?P<u>[0-9a-fA-F]{4})|\{0*(?P<point>[0-9a-fA-F]{1,6})\})"
    r"|x(?P<x>[0-9a-fA-F]{2}))"
    r"|%[uU](?P<old>[0-9a-fA-F]{4})"
    r"|(?P<html>&(?:\#[0-9]{1,8}|\#[xX][0-9a-fA-F]{1,7}|[a-zA-Z]{2,8}[0-9]{0,2});)"
)
_MAY_CODE = ("%", "\\", "&")
_Undo = Callable[[re.Match[str]], list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """`text`, whose character `n` is written from `at[n]` up to `at[n + 1]`."""

    text: str
    at: Sequence[int]


def readings(written: str, *, is_json: bool = True) -> Iterator[Reading]:
    """`written` with JSON's escapes undone if `is_json`, then without each further layer."""
    reading = Reading(written, range(len(written) + 1))
    if is_json and "\\" in written:
        reading = _undone(reading, _JSON_ESCAPE, _unescaped) or reading
    yield reading
    for _ in range(MAX_LAYERS):
        inner = any(map(reading.text.__contains__, _MAY_CODE)) and _undone(
            reading, _CODE, _decoded_code
        )
        if not inner:
            return
        reading = inner
        yield reading


def decoded(text: str) -> str:
    """`text`, which is no JSON, without any layer."""
    *_, last = readings(text, is_json=False)
    return last.text


def _undone(reading: Reading, pattern: re.Pattern[str], undo: _Undo) -> Reading | None:
    """A reading in which every match is replaced by what it stands for; None without any."""
    text, at = reading.text, reading.at
    pieces: list[str] = []
    positions: list[int] = []
    end = 0
    for match in pattern.finditer(text):
        pieces.append(text[end : match.start()])
        positions.extend(at[end : match.start()])
        for character, offset in undo(match):
            pieces.append(character)
            positions.append(at[match.start() + offset])
        end = match.end()
    if not pieces:
        return None
    pieces.append(text[end:])
    positions.extend(at[end:])
    return Reading("".join(pieces), positions)


def _unescaped(match: re.Match[str]) -> list[tuple[str, int]]:
    escape = match[0]
    if len(escape) == 6:
        return [(chr(int(escape[2:], 16)), 0)]
    return [(_SHORT.get(escape[1], escape[1]), 0)]


def _decoded_code(match: re.Match[str]) -> list[tuple[str, int]]:
    kind, code = match.lastgroup, match[match.lastgroup or 0]
    if kind == "percent":
        return _percent_decoded(code)
    if kind == "html":
        meaning = html.unescape(code)
        # A reference without a meaning stands for itself.
        return list(zip(meaning, range(len(code)) if meaning == code else [0] * 99, strict=False))
    point = int(code, 16)
    return [(chr(point), 0)] if point <= 0x10FFFF else [(match[0], 0)]


def _percent_decoded(run: str) -> list[tuple[str, int]]:
    raw = bytes.fromhex(run.replace("%", ""))
    try:
        characters = raw.decode("utf-8")
    except UnicodeDecodeError:
        return [(chr(byte), 3 * place) for place, byte in enumerate(raw)]
    found, offset = [], 0
    for character in characters:
        found.append((character, offset))
        offset += 3 * len(character.encode())
    return found
