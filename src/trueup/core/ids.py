"""Names that are safe in paths, tables and logs."""

import hashlib
import re

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,80}")


def is_identifier(name: str) -> bool:
    """True for names that may become part of a table's name or a path."""
    return _IDENTIFIER.fullmatch(name) is not None


def safe_slug(name: str) -> str:
    """A file-name part for any text: the text itself when harmless, else cleaned plus a hash."""
    if _SAFE.fullmatch(name) and ".." not in name:
        return name
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    cleaned = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:40]
    return f"{cleaned or 'x'}-{digest}"
