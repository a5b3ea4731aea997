"""Splits an answer into its records without re-serialising them."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from trueup.errors import ContractError

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|["\[\]{},:]', re.DOTALL)
_CLOSING = {ord("{"): ord("}"), ord("["): ord("]")}
_WHITESPACE = b" \t\r\n"


@dataclass(frozen=True, slots=True)
class Records:
    """The records of an answer, byte for byte, and the object around them with an empty list."""

    records: list[bytes]
    rest: Any


def split(body: bytes, path: tuple[str, ...]) -> Records:
    """The elements of the array at `path`, such as `("data", "orders", "nodes")`.

    A record that is not valid JSON (NaN, a lone surrogate) is handed on as it is and does not
    lose its siblings. An absent or null array gives no records; `rest` then shows which. Raises
    ContractError when the body is cut, when something else than an array is there, or when the
    object around the records is not valid or names a key twice.
    """
    try:
        raws = _strict(body, path)
        spans = _outer_span(body, raws)
        records = [bytes(raw) for raw in raws]
    except (msgspec.MsgspecError, RecursionError):
        spans, records = _tolerant(body, path)
    rest = body if spans is None else body[: spans[0]] + body[spans[1] :]
    outer = _outer_object(rest, path)
    _check_array(outer, path)
    return Records(records=records, rest=outer)


def is_sound(body: bytes) -> bool:
    """True when `body` is one whole JSON value, whatever its scalars look like."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return body.strip(_WHITESPACE)[:1] in (b"{", b"[") and _scan(body, None) is not None
    return True


@lru_cache(maxsize=64)
def _decoder(path: tuple[str, ...]) -> msgspec.json.Decoder[Any]:
    inner: Any = list[msgspec.Raw] | None
    for number, key in enumerate(reversed(path)):
        fields = [("inner", inner, msgspec.field(name=key, default=None))]
        inner = msgspec.defstruct(f"Level{number}", fields) | None
    return msgspec.json.Decoder(inner)


def _strict(body: bytes, path: tuple[str, ...]) -> list[msgspec.Raw]:
    found = _decoder(path).decode(body)
    for _ in path:
        found = found and found.inner
    return found or []


def _outer_span(body: bytes, raws: list[msgspec.Raw]) -> tuple[int, int] | None:
    """From the first byte of the first record to the last byte of the last one."""
    if not raws:
        return None
    base = _address(body)
    return _address(raws[0]) - base, _address(raws[-1]) - base + len(memoryview(raws[-1]))


def _address(buffer: bytes | msgspec.Raw) -> int:
    view = np.frombuffer(memoryview(buffer), np.uint8)
    address: int = view.__array_interface__["data"][0]
    return address


def _tolerant(body: bytes, path: tuple[str, ...]) -> tuple[tuple[int, int] | None, list[bytes]]:
    spans = _scan(body, path)
    if spans is None:
        raise _broken(path, "the answer is cut off or not JSON")
    if not spans:
        return None, []
    return (spans[0][0], spans[-1][1]), [body[start:end] for start, end in spans]


class _Scan:
    """Walks the brackets and strings of a JSON text; collects the spans of one array's elements."""

    def __init__(self, body: bytes, path: tuple[str, ...] | None) -> None:
        self._body = body
        self._path = path
        self._stack: list[int] = []
        self._keys: list[str | None] = []
        self._string: tuple[int, int] | None = None
        self._element_start = 0
        self._target_depth = 0
        self.spans: list[tuple[int, int]] = []

    def is_whole(self) -> bool:
        """Feed every token; False at the first one that does not fit, or at an open end."""
        end = 0
        for match in _TOKEN.finditer(self._body):
            if end and not self._stack:
                return False
            token = match[0]
            if len(token) > 1:
                self._string = match.span()
            elif not self._take(token[0], match.start()):
                return False
            end = match.end()
        return end > 0 and not self._stack and not self._body[end:].strip(_WHITESPACE)

    def _take(self, token: int, at: int) -> bool:
        if token in _CLOSING:
            self._open(token, at)
            return True
        if token == ord(":"):
            return self._name_key()
        if token == ord(","):
            return bool(self._stack) and self._end_element(at, is_last=False)
        return token != ord('"') and self._close(token, at)

    def _open(self, token: int, at: int) -> None:
        self._stack.append(token)
        if token == ord("[") and self._path is not None and tuple(self._keys) == self._path:
            self._target_depth, self._element_start = len(self._stack), at + 1
            self.spans = []
        self._keys.append(None)

    def _name_key(self) -> bool:
        if not self._stack or self._string is None:
            return False
        # Keys matter on the way to the array only.
        if self._path is not None and len(self._stack) <= len(self._path):
            self._keys[-1] = _key_text(self._body[slice(*self._string)])
        self._string = None
        return True

    def _close(self, token: int, at: int) -> bool:
        if not self._stack or _CLOSING[self._stack[-1]] != token:
            return False
        if not self._end_element(at, is_last=True):
            return False
        if len(self._stack) == self._target_depth:
            self._target_depth = 0
        self._stack.pop()
        self._keys.pop()
        return True

    def _end_element(self, at: int, *, is_last: bool) -> bool:
        """Note the element that ends at `at`; False when there is none where one must be."""
        if not self._target_depth or len(self._stack) != self._target_depth:
            return True
        text = self._body[self._element_start : at]
        start = self._element_start + len(text) - len(text.lstrip(_WHITESPACE))
        length = len(text.strip(_WHITESPACE))
        self._element_start = at + 1
        if length:
            self.spans.append((start, start + length))
        return length > 0 or (is_last and not self.spans)


def _scan(body: bytes, path: tuple[str, ...] | None) -> list[tuple[int, int]] | None:
    """Spans of the elements of the array at `path`; None when the brackets do not match."""
    scan = _Scan(body, path)
    return scan.spans if scan.is_whole() else None


def _key_text(token: bytes) -> str | None:
    try:
        return msgspec.json.decode(token, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _outer_object(text: bytes, path: tuple[str, ...]) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _broken(path, f"the object around the records is not valid: {error}") from None


def _check_array(outer: Any, path: tuple[str, ...]) -> None:
    found = outer
    for key in path:
        if not isinstance(found, dict):
            break
        found = found.get(key)
    if not (found is None or isinstance(found, list)):
        raise _broken(path, f"there is no array but a {type(found).__name__}")


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key occurs twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _broken(path: tuple[str, ...], what: str) -> ContractError:
    return ContractError(
        f"records at {'.'.join(path)!r}: {what}",
        why="The page was not taken, so its window stays open and is read again.",
        hint="Run again; if it stays, the vendor's answer changed its form.",
        code="TUP-521",
    )
