"""Validation that a record is one sound JSON object, with stable codes for failures."""

import json
import re
from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from trueup.core.json_paths import Value

NOT_JSON = "not_json"
NOT_AN_OBJECT = "not_an_object"
MISSING_KEY = "missing_key"
DUPLICATE_JSON_KEY = "duplicate_json_key"
NUMBER_OUT_OF_RANGE = "number_out_of_range"
NUL_CHARACTER = "nul_character"
INVALID_TEXT = "invalid_text"
TOO_LARGE = "too_large"
TOO_DEEP = "too_deep"
CARD_NUMBER = "card_number"
UNEXPECTED_SHAPE = "unexpected_shape"

_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
# Other spellings of a quote or colon would make the counts below differ or, worse, agree.
_HIDDEN_QUOTE = re.compile(rb"\\u00(?:22|3[aA])")
_SURROGATE = re.compile("[\ud800-\udfff]")


def decode_sound(records: Sequence[bytes]) -> list[Value] | None:
    """Decoded records if all are certainly sound; None when one needs the slow check.

    What sets this apart from decoding one by one with `judge` is speed alone.
    """
    try:
        values = list(map(_decode, records))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if set(map(type, values)) - {dict}:
        return None
    page = b"[" + b",".join(records) + b"]"
    again = _encode(values)
    if again == page:  # nothing was lost; most vendors write the very form that we write
        return None if holds_nul(page) else values
    if holds_nul(page) or (b"\\" in page and _HIDDEN_QUOTE.search(page)):
        return None
    return values if _names_once(page, again) else None


def holds_nul(page: bytes) -> bool:
    """True when `page`, which is JSON, contains a NUL character."""
    # One character is found much faster than six.
    return b"\\" in page and b"\\u0000" in page


def judge(record: bytes) -> tuple[Value, str]:
    """The decoded record and an empty reason, or an empty object and why it is refused."""
    try:
        value = _decode(record)
    except RecursionError:
        return {}, TOO_DEEP
    except msgspec.ValidationError:
        return {}, NUMBER_OUT_OF_RANGE
    except UnicodeDecodeError:
        return {}, INVALID_TEXT
    except (msgspec.MsgspecError, ValueError):
        return {}, _why_not_json(record)
    if not isinstance(value, dict):
        return {}, NOT_AN_OBJECT
    if _HIDDEN_QUOTE.search(record) or not _names_once(record, _encode(value)):
        return (value, "") if names_are_unique(record) else ({}, DUPLICATE_JSON_KEY)
    return value, ""


def names_are_unique(record: bytes) -> bool:
    """True when no object in `record`, which must be valid JSON, repeats a key; slow."""
    unique = True

    def look(pairs: list[tuple[str, Any]]) -> None:
        nonlocal unique
        unique = unique and len({name for name, _ in pairs}) == len(pairs)

    json.loads(record, object_pairs_hook=look, parse_int=str, parse_float=str)
    return unique


def _names_once(page: bytes, again: bytes) -> bool:
    """True when certainly no key of `page` is missing in `again`, its decoded and encoded copy.

    Every key ends in `":`. Within a string these two bytes stand only behind a backslash, and
    are written back the same. So a key that was lost, alone or with what it held, makes the
    count smaller, unless white space or an escape hides a key's end; then the answer is False.
    """
    text = np.frombuffer(page, np.uint8)
    before, colon = text[:-1], text[1:] == ord(":")
    if np.count_nonzero(colon & (before <= ord(" "))):
        return False
    other = np.frombuffer(again, np.uint8)
    kept = np.count_nonzero((other[:-1] == ord('"')) & (other[1:] == ord(":")))
    return bool(kept == np.count_nonzero(colon & (before == ord('"'))))


def _why_not_json(record: bytes) -> str:
    """Code of an invalid record. Python's parser accepts lone surrogates, unlike broken syntax."""
    try:
        text = record.decode("utf-8")
        value = json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str)
    except UnicodeDecodeError:
        return INVALID_TEXT
    except (ValueError, RecursionError):
        return NOT_JSON
    return INVALID_TEXT if _SURROGATE.search(json.dumps(value, ensure_ascii=False)) else NOT_JSON


def _refuse(name: str) -> Any:
    raise ValueError(name)
