r"""Finds personal values where no stream declares them: in addresses, tags, names, free text.

What counts, in any string, under up to six layers of `%` codes, HTML references and `\u` escapes:
e-mail addresses; telephone numbers of 8 to 15 digits behind `tel:` or as `+49 30 …`; and in a
URL's parameters what is called a person's name, telephone or address (`?first_name=Ann`).
Digits without such a mark are ids, and dates are dates: both are never touched.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import msgspec

from trueup.core.stream import PersonalKind
from trueup.privacy.declared_pii import Place
from trueup.privacy.text_decoding import Reading, decoded, readings
from trueup.privacy.tokens import TokenRequest, is_token, normalised
from trueup.privacy.top_level_domains import ends_addresses

EMAIL, PHONE = PersonalKind.EMAIL, PersonalKind.PHONE
NAME, ADDRESS = PersonalKind.NAME, PersonalKind.ADDRESS

_STRING = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"(\s*:)?', re.DOTALL)
_WIDE_AT = "\uff20".encode()
# How parameters end that `_NAMES` knows; many others do, too.
_NAME_ENDINGS = tuple(
    b"name surname forename phone tel mobile cell msisdn whatsapp number no nr mail address addr "
    b"street line zip code".split()
)
# Signs behind a percent code, an escape or a reference, which may hold another, or of a telephone
# number.
_ENCODED_SIGN = re.compile(rb"%(?:25)*(?:40|2[6bB]|3[dD]|5[cC]|[eE][fF]|[uU]00[2-7])|%25%")
_ESCAPED_SIGN = re.compile(rb"\\[uU](?:00[2-7]|[fF][fF]20|\{)|\\x[2-7]")
_REFERENCE = re.compile(rb"&(?:#|[a-zA-Z]{2,8};)")
_PLUS_SIGN = re.compile(rb"\+\(?[1-9]")
_PHONE_SCHEMES = (b"tel:", b"sms:", b"callto:", b"tel%3a", b"sms%3a", b"callto%3a")
_BEHIND = bytes(set(range(128)) - set(b"abcdefghijklmnopqrstuvwxyz3456789%"))
_LONGEST_NAME = 60

_AT = re.compile("[@\uff20]")
# The local part is at most 64 characters; more are taken so that nothing of it stays.
_MAX_LOCAL = 128
_BACK_FROM_AT = re.compile(r"[^\s@\uff20<>()\[\],;:/?&=#\\|{}\"]+")
_NO_LETTER = re.compile(r"\W*")
_DOMAIN = re.compile(r"(?:[^\W_][\w-]{0,62}\.){1,9}(?:xn--[a-z0-9-]{2,59}|[^\W\d_]{2,63})")
_DIGITS = r"\(?\d(?:[ ().-]{0,2}\d){7,14}(?!\d)"
_PHONES = (
    # `SMS: 20260601` is a campaign and its day.
    re.compile(
        rf"(?i)(?<![a-z])(?:(?:tel|callto):(?://)?\s?(\+?{_DIGITS})|sms:(?://)?(\+?{_DIGITS}))"
    ),
    # A plus behind a letter or `=` is how a URL writes a space.
    re.compile(rf"(?<![\w+=/&?#%.-])(\+(?!0){_DIGITS})"),
)
# Days, and round figures such as `+10 000 000`.
_NO_PHONE = re.compile(
    r"(?<!\d)(?:20\d\d([-. ]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])([-.])(?:0?[1-9]|1[0-2])\2(?:19|20)\d\d)(?!\d)"
    r"|^\+?\d{1,3}(?:[ .]000){2,}$"
)
_PHONE_VALUE = re.compile(rf"\s*\+?{_DIGITS}\s*")

_PARAMETER = re.compile(r"(?:^|(?<=[?&#;]))([^?&#;=\s\"'<>/]{1,60})=")
# Longer values name nobody; a bound keeps values within values from costing their square.
_VALUE = re.compile(r"[^&#;\s\"<>]{1,1000}")
_WHOSE = (
    r"(?:(?:customer|client|user|buyer|guest|contact|person|recipient|billing|shipping|delivery"
    r"|checkout|address|your|my)[\W_]*)*"
)
_NAMES = (
    (EMAIL, r"e?[\W_]?mail(?:[\W_]*addr(?:ess)?)?"),
    (PHONE, r"(?:(?:tele|mobile|cell)?[\W_]*phone|tel|mobile|cell|msisdn|whatsapp)"
            r"(?:[\W_]*(?:number|no|nr))?"),
    (NAME, r"(?:(?:first|last|full|given|family|middle|f|l)?[\W_]*name|surname|forename)"),
    (ADDRESS, r"(?:(?:street|home|postal)?[\W_]*addr(?:ess)?(?:[\W_]*line)?[\W_]*[12]?"
              r"|street[\W_]*[12]?|(?:zip|post|postal)[\W_]*code|zip)"),
)  # fmt: skip
_KINDS = [(kind, re.compile(rf"(?i){_WHOSE}{name}\W*")) for kind, name in _NAMES]


@dataclass(frozen=True, slots=True)
class Stray:
    """A personal value within a text; `end` is exclusive, `value` is free of escapes."""

    start: int
    end: int
    kind: PersonalKind
    value: str


def has_sign(page: bytes) -> bool:
    """True if `page` may hold personal values; searches for single bytes."""
    return (
        b"@" in page
        or b"=" in page
        or b"%" in page
        or b"+" in page
        or b"&" in page
        or (b"\\" in page and _ESCAPED_SIGN.search(page) is not None)
        or (not page.isascii() and _WIDE_AT in page)
    )


def is_suspect(text: bytes) -> bool:
    """True for every text that holds a personal value, and for some that do not."""
    return (
        b"@" in text
        or (b"=" in text and _names_a_parameter(text))
        or (b"%" in text and _ENCODED_SIGN.search(text) is not None)
        or (b"\\" in text and _ESCAPED_SIGN.search(text) is not None)
        or (b"&" in text and _REFERENCE.search(text) is not None)
        or (b"+" in text and _PLUS_SIGN.search(text) is not None)
        or ((b":" in text or b"%" in text) and _names_a_scheme(text))
        or (not text.isascii() and _WIDE_AT in text)
    )


def stray_places(record: bytes, declared: Sequence[Place], handle: str) -> list[Place]:
    """Places of personal values in `record`, sound JSON, outside of the `declared` places.

    `handle` is whom the record is about; without one, every value is its own person's. Raises
    msgspec.ValidationError when a field's name is what holds one.
    """
    if not is_suspect(_without(record, declared) if declared else record):
        return []
    taken = iter([*declared, None])
    place = next(taken)
    found: list[Place] = []
    for match in _STRING.finditer(record):
        while place is not None and place.end <= match.start():
            place = next(taken)
        if (place is None or match.end() <= place.start) and is_suspect(match[1]):
            inside = _places_in(match[1].decode(), match.start(1), handle)
            if inside and match[2]:
                raise msgspec.ValidationError("a field's name holds a personal value")
            found += inside
    return found


def masked(text: str) -> str:
    """`text`, which need not be JSON, with `[email]`, `[phone]` … for what is found in it."""
    return _replaced(text, lambda stray: f"[{stray.kind.value}]")


def strays_in(written: str) -> list[Stray]:
    """The personal values in `written`, as a JSON string or a plain text holds it; in order."""
    layers = list(readings(written))
    found = [stray for layer in layers for stray in _parameters(layer)]
    found += [*_emails(layers[-1]), *_phones(layers[-1])]
    taken = bytearray(len(written) + 1)
    kept: list[Stray] = []
    # Of two that overlap, the parameter counts: it was found first and is the whole value.
    for stray in found:
        if taken.find(1, stray.start, stray.end) < 0:
            taken[stray.start : stray.end] = b"\1" * (stray.end - stray.start)
            kept.append(stray)
    return sorted(kept, key=lambda stray: stray.start)


def _names_a_scheme(text: bytes) -> bool:
    return any(map(text.lower().__contains__, _PHONE_SCHEMES))


def _names_a_parameter(text: bytes) -> bool:
    return any(
        piece[-_LONGEST_NAME:].lower().replace(b"%5d", b"]").rstrip(_BEHIND).endswith(_NAME_ENDINGS)
        for piece in text.split(b"=")[:-1]
    )


def _without(record: bytes, places: Sequence[Place]) -> bytes:
    pieces, at = [], 0
    for place in places:
        pieces.append(record[at : place.start])
        at = place.end
    pieces.append(record[at:])
    return b"|".join(pieces)


def _places_in(text: str, offset: int, handle: str) -> list[Place]:
    found, at = [], 0
    for stray in strays_in(text):
        start = offset + len(text[at : stray.start].encode())
        offset = start + len(text[stray.start : stray.end].encode())
        at = stray.end
        whose = handle or _own_handle(stray)
        request = TokenRequest(stray.kind, stray.value, whose)
        found.append(Place(start, offset, request, is_whole=False))
    return found


def _own_handle(stray: Stray) -> str:
    if stray.kind in (EMAIL, PHONE):
        return f"{stray.kind.value}:{normalised(stray.kind, stray.value)}"
    return ""


def _replaced(text: str, mark: Callable[[Stray], str]) -> str:
    pieces, at = [], 0
    for stray in strays_in(text):
        pieces += [text[at : stray.start], mark(stray)]
        at = stray.end
    return "".join([*pieces, text[at:]])


def _parameters(reading: Reading) -> Iterator[Stray]:
    """Values of a URL's parameters that name a person."""
    if "=" not in reading.text:
        return
    for match in _PARAMETER.finditer(reading.text):
        kind = _kind_named(decoded(match[1]))
        value = kind and _VALUE.match(reading.text, match.end())
        if kind and value:
            plain = _whole(decoded(value[0]))
            if told := _kind_of_value(kind, plain):
                text = plain if told in (EMAIL, PHONE) else plain.replace("+", " ")
                yield _stray(reading, value.span(), told, text)


def _kind_named(name: str) -> PersonalKind | None:
    return next((kind for kind, pattern in _KINDS if pattern.fullmatch(name)), None)


def _kind_of_value(named: PersonalKind, value: str) -> PersonalKind | None:
    """Kind of a parameter's value; None if it is no person's, such as `{{ad.name}}`."""
    if is_token(value) or value[:1] in ("{", "["):
        return None
    if any(stray_span == (0, len(value)) for stray_span in _email_spans(value)):
        return EMAIL
    if named is EMAIL:
        return EMAIL if _AT.search(value) else None
    if named is PHONE:
        return PHONE if _PHONE_VALUE.fullmatch(value) else None
    is_told = any(map(str.isalpha if named is NAME else str.isalnum, value))
    return named if is_told else None


def _emails(reading: Reading) -> Iterator[Stray]:
    for span in _email_spans(reading.text):
        yield _stray(reading, span, EMAIL, _whole(reading.text[slice(*span)]))


def _email_spans(text: str) -> Iterator[tuple[int, int]]:
    for at in _AT.finditer(text):
        end = _domain_end(text, at.end())
        start = _local_start(text, at.start())
        if end and start < at.start():
            yield start, end


def _domain_end(text: str, start: int) -> int:
    """End of the domain that begins at `start`; 0 if there is none."""
    domain = _DOMAIN.match(text, start)
    labels = domain[0].split(".") if domain else []
    # Of `x.com.Thanks`, the sentence's next word is no part.
    while len(labels) > 1 and not ends_addresses(labels[-1]):
        labels.pop()
    return start + len(".".join(labels)) if len(labels) > 1 else 0


def _local_start(text: str, end: int) -> int:
    """Start of the part before the `@` at `end`; `end` if there is none."""
    back = _BACK_FROM_AT.match(text[max(0, end - _MAX_LOCAL) : end][::-1])
    start = end - len(back[0]) if back else end
    first = _NO_LETTER.match(text, start, end)
    return first.end() if first else start


def _phones(reading: Reading) -> Iterator[Stray]:
    for pattern in _PHONES:
        for match in pattern.finditer(reading.text):
            group = match.lastindex or 1
            if not _NO_PHONE.search(match[group]):
                yield _stray(reading, match.span(group), PHONE, match[group])


def _stray(reading: Reading, span: tuple[int, int], kind: PersonalKind, value: str) -> Stray:
    return Stray(reading.at[span[0]], reading.at[span[1]], kind, value)


def _whole(text: str) -> str:
    """`text` with surrogates in pairs, as escapes write them, put together."""
    if text.isascii():
        return text
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
