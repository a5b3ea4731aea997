"""A seeded shop read day by day equals the shop as it is at the end."""

from datetime import timedelta

import pytest

from tests.unit.sources.shopify.reading import reading
from trueup.core.window import Window
from trueup.sources.shopify.streams import CUSTOMERS, ORDERS
from trueup_simulators.world import World, WorldConfig

CONFIG = WorldConfig(scale="small", days=20)
DAYS_LATER = 5


def newest(shop, stream, versions, window):
    for record in shop.records(stream, window):
        if stream is ORDERS and record["customer"]:
            # It grows with later orders, which change no earlier one.
            del record["customer"]["numberOfOrders"]
        versions[record["id"]] = record


@pytest.mark.parametrize("stream", [ORDERS, CUSTOMERS], ids=lambda s: s.name)
def test_daily_reads_with_overlap_end_where_one_whole_read_ends(stream):
    start, now = CONFIG.clock_start - timedelta(days=30), CONFIG.clock_start
    daily, whole = {}, {}
    with reading(World(CONFIG), now=now) as shop:
        newest(shop, stream, daily, Window(start, now))
        before = dict(daily)
        for _ in range(DAYS_LATER):
            cursor, now = now, now + timedelta(days=1)
            shop.shop.clock.set(now)
            newest(shop, stream, daily, Window(cursor - stream.overlap, now))
        newest(shop, stream, whole, Window(start, now))
    assert daily == whole
    assert any(before[key] != whole[key] for key in before)


def test_refunds_that_come_later_arrive_with_their_orders():
    start, now = CONFIG.clock_start - timedelta(days=30), CONFIG.clock_start
    later = now + timedelta(days=10)
    with reading(World(CONFIG), now=now) as shop:
        versions = {}
        newest(shop, ORDERS, versions, Window(start, now))
        refunds = sum(len(order["refunds"]) for order in versions.values())
        shop.shop.clock.set(later)
        newest(shop, ORDERS, versions, Window(now - ORDERS.overlap, later))
        old = [o for o in versions.values() if o["createdAt"] < f"{now:%Y-%m-%dT%H:%M:%SZ}"]
    assert sum(len(order["refunds"]) for order in old) > refunds
