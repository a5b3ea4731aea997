"""The shop's own sums of each local day."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from tests.unit.simulators.shopify.a_shop import an_order
from tests.unit.sources.shopify.reading import ACCOUNT, a_world, reading
from trueup.core.window import Window
from trueup.errors import ContractError
from trueup.sources.shopify import totals
from trueup.sources.shopify.streams import CUSTOMERS, ORDERS
from trueup_simulators.faults import FaultRule

NEW_YORK = ZoneInfo("America/New_York")
DAYS = Window.of_days(date(2026, 7, 1), date(2026, 7, 4), NEW_YORK)


def created(number, *at, total="10.00", **changes):
    moment = datetime(*at, tzinfo=UTC)
    times = dict.fromkeys(("created_at", "processed_at", "updated_at"), moment)
    return replace(an_order(number), total=Decimal(total), **times, **changes)


# Midnight in New York is 04:00 UTC.
ORDERS_OF_3_DAYS = a_world(
    [
        created(1, 2026, 7, 1, 3, 59, total="1000.00"),
        created(2, 2026, 7, 1, 4, 0, total="0.10"),
        created(3, 2026, 7, 2, 3, 59, total="0.20"),
        created(4, 2026, 7, 3, 12, 0, total="5.55", test=True),
        created(5, 2026, 7, 4, 4, 0, total="2000.00"),
    ]
)


def by_day(shop):
    found = shop.source.totals(ORDERS, ACCOUNT, DAYS)
    return [(t.window.since.day, t.name, t.value) for t in found]


def test_every_local_day_has_its_count_and_its_sum():
    with reading(ORDERS_OF_3_DAYS) as shop:
        assert by_day(shop) == [
            (1, "order_count", Decimal(2)),
            (1, "total_amount", Decimal("0.30")),
            (2, "order_count", Decimal(0)),
            (2, "total_amount", Decimal(0)),
            (3, "order_count", Decimal(1)),
            (3, "total_amount", Decimal("5.55")),
        ]


def test_a_span_too_large_for_one_search_is_halved(monkeypatch):
    with reading(ORDERS_OF_3_DAYS) as shop:
        whole = by_day(shop)
        monkeypatch.setattr(totals, "OBJECTS_PER_SEARCH", 1)
        assert by_day(shop) == whole


def test_a_listing_that_lost_its_end_is_refused():
    world = a_world([created(n, 2026, 7, 2, 12, 0) for n in range(1, 300)])
    rule = FaultRule(kind="last_page_lost", op="orders")
    with reading(world, rule) as shop, pytest.raises(ContractError, match="299 records announced"):
        by_day(shop)


def test_an_order_that_is_delivered_twice_counts_once():
    rule = FaultRule(kind="duplicate_delivery", op="orders", times=None)
    with reading(ORDERS_OF_3_DAYS) as shop:
        once = by_day(shop)
    with reading(ORDERS_OF_3_DAYS, rule) as shop:
        assert by_day(shop) == once
        assert shop.faults.fired()


def test_other_streams_have_no_totals():
    with reading(ORDERS_OF_3_DAYS) as shop:
        assert shop.source.totals(CUSTOMERS, ACCOUNT, DAYS) == []
