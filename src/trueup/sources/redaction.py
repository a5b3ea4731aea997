"""Keeps secrets out of addresses and messages."""

import hashlib
import html.entities
import json
import logging
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_plus

import httpx

from trueup.errors import TrueupError

REDACTED = "REDACTED"
# Shorter values, such as an empty or a numeric one, would be found everywhere in a message.
MIN_SECRET_LENGTH = 6
KEPT_BODY_BYTES = 16_384
MAX_MESSAGE = 2_000

_SECRET_PARAMETER = re.compile(
    r"(?i)(access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|token|api[_-]?key|key"
    r"|.*secret|password|appsecret_proof|sig|(x-[a-z]+-)?signature|(x-[a-z]+-)?credential"
    r"|x-[a-z]+-security-token|.*accesskeyid|(client_)?assertion|authorization|private_key"
    r"|code_verifier)"
)
_SECRET_HEADER = re.compile(r"(?i).*(authorization|token|secret|key|cookie|password|proof).*")
_PARAMETER = re.compile(r"([?&])([^=&#]*)=([^&#]*)")
# Any name before a value, in JSON (inside a text of JSON too), in a form, in a query.
_NAME = re.compile(r"([\w.-]+)\\*[\"']?\s*[:=]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
_BACKSLASH = r"(?:\\|%(?:25)*5c)"
_USER_INFO = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*@", re.IGNORECASE)


def redacted_url(url: str) -> str:
    """`url` with the values of secret query parameters, and user info, taken out."""

    def shown(match: re.Match[str]) -> str:
        if _SECRET_PARAMETER.fullmatch(unquote(match[2])):
            return f"{match[1]}{match[2]}={REDACTED}"
        return match[0]

    return _PARAMETER.sub(shown, _USER_INFO.sub(rf"\1{REDACTED}@", url))


def secret_parameters(url: str) -> set[str]:
    """The values of secret query parameters of `url`."""
    return {
        unquote(value)
        for _, name, value in _PARAMETER.findall(url)
        if _SECRET_PARAMETER.fullmatch(unquote(name))
    }


def secret_header_values(headers: Mapping[str, str]) -> set[str]:
    """The values of headers that carry a credential, and the bare token of `Bearer <token>`."""
    values = {value for name, value in headers.items() if _SECRET_HEADER.fullmatch(name)}
    return values | {value.rpartition(" ")[2] for value in values}


def secret_body_values(content: bytes | None) -> set[str]:
    """The values of secret names in a request's body, which is a form or JSON."""
    text = (content or b"").decode("utf-8", "replace")
    return set(_secret_values(text, is_secret=False)) if _has_secret_name(text) else set()


def _has_secret_name(text: str) -> bool:
    names = _NAME.findall(unquote_plus(text))
    return any(_SECRET_PARAMETER.fullmatch(name) for name in names)


def _secret_values(value: object, *, is_secret: bool) -> Iterator[str]:
    """Every text behind a secret name; a text may itself be JSON or a form."""
    if isinstance(value, str):
        if is_secret:
            yield value
        inner = _parsed(value)
        if inner is not None:
            yield from _secret_values(inner, is_secret=is_secret)
    elif isinstance(value, dict):
        for name, inner in value.items():
            named_secret = _SECRET_PARAMETER.fullmatch(name) is not None
            yield from _secret_values(inner, is_secret=is_secret or named_secret)
    elif isinstance(value, list):
        for inner in value:
            yield from _secret_values(inner, is_secret=is_secret)


def _parsed(text: str) -> dict[str, Any] | list[Any] | None:
    if text.lstrip()[:1] in ("{", "["):
        try:
            parsed: dict[str, Any] | list[Any] = json.loads(text)
        except (ValueError, RecursionError):
            return None
        return parsed
    return dict(parse_qsl(text)) or None


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`, however they are encoded: some vendors echo a request."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= MIN_SECRET_LENGTH:
            text = re.sub("".join(map(_spellings, secret)), REDACTED, text)
    return redacted_url(text)


def _spellings(character: str) -> str:
    r"""A pattern for `character` as it is, or escaped as in `\/`, `%2F`, `\u002f` or `&#47;`."""
    if character.isascii() and character.isalnum():
        return character
    codes = "".join(f"%(?:25)*{byte:02x}" for byte in character.encode("utf-8", "replace"))
    escapes = "".join(rf"{_BACKSLASH}+u{int.from_bytes(unit):04x}" for unit in _utf16(character))
    name = html.entities.codepoint2name.get(ord(character), "apos")
    entity = f"&(?:amp;)*(?:#0*{ord(character)}|#x0*{ord(character):x}|{name});"
    space = "|[+ ]" if character in "+ " else ""
    return rf"(?i:{_BACKSLASH}*(?:{re.escape(character)}|{codes}{space})|{escapes}|{entity})"


def _utf16(character: str) -> list[bytes]:
    raw = character.encode("utf-16-be", "replace")
    return [raw[at : at + 2] for at in range(0, len(raw), 2)]


def scrubbed(error: TrueupError, secrets: Collection[str]) -> TrueupError:
    """`error` with known secrets taken out, and cut to a length that can be read.

    Cut afterwards: of a secret that was cut, the rest would no longer be found.
    """
    error.message = scrub(error.message, secrets)[:MAX_MESSAGE]
    error.hint, error.why = scrub(error.hint, secrets), scrub(error.why, secrets)
    error.args = (error.message,)
    return error


def shown_body(content: bytes | None, secrets: Iterable[str]) -> tuple[str, str]:
    """The hash and the text of a request's body, as they may be kept.

    Of a large body there is no text. Of one that may hold a secret or an e-mail address there is
    nothing: it could be guessed from a hash.
    """
    if not content:
        return "", ""
    text = content.decode("utf-8", "replace")
    plain = unquote_plus(text)
    is_secret = any(_SECRET_PARAMETER.fullmatch(name) for name in _NAME.findall(plain))
    if is_secret or scrub(plain, secrets) != plain or _EMAIL.search(plain):
        return "", ""
    return hashlib.sha256(content).hexdigest(), text if len(content) <= KEPT_BODY_BYTES else ""


class _RedactUrls(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                redacted_url(str(arg)) if isinstance(arg, httpx.URL) else arg for arg in record.args
            )
        return True


# httpx logs each request's full address at level INFO, which is on in many deployments.
logging.getLogger("httpx").addFilter(_RedactUrls())
