"""The ways in which a field gets its value."""

from collections.abc import Callable, Mapping
from typing import Any

from trueup_simulators.shopify.paging import page_of_list
from trueup_simulators.shopify.plan import Plain, Resolver
from trueup_simulators.shopify.resolve.sources import gid

Table = dict[str, Resolver]
value = Plain


def member(name: str) -> Callable[[Mapping[str, Any]], Any]:
    """A value of a mapping."""
    return lambda source: source.get(name)


def values(**getters: Any) -> Table:
    """Fields that need nothing but the source."""
    return {name: value(get) for name, get in getters.items()}


def ids(kind: str, get: Any) -> Table:
    """The two ids of a type, both made from its number."""
    return values(
        id=lambda source: gid(kind, get(source)), legacyResourceId=lambda source: str(get(source))
    )


def paged(get: Any) -> Resolver:
    """A connection over a list."""
    return lambda source, args, _context: page_of_list(get(source), args)


def limited(get: Any) -> Resolver:
    """A plain list, cut at the `first` that was asked for."""
    return lambda source, args, _context: get(source)[: args.get("first")]
