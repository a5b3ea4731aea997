"""Counts, and the pages of every connection."""

from dataclasses import dataclass

from trueup_simulators.shopify.paging import Page
from trueup_simulators.shopify.resolve.getters import Table, values


@dataclass(frozen=True, slots=True)
class Counted:
    """A count; not exact when it stopped at a limit."""

    count: int
    exact: bool = True


OBJECTS: dict[str, Table] = {
    "Count": values(
        count=lambda c: c.count, precision=lambda c: "EXACT" if c.exact else "AT_LEAST"
    ),
    "PageInfo": values(
        hasNextPage=lambda p: p.has_next,
        hasPreviousPage=lambda p: p.has_previous,
        startCursor=lambda p: p.start_cursor,
        endCursor=lambda p: p.end_cursor,
    ),
}

CONNECTION: Table = values(nodes=lambda p: p.nodes, edges=Page.edges, pageInfo=lambda p: p)
EDGE: Table = values(cursor=lambda edge: edge[0], node=lambda edge: edge[1])
