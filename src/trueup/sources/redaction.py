"""Keeps secrets out of addresses and messages."""

import hashlib
import logging
import re
from collections.abc import Collection, Iterable, Mapping
from urllib.parse import unquote, unquote_plus

import httpx

from trueup.errors import TrueupError

REDACTED = "REDACTED"
# Shorter values, such as an empty or a numeric one, would be found everywhere in a message.
MIN_SECRET_LENGTH = 6
KEPT_BODY_BYTES = 16_384

_SECRET_PARAMETER = re.compile(
    r"(?i)(access[_-]?token|refresh[_-]?token|id[_-]?token|auth[_-]?token|token|api[_-]?key|key"
    r"|.*secret|password|appsecret_proof|sig|(x-[a-z]+-)?signature|(x-[a-z]+-)?credential"
    r"|x-[a-z]+-security-token|.*accesskeyid|assertion|authorization)"
)
_SECRET_HEADER = re.compile(r"(?i).*(authorization|token|secret|key|cookie|password|proof).*")
_PARAMETER = re.compile(r"([?&])([^=&#]*)=([^&#]*)")
# Any name before a value, in JSON (inside a text of JSON too), in a form, in a query.
_NAME = re.compile(r"([\w.-]+)\\*[\"']?\s*[:=]")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.\w")
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


def scrub(text: str, secrets: Iterable[str]) -> str:
    """`text` without any of `secrets`, whoever put them there: some vendors echo the token."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= MIN_SECRET_LENGTH:
            text = text.replace(secret, REDACTED)
    return redacted_url(text)


def scrubbed(error: TrueupError, secrets: Collection[str]) -> TrueupError:
    """`error` with known secrets taken out: some vendors echo the token in their message."""
    error.message = scrub(error.message, secrets)
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
