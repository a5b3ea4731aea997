"""Values that no answer should hold, put into the first object of a page on demand."""

from typing import Any

import msgspec

BAD_VALUE_KINDS = frozenset({"bad_value"})
HUGE_CHARACTERS = 10_000_000

# Marks in the encoded text, and the bytes that take their place, quotes included.
_NAN = "@NOT-A-NUMBER@"
_HUGE_NUMBER = "@HUGE-NUMBER@"
_SURROGATE = "@LONE-SURROGATE@"
_AGAIN = "@AGAIN@"
_BYTES = {
    f'"{_NAN}"'.encode(): b"NaN",
    f'"{_HUGE_NUMBER}"'.encode(): b'"1e400"',
    _SURROGATE.encode(): b"\\ud800",
    _AGAIN.encode(): b"",
}


def spoiled(answer: dict[str, Any], record: dict[str, Any], value: str) -> bytes:
    """The answer with `record`, which is part of it, spoiled.

    `value` is nan, huge_number, no_key, duplicate_key, lone_surrogate, nul or huge_text.
    """
    if value in ("nan", "huge_number"):
        _set_amount(record, _NAN if value == "nan" else _HUGE_NUMBER)
    elif value == "no_key":
        del record["id"]
    elif value == "duplicate_key":
        record[f"id{_AGAIN}"] = record["id"]
    else:
        texts = {"lone_surrogate": _SURROGATE, "nul": "a\x00b", "huge_text": "N" * HUGE_CHARACTERS}
        record["note" if "note" in record else "title"] = texts[value]
    text = msgspec.json.encode(answer)
    for mark, raw in _BYTES.items():
        text = text.replace(mark, raw)
    return text


def _set_amount(record: dict[str, Any], mark: str) -> None:
    if "totalPriceSet" in record:
        record["totalPriceSet"]["shopMoney"]["amount"] = mark
    else:
        record["numberOfOrders" if "numberOfOrders" in record else "title"] = mark
