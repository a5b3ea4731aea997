"""Finds payment card numbers in records, wherever they hide, and spares ids.

A card number is 13 to 19 digits with an issuer's prefix of that length and a Luhn check digit,
whole or in groups of at most eight digits split by spaces, dashes or dots. Digits may be of any
script or written as `\\u` escapes. Not card numbers: ids under a key that says so, resource names,
the fraction of a decimal number, and up to 15 digits behind a `+`, which are a telephone number.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
import numpy.typing as npt

from trueup.privacy.digits import (
    MAX_DIGITS,
    MAX_PHONE_DIGITS,
    MIN_DIGITS,
    PADDING,
    is_card_number,
    suspected_spans,
)

_SEPARATORS = r" .\-\u00a0\u2000-\u2015\u202f\u205f\u2212\u3000\ufe58\ufe63\uff0d\uff0e"
_ESCAPE = r"\\u[0-9a-fA-F]{4}"
_RUN = re.compile(rf"\d(?:[{_SEPARATORS}]{{0,3}}\d){{{MIN_DIGITS - 1},}}")
_GROUP = re.compile(r"\d+")
# A digit or a separator that is not ASCII; lead bytes first, since most text has none of them.
_ODD_LEAD = re.compile(rb"[\xc2\xd9\xdb\xdf\xe0-\xe3\xea\xef\xf0]")
_ODD = re.compile(rf"[^\D0-9]|\d[{_SEPARATORS}]{{0,2}}[^\x00-\x7f]")
_ODD_ESCAPE = re.compile(
    rb"\\u(?:00(?:3[0-9]|2[0dDeE]|[aA]0)|0[6-9a-fA-F]|1[0-9a-dA-D]|20[0-6]|2212|3000"
    rb"|[aA][689aA]|[fF][eEfF]|[dD]83"
    # Its own last digit would be taken for one of the digits behind it, or for their whole part.
    rb"|[0-9a-fA-F]{3}[0-9]\.?[0-9])"
)
_ID_KEY = re.compile(r"(?:.*(?:_id|_ids|Id|Ids|ID|_gid|Gid)|id|ids|gid|(?:.*_)?resource_?name)")
_PHONE_KEY = re.compile(r"(?i).*phone.*")
_RESOURCE_KEY = re.compile(r"(?:.*R|r)esourceName")
_RESOURCE = re.compile(r"(?:gid://|customers/)[A-Za-z0-9_/~-]*")
_RETIRED_LENGTH = 13
_MAX_GROUP = 8
_EXPONENT_FROM = 1e16  # from here on no JSON writer spells a float out digit by digit
_GROUP_BYTES = 1 << 19


def records_with_cards(records: Sequence[bytes]) -> list[int]:
    """Indexes of the records that hold a card number, ascending. Records need not be JSON."""
    found: list[int] = []
    for first, end in _groups(records):
        found += [row for row in _suspects(records, first, end) if holds_card(records[row])]
    return found


def holds_card(record: bytes) -> bool:
    """Whether any string, key or whole number of a record is or contains a card number."""
    try:
        return _value_holds_card(msgspec.json.decode(record), "")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        text = record.decode("utf-8", "replace")
        return redact_cards(text) != text


def redact_cards(text: str) -> str:
    """`text` with every digit of what looks like a card number replaced by `X`.

    For text that is kept aside: it need not be JSON, and neither ids nor fractions are spared.
    """
    # Once as it is written and once as a JSON parser would read it.
    literal = _with_x(text, text, range(len(text) + 1))
    return _with_x(literal, *_unescaped(literal))


def _with_x(text: str, read: str, positions: Sequence[int]) -> str:
    """`text` with `X` for each card digit of `read`, whose characters begin at `positions`."""
    pieces, at = [], 0
    for start, end in sorted(_doubtful_spans(read)):
        for place in range(start, end):
            if read[place].isdecimal() and positions[place] >= at:
                pieces.append(text[at : positions[place]] + "X")
                at = positions[place + 1]
    pieces.append(text[at:])
    return "".join(pieces)


def _groups(records: Sequence[bytes]) -> Iterator[tuple[int, int]]:
    """Slices of `records` of about 512 kB, which stay in a core's cache: first, and one beyond."""
    ends = np.cumsum(_lengths(records))
    first = 0
    while first < len(records):
        before = ends[first - 1] if first else 0
        end = max(first + 1, int(np.searchsorted(ends, before + _GROUP_BYTES, "right")))
        yield first, end
        first = end


def _lengths(records: Sequence[bytes]) -> npt.NDArray[np.int64]:
    return np.fromiter(map(len, records), np.int64, len(records))


def _page(records: Sequence[bytes], first: int, end: int) -> tuple[bytes, npt.NDArray[np.int64]]:
    """Records from `first` up to `end`, with something between two of them, and where each ends."""
    chosen = records[first:end]
    page = b"\n".join([PADDING, *chosen, PADDING])
    return page, np.cumsum(_lengths(chosen) + 1) + len(PADDING)


def _suspects(records: Sequence[bytes], first: int, end: int) -> list[int]:
    """A superset of the records in this slice that hold a card number, without parsing them."""
    page, ends = _page(records, first, end)
    places = [start for start, end in suspected_spans(page) if not _is_plain_id(page, start, end)]
    # One character is found much faster than two.
    if b"\\" in page and b"\\u" in page:
        places += [match.start() for match in _ODD_ESCAPE.finditer(page)]
    found = set((first + np.searchsorted(ends, places, "right")).tolist())
    if not page.isascii():
        found.update(row for row in range(first, end) if _is_odd(records[row]))
    return sorted(found)


def _is_plain_id(page: bytes, start: int, end: int) -> bool:
    """True for digits in `"some_id":"123"`: most suspects are such, and need no parsing.

    No quote within a JSON string is followed by a colon and a quote unless a backslash is before.
    """
    quote = page.rfind(b'"', max(0, start - 200), start)
    if page[quote - 2 : quote] != b'":':
        return False
    text = page[quote + 1 : page.find(b'"', end)]
    begin = page.rfind(b'"', 0, quote - 2)
    # A quote behind a backslash is a part of the key, not its beginning.
    if b"\\" in page[begin - 1 : quote - 2] + text:
        return False
    return _is_spared(text.decode("latin-1"), page[begin + 1 : quote - 2].decode("latin-1"))


def _is_odd(record: bytes) -> bool:
    if _ODD_LEAD.search(record) is None:
        return False
    return _ODD.search(record.decode("utf-8", "replace")) is not None


def _value_holds_card(value: object, key: str) -> bool:
    if isinstance(value, str):
        return not _is_spared(value, key) and any(True for _ in _card_spans(value))
    if isinstance(value, dict):
        return any(
            _value_holds_card(name, "") or _value_holds_card(inner, name)
            for name, inner in value.items()
        )
    if isinstance(value, list):
        return any(_value_holds_card(inner, key) for inner in value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, float) and not (value.is_integer() and abs(value) < _EXPONENT_FROM):
        return False
    return not _ID_KEY.fullmatch(key) and is_card_number(str(abs(int(value))))


def _is_spared(text: str, key: str) -> bool:
    if _RESOURCE.fullmatch(text) or _RESOURCE_KEY.fullmatch(key):
        return True
    if not text.isdecimal():
        return False
    # No card issued today has 13 digits, but many telephone numbers do.
    is_phone = len(text) == _RETIRED_LENGTH and _PHONE_KEY.fullmatch(key) is not None
    return is_phone or _ID_KEY.fullmatch(key) is not None


def _card_spans(text: str) -> Iterator[tuple[int, int]]:
    for groups in _grouped_digits(text):
        for first in range(len(groups)):
            if not _is_fraction(text, groups, first):
                yield from _spans_from(text, groups, first)


def _doubtful_spans(text: str) -> Iterator[tuple[int, int]]:
    for groups in _grouped_digits(text):
        for first in range(len(groups)):
            yield from _spans_from(text, groups, first)


def _grouped_digits(text: str) -> Iterator[list[tuple[int, int]]]:
    """Runs of digits and separators, as the spans of their groups of digits."""
    for run in _RUN.finditer(text):
        at = run.start()
        yield [(at + group.start(), at + group.end()) for group in _GROUP.finditer(run[0])]


def _is_fraction(text: str, groups: list[tuple[int, int]], first: int) -> bool:
    start = groups[first][0]
    behind_point = first > 0 and text[start - 1] == "." and text[start - 2].isdecimal()
    return behind_point and _is_long(groups[first])


def _spans_from(text: str, groups: list[tuple[int, int]], first: int) -> Iterator[tuple[int, int]]:
    """Card numbers that begin with group `first`."""
    start = groups[first][0]
    before = text[max(0, start - 1) : start]
    digits = ""
    for last in range(first, len(groups)):
        if last > first and (_is_long(groups[last]) or _is_long(groups[first])):
            return
        digits += _ascii_digits(text[slice(*groups[last])])
        if len(digits) > MAX_DIGITS:
            return
        is_phone = before == "+" and len(digits) <= MAX_PHONE_DIGITS
        is_decimal = last == first + 1 and text[groups[first][1] : groups[last][0]] == "."
        if not (is_phone or is_decimal) and is_card_number(digits):
            yield start, groups[last][1]


def _is_long(group: tuple[int, int]) -> bool:
    return group[1] - group[0] > _MAX_GROUP


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(character)) for character in text)


def _unescaped(text: str) -> tuple[str, list[int]]:
    r"""`text` with `\uXXXX` resolved, and where in `text` each of its characters begins."""
    pieces: list[str] = []
    positions: list[int] = []
    at = 0
    for match in re.finditer(_ESCAPE, text):
        pieces.append(text[at : match.start()])
        positions.extend(range(at, match.start() + 1))
        pieces.append(chr(int(match[0][2:], 16)))
        at = match.end()
    pieces.append(text[at:])
    positions.extend(range(at, len(text) + 1))
    return "".join(pieces), positions
