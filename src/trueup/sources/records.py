"""Splits an answer into its records without re-serialising them."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec
import numpy as np

from trueup.errors import ContractError
from trueup.sources.json_scan import WHITESPACE, element_spans


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
        span = _outer_span(body, raws)
        records = [bytes(raw) for raw in raws]
    except (msgspec.MsgspecError, RecursionError):
        span, records = _tolerant(body, path)
    rest = body if span is None else body[: span[0]] + body[span[1] :]
    outer = _outer_object(rest, path)
    _check_array(outer, path)
    return Records(records=records, rest=outer)


def is_sound(body: bytes) -> bool:
    """True when `body` is one whole JSON value, whatever its scalars look like."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except (msgspec.MsgspecError, RecursionError):
        return body.strip(WHITESPACE)[:1] in (b"{", b"[") and element_spans(body, None) is not None
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
    spans = element_spans(body, path)
    if spans is None:
        raise _broken(path, "the answer is cut off or not JSON")
    if not spans:
        return None, []
    return (spans[0][0], spans[-1][1]), [body[start:end] for start, end in spans]


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
        why="The page was not used. The next run reads its window again.",
        hint="Run again. If the error stays, the vendor changed the format of its responses.",
        code="TUP-521",
    )
