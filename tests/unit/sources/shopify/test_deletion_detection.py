"""Deletion detection: an order that is missing from its day's listing counts as deleted."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simulators.shopify.a_shop import NOW, an_order
from tests.unit.sources.shopify.reading import a_world, reading
from trueup.core.window import Window
from trueup.errors import AccessError, ContractError, TransientError
from trueup.sources.shopify import totals
from trueup.sources.shopify.streams import LISTED_ORDERS
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.settings import SCOPES, ShopSettings

NEW_YORK = ZoneInfo("America/New_York")
DAYS = Window.of_days(date(2026, 7, 1), date(2026, 8, 2), NEW_YORK)
SIXTY_DAYS = ShopSettings(scopes=SCOPES - {"read_all_orders"})


def created(number: int, at: datetime, **changes: object):
    times = dict.fromkeys(("created_at", "processed_at", "updated_at"), at)
    return replace(an_order(number), **times, **changes)


def a_month(orders: int):
    first = datetime(2026, 7, 2, 12, tzinfo=UTC)
    return a_world([created(n, first + timedelta(hours=n)) for n in range(1, orders + 1)])


def test_every_order_is_listed_with_id_and_time_and_nothing_else():
    with reading(a_month(300)) as shop:
        records = shop.records(LISTED_ORDERS, DAYS)
    assert records[0] == {"id": "gid://shopify/Order/1", "createdAt": "2026-07-02T13:00:00Z"}
    assert [record["id"].rpartition("/")[2] for record in records] == [
        str(n) for n in range(1, 301)
    ]


def test_a_test_order_is_listed_too():
    world = a_world([created(1, NOW - timedelta(days=2), test=True)])
    with reading(world) as shop:
        assert shop.ids(LISTED_ORDERS, DAYS) == [1]


def test_an_order_is_listed_from_an_hour_on():
    ages = {1: timedelta(hours=1, seconds=1), 2: timedelta(hours=1), 3: timedelta(minutes=2)}
    world = a_world([created(number, NOW - age) for number, age in ages.items()])
    with reading(world) as shop:
        assert shop.ids(LISTED_ORDERS, DAYS) == [1]


def test_a_listing_takes_a_request_per_250_orders_and_one_to_count_and_one_to_prove():
    with reading(a_month(300)) as shop:
        shop.records(LISTED_ORDERS, DAYS)
        assert len(shop.faults.requests) == 4


def test_a_span_too_large_for_one_search_is_halved(monkeypatch):
    with reading(a_month(300)) as shop:
        whole = shop.ids(LISTED_ORDERS, DAYS)
        monkeypatch.setattr(totals, "OBJECTS_PER_SEARCH", 100)
        assert shop.ids(LISTED_ORDERS, DAYS) == whole


def test_a_listing_that_lost_its_end_is_refused():
    rule = FaultRule(kind="last_page_lost", op="orders")
    with reading(a_month(300), rule) as shop, pytest.raises(TransientError, match="300"):
        shop.records(LISTED_ORDERS, DAYS)


@pytest.mark.parametrize("value", ["nan", "no_key", "duplicate_key", "lone_surrogate", "huge_text"])
def test_a_record_that_cannot_be_read_is_never_taken_for_a_missing_one(value):
    rule = FaultRule(kind="bad_value", op="orders", params={"value": value})
    with reading(a_month(3), rule) as shop, pytest.raises(ContractError, match="cannot be read"):
        shop.records(LISTED_ORDERS, DAYS)


def test_old_days_are_not_listed_by_a_token_that_does_not_see_them_whole():
    old = Window.of_days(date(2026, 5, 1), date(2026, 6, 3), NEW_YORK)
    with reading(a_month(3), settings=SIXTY_DAYS, accept_sixty_days=True) as shop:
        with pytest.raises(AccessError, match="2026-05-01"):
            shop.records(LISTED_ORDERS, old)
        assert shop.ids(LISTED_ORDERS, DAYS) == [1, 2, 3]


def test_what_a_sync_reads_again_is_seen_whole_without_read_all_orders():
    first = NOW.astimezone(NEW_YORK).date() - LISTED_ORDERS.lookback
    oldest = Window.of_day(first, NEW_YORK).since
    # The end of that day in New York, with the longest day there is before it.
    assert NOW + timedelta(hours=25) - oldest < timedelta(days=60, hours=2)
    world = a_world([created(1, oldest)])
    with reading(world, settings=SIXTY_DAYS, accept_sixty_days=True) as shop:
        assert shop.ids(LISTED_ORDERS, Window(oldest, DAYS.until)) == [1]
