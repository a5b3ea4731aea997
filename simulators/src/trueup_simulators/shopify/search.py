"""The `query:` argument: terms on fields, joined by AND; a field it does not know is ignored.

Ignored, not refused: the vendor answers as if the term were not there and says so only in
`extensions.search`. Whole seconds count: `<=` and `>` take in, or leave out, the whole second.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

_TERM = re.compile(r"\s*(?:AND\s+)?(\w+):\s*(>=|<=|>|<)?('[^']*'|\"[^\"]*\"|[^\s'\"]+)")
_BEGIN = datetime(2000, 1, 1, tzinfo=UTC)
_END = datetime(2200, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)

TIME_FIELDS = frozenset({"updated_at", "created_at", "processed_at", "completed_at"})


class SearchSyntaxError(ValueError):
    """The search has a form that is not served."""


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open time."""

    since: datetime = _BEGIN
    until: datetime = _END

    def narrowed(self, comparator: str, instant: datetime) -> "Span":
        """This span and the comparison both."""
        since, until = self.since, self.until
        if comparator in (">=", ">", ""):
            since = max(since, instant + (_SECOND if comparator == ">" else timedelta(0)))
        if comparator in ("<", "<=", ""):
            until = min(until, instant + (timedelta(0) if comparator == "<" else _SECOND))
        return Span(since, until)

    def __contains__(self, instant: datetime) -> bool:
        return self.since <= instant < self.until


@dataclass(slots=True)
class Search:
    """Conditions of a search: spans of time fields, equal words, and ignored parts."""

    text: str
    spans: dict[str, Span] = field(default_factory=dict)
    words: dict[str, set[str]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)

    def span(self, name: str) -> Span:
        """The span of a time field; all time if it is not searched for."""
        return self.spans.get(name, Span())

    def accepts(self, name: str, value: str) -> bool:
        """True when the field has no condition, or its words include the value."""
        return name not in self.words or value.lower() in self.words[name]

    def warnings(self, path: list[str | int]) -> dict[str, Any] | None:
        """The entry of `extensions.search` for what was ignored."""
        if not self.ignored:
            return None
        message = "Invalid search field for this query."
        told = [{"field": n, "message": message, "code": "invalid_field"} for n in self.ignored]
        return {"path": path, "query": self.text, "warnings": told}


def parse_search(text: str | None, known: Collection[str], zone: ZoneInfo) -> Search:
    """The search; times without an offset are in the shop's zone.

    SearchSyntaxError for OR, NOT, brackets and free text, which are not served.
    """
    search, position, source = Search(text or ""), 0, (text or "").rstrip()
    while position < len(source):
        match = _TERM.match(source, position)
        if match is None:
            raise SearchSyntaxError(f"not served: {source[position:]!r}")
        position = match.end()
        _add(search, known, zone, match)
    return search


def _add(search: Search, known: Collection[str], zone: ZoneInfo, match: re.Match[str]) -> None:
    name, comparator, value = match[1], match[2] or "", match[3].strip("'\"")
    if name not in known:
        search.ignored.append(name)
    elif name in TIME_FIELDS:
        search.spans[name] = search.span(name).narrowed(comparator, _instant(value, zone))
    else:
        search.words.setdefault(name, set()).add(f"{comparator}{value}".lower())


def _instant(value: str, zone: ZoneInfo) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError as error:
        raise SearchSyntaxError(f"not a time: {value!r}") from error
    return (instant if instant.tzinfo else instant.replace(tzinfo=zone)).astimezone(UTC)
