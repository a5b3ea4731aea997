"""Normalised personal values, and the random tokens that replace them."""

import ipaddress
import os
import re
import unicodedata

import msgspec
import numpy as np

from trueup.core.stream import PersonalKind

_ALPHABET = np.frombuffer(b"abcdefghijklmnopqrstuvwxyz234567", np.uint8)
_TOKEN_LENGTH = 26  # five bits each: 130 random bits
_TOKEN = re.compile(r"tok_[a-z]+_[a-z2-7]{26}")


class TokenRequest(msgspec.Struct, frozen=True, gc=False):
    """A personal value that needs a token.

    `subject_handle` is the source's id of the person; empty when the record names none, and then
    the value itself stands for the person.
    """

    kind: PersonalKind
    value: str
    subject_handle: str = ""


def normalised(kind: PersonalKind, value: str) -> str:
    """The form in which two values of `kind` are compared: equal forms get equal tokens."""
    if kind is PersonalKind.EMAIL:
        return value.strip().casefold() if value.isascii() else _folded(value)
    if kind is PersonalKind.PHONE:
        return _normalised_phone(value)
    if kind is PersonalKind.IP:
        return _normalised_ip(value)
    return value if value.isascii() else unicodedata.normalize("NFC", value)


def random_tokens(kinds: list[PersonalKind]) -> list[str]:
    """One new token per kind, such as `tok_email_` and 26 letters and digits."""
    count = len(kinds)
    places = np.frombuffer(os.urandom(count * _TOKEN_LENGTH), np.uint8) & 31
    letters = _ALPHABET[places].tobytes().decode("ascii")
    starts = range(0, count * _TOKEN_LENGTH, _TOKEN_LENGTH)
    return [
        f"tok_{kind.value}_{letters[start : start + _TOKEN_LENGTH]}"
        for kind, start in zip(kinds, starts, strict=True)
    ]


def is_token(text: str) -> bool:
    """True when `text` has the form of a token."""
    return _TOKEN.fullmatch(text) is not None


def _folded(value: str) -> str:
    # Folding can undo the normal form, so that it is taken again.
    folded = unicodedata.normalize("NFKC", value).strip().casefold()
    return unicodedata.normalize("NFKC", folded)


def _normalised_phone(value: str) -> str:
    """Digits with a leading `+` for international numbers, whichever way they were typed."""
    text = unicodedata.normalize("NFKC", value).strip()
    digits = "".join(str(unicodedata.decimal(c)) for c in text if c.isdecimal())
    if not digits:
        return text
    if text.startswith("+"):
        return f"+{digits}"
    return f"+{digits[2:]}" if digits.startswith("00") else digits


def _normalised_ip(value: str) -> str:
    try:
        address = ipaddress.ip_address(value.strip())
    except ValueError:
        return value.strip().casefold()
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)
