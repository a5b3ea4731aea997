"""Replaces the digits of payment card numbers in records by `[card]`, and spares identifiers.

`privacy.card_numbers` has the evidence. A page is searched by columns first, so that only records
with digits that may be a card number are read string by string.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt

from trueup.privacy.card_numbers import (
    MASK,
    SEPARATORS,
    card_spans,
    doubtful_spans,
    is_card_by_name,
    with_mask,
)
from trueup.privacy.card_words import Sense, is_neutral_name, sense_of_name
from trueup.privacy.digits import MIN_DIGITS, PADDING, suspected_spans
from trueup.privacy.json_texts import LABELLED, Written, written_values

# A digit or a separator that is not ASCII; lead bytes first, since most text has none of them.
_ODD_LEAD = re.compile(rb"[\xc2\xd9\xdb\xdf\xe0-\xe3\xea\xef\xf0]")
_ODD = re.compile(rf"[^\D0-9]|\d[{SEPARATORS}]{{0,3}}[^\x00-\x7f]")
_SEPARATOR = rb"[ .,:;+/_-]"
_BETWEEN = _SEPARATOR + rb"{0,3}"


def _behind_digit(sign: bytes) -> bytes:
    """A pattern for `sign` behind a digit and up to three separators.

    It begins with the sign, which is found much faster than a digit.
    """
    places = (rb"(?<=[0-9]" + _SEPARATOR * n + sign + rb")" for n in range(4))
    return sign + rb"(?:" + rb"|".join(places) + rb")"


# Digits and separators behind escapes, percent codes and HTML references.
_ESCAPED = re.compile(
    rb"\\(?:[uU](?:\{|00(?:3[0-9aAbB]|2[056bBcCdDeEfF]|0[9aAdD]|5[cCfF]|[aAbB][07])"
    rb"|0[6-9a-fA-F]|1[0-9a-dA-D]|20[0-6]|22|30|[aA][689aA]|[fF][eEfF]|[dD]83"
    # Its own last digit would be taken for one of the digits behind it, or for their whole part.
    rb"|[0-9a-fA-F]{3}[0-9]\.?[0-9])"
    rb"|x[0-9a-fA-F])|" + _behind_digit(rb"\\") + rb"\\*[bfnrtv/]"
)
_PERCENT = re.compile(
    _behind_digit(rb"%")
    + (rb"(?=[0-9a-fA-F]{2}" + _BETWEEN + rb"(?:%[0-9a-fA-F]{2}" + _BETWEEN + rb"){0,5}[0-9])")
    + rb"|%[0-9a-fA-F][0-9]{13}|%(?:25)*(?:26(?:amp%(?:25)*3[bB])*%(?:25)*23|5[cC]|[uU])|%25%"
)
# As `text_decoding` reads them: names end with a semicolon, other than the next parameter's.
_REFERENCE = re.compile(
    _behind_digit(rb"&")
    + rb"(?:#|[a-zA-Z]{2,8}[0-9]{0,2};)"
    + rb"|&(?:amp;)*#(?:0*(?:3[278]|4[3-9]|5[0-7])|[xX]0*[23])"
)
_WHOLE = re.compile(r"-?([0-9]+)(?:\.0*)?")
_GROUP_BYTES = 1 << 19


@dataclass(frozen=True, slots=True)
class MaskedRecord:
    """A record with `[card]` in place of `cards` card numbers."""

    payload: bytes
    cards: int


def masked_records(records: Sequence[bytes]) -> dict[int, MaskedRecord]:
    """The records that hold card numbers, by index, with masks. Records need not be JSON."""
    found: dict[int, MaskedRecord] = {}
    for first, end in _groups(records):
        for row in _suspects(records, first, end):
            masked = masked_record(records[row])
            if masked.cards:
                found[row] = masked
    return found


def masked_record(record: bytes) -> MaskedRecord:
    """`record` with masks; one that is no JSON stays as it is."""
    try:
        msgspec.json.decode(record)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return MaskedRecord(record, 0)
    pieces: list[bytes] = []
    at = cards = 0
    for written in written_values(record, MIN_DIGITS):
        if found := _masked(record[written.start : written.end].decode(), written):
            text, count = found
            pieces += [record[at : written.start], text.encode()]
            at, cards = written.end, cards + count
    return MaskedRecord(b"".join([*pieces, record[at:]]) if cards else record, cards)


def without_cards(text: str) -> str:
    """A free text, such as a message, with `[card]` for card numbers; identifiers stay."""
    return with_mask(text, card_spans(text, None, is_json=False))


def without_doubtful_digits(text: str) -> str:
    """`text` with `[card]` for whatever may be a card number.

    For what cannot be parsed and is quarantined: names say nothing there.
    """
    literal = with_mask(text, doubtful_spans(text, is_json=False))
    return with_mask(literal, doubtful_spans(literal, is_json=True))


def _masked(text: str, written: Written) -> tuple[str, int] | None:
    """Replacement of a string or number and its count of cards; None if it has no card."""
    sense = _sense(written)
    if written.is_number:
        whole = _WHOLE.fullmatch(text)
        return (f'"{MASK}"', 1) if whole and is_card_by_name(whole[1], sense) else None
    spans = card_spans(text, sense)
    return (with_mask(text, spans), len(spans)) if spans else None


def _sense(written: Written) -> Sense | None:
    if written.is_key:
        # Of digits alone: reports by id are objects with such names.
        return Sense.IDENTIFIER
    name, outer = written.names()
    return sense_of_name(name) or (sense_of_name(outer) if is_neutral_name(name) else None)


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
    for sign, pattern in ((b"\\", _ESCAPED), (b"%", _PERCENT), (b"&", _REFERENCE)):
        if sign in page:
            places += [match.start() for match in pattern.finditer(page)]
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
    if b"\\" in page[begin - 1 : quote - 2] + text or not text.isdigit():
        return False
    name = page[begin + 1 : quote - 2].decode("latin-1")
    return name not in LABELLED and sense_of_name(name) is Sense.IDENTIFIER


def _is_odd(record: bytes) -> bool:
    if record.isascii() or _ODD_LEAD.search(record) is None:
        return False
    return _ODD.search(record.decode("utf-8", "replace")) is not None
