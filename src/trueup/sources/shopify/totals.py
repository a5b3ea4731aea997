"""Control totals of each day's orders, from a listing with few fields."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

import msgspec

from trueup.core.page import ControlTotal
from trueup.core.window import Window
from trueup.errors import IncompleteReadError
from trueup.sources.pagination import PageChain
from trueup.sources.shopify.client import GraphqlApi
from trueup.sources.shopify.search_queries import (
    LARGEST_PAGE,
    OBJECTS_PER_SEARCH,
    count_of,
    follow,
    instant,
    search_between,
)


class _Money(msgspec.Struct):
    amount: str


class _Bag(msgspec.Struct, rename="camel"):
    shop_money: _Money


class _Order(msgspec.Struct, rename="camel"):
    id: str
    created_at: datetime
    total_price_set: _Bag


def day_totals(api: GraphqlApi, window: Window, zone: ZoneInfo) -> list[ControlTotal]:
    """`order_count` and `total_amount` of every local day of the window, days without orders too.

    Raises IncompleteReadError when the listing and the shop's own count of it differ.
    """
    orders: dict[str, _Order] = {}
    for part in parts(api, window, zone):
        orders |= _created(api, part)
    counts: dict[date, int] = {}
    amounts: dict[date, Decimal] = {}
    for order in orders.values():
        day = order.created_at.astimezone(zone).date()
        counts[day] = counts.get(day, 0) + 1
        amount = _amount(order.total_price_set.shop_money.amount)
        amounts[day] = amounts.get(day, Decimal(0)) + amount
    return [
        total
        for day in window.days(zone)
        for total in _of_day(Window.of_day(day, zone), counts.get(day, 0), amounts.get(day))
    ]


def _amount(text: str) -> Decimal:
    """The amount, or no number at all: then the sum of its day is none either."""
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _of_day(day: Window, count: int, amount: Decimal | None) -> tuple[ControlTotal, ControlTotal]:
    return (
        ControlTotal(window=day, name="order_count", value=Decimal(count)),
        ControlTotal(window=day, name="total_amount", value=amount or Decimal(0)),
    )


def parts(api: GraphqlApi, window: Window, zone: ZoneInfo) -> Iterator[Window]:
    """The window in parts whose orders one search can list; a single day is never cut."""
    days = window.days(zone)
    if len(days) < 2 or count_of(api, "OrdersCount", _search(window)) <= OBJECTS_PER_SEARCH:
        yield window
        return
    middle = days[len(days) // 2]
    yield from parts(api, Window.of_days(days[0], middle, zone), zone)
    cut = Window.of_day(middle, zone).since
    yield from parts(api, Window(cut, window.until), zone)


def _created(api: GraphqlApi, window: Window) -> dict[str, _Order]:
    """The window's orders by id; one that is delivered twice counts once."""
    search, cursor = _search(window), None
    announced = count_of(api, "OrdersCount", search)
    chain = PageChain(f"order totals {search}")
    orders: dict[str, _Order] = {}
    while True:
        variables = {"after": cursor, "search": search}
        reply = api.page("OrderTotals", variables, ("orders", "nodes"), LARGEST_PAGE)
        listed = [msgspec.json.decode(record, type=_Order) for record in reply.records]
        cursor = follow(chain, reply, "orders", [order.id for order in listed])
        orders |= {order.id: order for order in listed}
        if cursor is None:
            break
    if len(orders) != announced:
        raise IncompleteReadError(
            f"order totals {search}: {announced} records announced, {len(orders)} received",
            why="The window is not proved complete, so nothing of it was committed.",
            hint="Run again; if it stays, the vendor's paging changed.",
        )
    return orders


def _search(window: Window) -> str:
    return search_between("created_at", instant(window.since), instant(window.until))
