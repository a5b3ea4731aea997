"""The GraphQL documents, each cut down to one operation and the fragments it needs."""

import re
from functools import cache
from importlib.resources import files

API_VERSION = "2026-10"

# Of each stream's file one operation at a time is sent: the others would only be parsed again.
DOCUMENT_FILES = ("orders", "customers", "products", "shop", "bulk_operations")
BULK_FILES = ("bulk_customers", "bulk_products")

_DEFINITION = re.compile(r"^(query|mutation|fragment) (\w+)", re.MULTILINE)
_SPREAD = re.compile(r"\.\.\.(\w+)")
_COMMENT = re.compile(r"^\s*#.*\n", re.MULTILINE)


def document(operation: str) -> str:
    """The text of an operation with its fragments; KeyError for an unknown name."""
    return _documents()[operation]


def operations() -> tuple[str, ...]:
    """The names of all operations."""
    return tuple(_documents())


def bulk_document(name: str, search: str) -> str:
    """A bulk query with its search filled in; `search` holds no double quotes."""
    return _text(name).replace("$search", search)


@cache
def _documents() -> dict[str, str]:
    found: dict[str, str] = {}
    for name in DOCUMENT_FILES:
        text = _text(name)
        starts = [*_DEFINITION.finditer(text)]
        ends = [match.start() for match in starts[1:]] + [len(text)]
        parts = {m[2]: text[m.start() : end].strip() for m, end in zip(starts, ends, strict=True)}
        found |= {m[2]: _with_fragments(m[2], parts) for m in starts if m[1] != "fragment"}
    return found


def _with_fragments(operation: str, parts: dict[str, str]) -> str:
    needed = [operation]
    for name in needed:
        needed += [spread for spread in _SPREAD.findall(parts[name]) if spread in parts]
    return "\n\n".join(parts[name] for name in dict.fromkeys(needed))


def _text(name: str) -> str:
    path = files("trueup.sources.shopify").joinpath(f"queries/{name}.graphql")
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))
