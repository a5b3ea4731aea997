"""What a string says once its escapes are undone, and where in it each character is written."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|.)", re.DOTALL)
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_SHORT = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_MAX_LAYERS = 4  # an address within an address within an address
_Undo = Callable[[str], list[tuple[str, int]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """`text`, whose character `n` is written from `at[n]` up to `at[n + 1]`."""

    text: str
    at: Sequence[int]


def readings(written: str) -> Iterator[Reading]:
    r"""`written` with JSON's escapes undone, then without each further layer of `%` codes."""
    reading = Reading(written, range(len(written) + 1))
    if "\\" in written:
        reading = _undone(reading, _ESCAPE, _unescaped)
    yield reading
    for _ in range(_MAX_LAYERS):
        if "%" not in reading.text or not _PERCENT.search(reading.text):
            return
        reading = _undone(reading, _PERCENT, _percent_decoded)
        yield reading


def decoded(text: str) -> str:
    """`text` without any layer of `%` codes."""
    *_, last = readings(text.replace("\\", "\\\\"))
    return last.text


def _undone(reading: Reading, pattern: re.Pattern[str], undo: _Undo) -> Reading:
    """A reading in which every match of `pattern` is replaced by the characters it stands for."""
    text, at = reading.text, reading.at
    pieces: list[str] = []
    positions: list[int] = []
    end = 0
    for match in pattern.finditer(text):
        pieces.append(text[end : match.start()])
        positions.extend(at[end : match.start()])
        for character, offset in undo(match[0]):
            pieces.append(character)
            positions.append(at[match.start() + offset])
        end = match.end()
    pieces.append(text[end:])
    positions.extend(at[end:])
    return Reading("".join(pieces), positions)


def _unescaped(escape: str) -> list[tuple[str, int]]:
    if escape[1] == "u":
        return [(chr(int(escape[2:], 16)), 0)]
    return [(_SHORT.get(escape[1], escape[1]), 0)]


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
