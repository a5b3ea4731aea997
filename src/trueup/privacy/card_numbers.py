"""Card numbers in a text, and the evidence that tells them from identifiers.

A card number has 13 to 19 digits with an issuer's prefix of that length and a Luhn check digit.
One identifier in some fifty has these by chance, so more is asked for:

| digits | count as a card number |
|---|---|
| grouped as on a card (4-4-4-4, 4-6-5, …) | always, unless they are a list of figures or an IBAN |
| behind a name or word of cards, or beside a security code or an expiry | always |
| behind a name or word of identifiers, or a part of a word | never |
| 15 to 19 in one piece, in any other text | yes |
| 13 or 14 in one piece, or in other groups | no |
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from trueup.privacy.card_words import Sense, is_secured, names_a_brand, sense_before
from trueup.privacy.digits import MAX_DIGITS, MIN_DIGITS, is_card_number
from trueup.privacy.text_decoding import readings

SEPARATORS = (
    r"\s.,:;+\-/_\u00b7\u2010-\u2015\u2022\u2027\u2212\u2219\u30fb\ufe58\ufe63\uff0c-\uff0f"
)
MASK = "[card]"
_RUN = re.compile(rf"\d(?:[{SEPARATORS}]{{0,4}}\d){{{MIN_DIGITS - 1},}}")
_GROUP = re.compile(r"\d+")
_DASH = re.compile(r"[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_RESOURCE = re.compile(r"(?:gid://|customers/)[A-Za-z0-9_/~-]*")
_MAX_GROUP = 8
_MAX_PHONE = 15  # ITU-T E.164
_LONG = 15
_PRINTED = {
    *((4, 3, 3, 3), (4, 4, 4, 1), (4, 6, 4), (4, 4, 4, 2), (4, 6, 5), (4, 4, 4, 3), (4, 4, 4, 4)),
    *((4, 4, 4, 4, 1), (4, 4, 4, 4, 2), (4, 4, 4, 4, 3)),
}
_DAY_OF_EXPIRY = re.compile(r"(?:0[1-9]|1[0-2])[2-4]\d|20[2-4]\d")
_IBAN_START = re.compile(
    # Behind a percent code, too, whose last digit may be a letter.
    r"(?:(?<![A-Za-z0-9])|(?<=%[0-9a-fA-F]{2}))[A-Za-z]{2}\d{2}(?![a-z])"
)
_IBAN_LENGTHS = range(15, 35)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Digits:
    """Groups `first` up to `last` of a run of digits, which are a card number by their digits."""

    text: str
    groups: list[Span]
    first: int
    last: int
    length: int

    @property
    def start(self) -> int:
        return self.groups[self.first][0]

    @property
    def end(self) -> int:
        return self.groups[self.last][1]

    @property
    def is_plain(self) -> bool:
        return self.first == self.last

    def pieces(self) -> list[str]:
        return [self.text[start:end] for start, end in self.groups[self.first : self.last + 1]]

    def separator(self, before: int) -> str:
        """The separator before group `before`, in one form for all its spellings."""
        between = self.text[self.groups[before - 1][1] : self.groups[before][0]]
        return _DASH.sub("-", "".join(between.split()).strip("+"))


def card_spans(written: str, sense: Sense | None, *, is_json: bool = True) -> list[Span]:
    """Spans of card numbers in `written`, in order, without overlaps.

    `sense` is what the name of its field says. `is_json` when JSON's escapes are still in it.
    """
    found: list[Span] = []
    for reading in readings(written, is_json=is_json):
        if not _RESOURCE.fullmatch(reading.text):
            spans = _spans_by_evidence(reading.text, sense)
            found += [(reading.at[start], reading.at[end]) for start, end in spans]
    return _joined(found)


def doubtful_spans(written: str, *, is_json: bool) -> list[Span]:
    """Spans that may be card numbers in `written`, without weighing evidence."""
    found: list[Span] = []
    for reading in readings(written, is_json=is_json):
        spans = [(digits.start, digits.end) for digits in _issued(reading.text)]
        found += [(reading.at[start], reading.at[end]) for start, end in spans]
    return _joined(found)


def with_mask(text: str, spans: list[Span]) -> str:
    """`text` with `[card]` at `spans`."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], MASK]
        at = end
    return "".join([*pieces, text[at:]])


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _spans_by_evidence(text: str, sense: Sense | None) -> Iterator[Span]:
    end = 0
    for digits in _issued(text):
        if _is_card(digits, sense, end):
            end = digits.end
            yield digits.start, end


def _issued(text: str) -> Iterator[_Digits]:
    """Find digits of a card number, whole or in groups of at most eight."""
    for run in _RUN.finditer(text):
        at = run.start()
        groups = [(at + group.start(), at + group.end()) for group in _GROUP.finditer(run[0])]
        for first in range(len(groups)):
            yield from _issued_from(text, groups, first)


def _issued_from(text: str, groups: list[Span], first: int) -> Iterator[_Digits]:
    digits = ""
    for last in range(first, len(groups)):
        if last > first and (_is_long(groups[last]) or _is_long(groups[first])):
            return
        digits += _ascii_digits(text[slice(*groups[last])])
        if len(digits) > MAX_DIGITS:
            return
        if is_card_number(digits):
            yield _Digits(text, groups, first, last, len(digits))


def is_card_by_name(digits: str, sense: Sense | None) -> bool:
    """True if a JSON number, which has no words around it, is a card's by the name of its field."""
    is_named = sense is Sense.CARD or (sense is Sense.TEXT and len(digits) >= _LONG)
    return is_named and is_card_number(digits)


def _is_card(digits: _Digits, sense: Sense | None, last_end: int) -> bool:
    """The evidence, in the order of its weight; the card before, if any, ended at `last_end`."""
    text, start, end = digits.text, digits.start, digits.end
    if _is_decimal(digits):
        return False
    said = sense_before(text, start) or sense
    is_short = digits.length < _LONG
    if said is Sense.CARD or is_secured(text, start, end, with_expiry=not is_short):
        return True
    if _is_phone(digits) or _is_iban(digits):
        return False
    if not digits.is_plain:
        return _is_grouped_as_card(digits, last_end) or (
            said is not Sense.IDENTIFIER and _is_whole_value(digits)
        )
    if said is Sense.IDENTIFIER or _is_part_of_a_word(text, start, end):
        return False
    return not is_short or names_a_brand(text, start, end)


def _is_decimal(digits: _Digits) -> bool:
    """`41111111.11111111`, and the long fraction of `0.4111111111111111`."""
    text, start = digits.text, digits.start
    if digits.is_plain:
        is_behind_point = (
            digits.first > 0 and text[start - 1] == "." and text[start - 2].isdecimal()
        )
        return is_behind_point and _is_long(digits.groups[digits.first])
    between = text[digits.groups[digits.first][1] : digits.groups[digits.first + 1][0]]
    return digits.last == digits.first + 1 and between == "."


def _is_phone(digits: _Digits) -> bool:
    is_marked = digits.text[max(0, digits.start - 1) : digits.start] == "+"
    return is_marked and digits.length <= _MAX_PHONE


def _is_grouped_as_card(digits: _Digits, last_end: int) -> bool:
    pieces = digits.pieces()
    separators = {digits.separator(place) for place in range(digits.first + 1, digits.last + 1)}
    if tuple(map(len, pieces)) not in _PRINTED or len(separators) > 1 or _are_figures(pieces):
        return False
    separator = separators.pop()
    goes_back = _goes_on(digits, digits.first - 1, digits.first, separator)
    if goes_back and digits.groups[digits.first - 1][1] != last_end:
        return False
    goes_on = _goes_on(digits, digits.last + 1, digits.last + 1, separator)
    return not goes_on or _begins_card(digits, digits.last + 1)


def _goes_on(digits: _Digits, group: int, behind: int, separator: str) -> bool:
    """True if group `group` belongs to a longer number, such as one of a parcel."""
    if not 0 <= group < len(digits.groups):
        return False
    text = digits.text[slice(*digits.groups[group])]
    is_alike = len(text) == 4 and digits.separator(behind) == separator
    return is_alike and not _DAY_OF_EXPIRY.fullmatch(text)


def _begins_card(digits: _Digits, group: int) -> bool:
    return any(
        found.last > found.first for found in _issued_from(digits.text, digits.groups, group)
    )


def _are_figures(pieces: list[str]) -> bool:
    """`3600/4000/4200/4500`, or sizes that rise: a list, not a number."""
    numbers = [int(piece) for piece in pieces]
    rises = all(a < b for a, b in pairwise(numbers))
    are_round = all(piece[0] != "0" and piece[-1] == "0" for piece in pieces)
    return rises and (are_round or len(pieces) > 5)


def _is_whole_value(digits: _Digits) -> bool:
    """Groups of any one size but thousands, which are all that the text says."""
    pieces = digits.pieces()
    if digits.text.strip() != digits.text[digits.start : digits.end] or digits.length < _LONG:
        return False
    separators = {digits.separator(place) for place in range(digits.first + 1, digits.last + 1)}
    is_even = len({len(piece) for piece in pieces[:-1]}) == 1 and len(pieces[0]) != 3
    return is_even and separators <= {"", "-", "."} and not _are_figures(pieces)


def _is_part_of_a_word(text: str, start: int, end: int) -> bool:
    """`SKU4111…`, `ord_4111…`, `ORD-4111…`, `#4111…`, `/products/4111…`, `4111…-XL`."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if before[-1:].isalpha() or before[-1:] in tuple("_%~@$#"):
        return True
    if before[-1:] in ("-", "/") and not before[-2:-1].isdecimal() and before.strip("- "):
        return True
    return after[:1].isalpha() or after[:1] == "_" or (after[:1] == "-" and after[1:].isalpha())


def _is_iban(digits: _Digits) -> bool:
    """True if the digits are within an IBAN, which has its own check digits."""
    first = max(0, digits.start - 44)
    for begin in _IBAN_START.finditer(digits.text, first, digits.end):
        account = digits.text[begin.start() : begin.start() + 44]
        covered = sum(map(str.isalnum, digits.text[begin.start() : digits.end]))
        plain = "".join(filter(str.isalnum, account))
        if any(length >= covered and _has_iban_check(plain[:length]) for length in _IBAN_LENGTHS):
            return True
    return False


def _has_iban_check(account: str) -> bool:
    if not account.isascii():
        return False
    moved = account[4:] + account[:4]
    return int("".join(str(int(character, 36)) for character in moved)) % 97 == 1


def _is_long(group: Span) -> bool:
    return group[1] - group[0] > _MAX_GROUP


def _ascii_digits(text: str) -> str:
    if text.isascii():
        return text
    return "".join(str(unicodedata.decimal(character)) for character in text)
