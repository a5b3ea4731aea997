"""ConnectionPool at the root: objects in the order of a time and an id, searched and paged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from graphql import GraphQLError

from trueup_simulators.shopify.paging import CursorError, Page, decode_cursor, encode_cursor
from trueup_simulators.shopify.plan import DocumentError
from trueup_simulators.shopify.search import Span

_TICK = timedelta(microseconds=1)


@dataclass(slots=True)
class Keyset:
    """Objects sorted by (`value`, id); `ids_between` gives the ids of a half-open span."""

    ids_between: Callable[[datetime, datetime], Sequence[int]]
    load: Callable[[int], Any]
    value: Callable[[Any], datetime]
    accepts: Callable[[Any], bool]
    span: Span

    def everything(self) -> list[Any]:
        """All accepted objects, in order."""
        ids = self.ids_between(self.span.since, self.span.until)
        return [item for item in map(self.load, ids) if self.accepts(item)]

    def page(self, args: Mapping[str, Any], furthest: int) -> Page:
        """One page; DocumentError for a request that cannot be paged."""
        size = args.get("first")
        if size is None:
            raise _refusal("you must provide one of first or last")
        place = _place(args.get("after"))
        seen = place[2] if place else 0
        if seen + size > furthest:
            raise _refusal(f"Cursors reach {furthest} objects; narrow the search")
        found = self._following(place, size + 1, reverse=bool(args.get("reverse")))
        nodes = found[:size]

        def cursor(position: int) -> str:
            item = nodes[position]
            return encode_cursor(item.id, self.value(item).isoformat(), seen + position + 1)

        return Page(nodes, cursor, len(found) > size, seen > 0)

    def _following(
        self, place: tuple[int, datetime, int] | None, wanted: int, *, reverse: bool
    ) -> list[Any]:
        since, until = self.span.since, self.span.until
        if place and reverse:
            until = min(until, place[1] + _TICK)
        elif place:
            since = max(since, place[1])
        found: list[Any] = []
        ids = self.ids_between(since, max(since, until))
        for number in reversed(ids) if reverse else ids:
            item = self.load(number)
            if self._is_beyond(item, place, reverse=reverse) and self.accepts(item):
                found.append(item)
            if len(found) == wanted:
                break
        return found

    def _is_beyond(
        self, item: Any, place: tuple[int, datetime, int] | None, *, reverse: bool
    ) -> bool:
        if place is None:
            return True
        here, there = (self.value(item), item.id), (place[1], place[0])
        return here < there if reverse else here > there


def _place(after: str | None) -> tuple[int, datetime, int] | None:
    if after is None:
        return None
    try:
        last_id, value, seen = decode_cursor(after)
        return last_id, datetime.fromisoformat(value), seen
    except (CursorError, ValueError) as error:
        raise _refusal(f"Invalid cursor for current pagination sort: {after}") from error


def _refusal(message: str) -> DocumentError:
    return DocumentError([GraphQLError(message, extensions={"code": "BAD_USER_INPUT"})])
