"""The shop over the seeded world: its orders are the world's."""

from datetime import date
from decimal import Decimal

import pytest

from tests.unit.simulators.shopify.a_shop import serving
from trueup.sources.shopify.documents import document
from trueup_simulators.shopify.resolve.payments import all_transactions
from trueup_simulators.world import World, WorldConfig

CONFIG = WorldConfig(scale="small", days=20, start=date(2026, 6, 1))


@pytest.fixture(scope="module")
def told():
    """Every order of a small world as the shop shows it, and the world."""
    world, orders, after = World(CONFIG), [], None
    with serving(world, now=CONFIG.clock_start) as shop:
        while True:
            answer = shop.post(document("Orders"), first=25, after=after, search="")
            orders += answer["data"]["orders"]["nodes"]
            info = answer["data"]["orders"]["pageInfo"]
            after = info["endCursor"]
            if not info["hasNextPage"]:
                return world, orders


def shop_amount(bag):
    return Decimal(bag["shopMoney"]["amount"])


def test_every_order_of_the_world_is_told_once(told):
    world, orders = told
    known = world.order_ids_created(*span(), CONFIG.clock_start)
    assert sorted(int(o["id"].rpartition("/")[2]) for o in orders) == sorted(known)
    assert len(known) > 200


def span():
    return CONFIG.clock_start.replace(year=2000), CONFIG.clock_start.replace(year=2100)


def test_amounts_of_every_order_add_up(told):
    for order in told[1]:
        parts = ["subtotalPriceSet", "totalShippingPriceSet"]
        parts += [] if order["taxesIncluded"] else ["totalTaxSet"]
        parts += ["totalTipReceivedSet"]
        parts += ["originalTotalDutiesSet"] if order["originalTotalDutiesSet"] else []
        assert shop_amount(order["totalPriceSet"]) == sum(shop_amount(order[p]) for p in parts)


def test_some_orders_were_placed_at_prices_with_tax(told):
    included = sum(order["taxesIncluded"] for order in told[1])
    assert 20 < included < len(told[1]) / 4


def test_lines_less_discounts_are_the_subtotal(told):
    for order in told[1]:
        if order["lineItems"]["pageInfo"]["hasNextPage"]:
            continue
        net = Decimal(0)
        for line in order["lineItems"]["nodes"]:
            net += shop_amount(line["originalUnitPriceSet"]) * line["quantity"]
            allocations = line["discountAllocations"]
            net -= sum(shop_amount(a["allocatedAmountSet"]) for a in allocations)
        # A tip is a line of its own, and no goods.
        assert net - shop_amount(order["totalTipReceivedSet"]) == shop_amount(
            order["subtotalPriceSet"]
        )


def test_refund_payments_are_what_was_refunded(told):
    refunds = [refund for order in told[1] for refund in order["refunds"]]
    assert refunds
    for refund in refunds:
        paid = sum(shop_amount(t["amountSet"]) for t in refund["transactions"]["nodes"])
        assert paid == shop_amount(refund["totalRefundedSet"])


def test_transactions_of_an_order_include_those_of_its_refunds(told):
    world, orders = told
    refunded = next(o for o in orders if o["refunds"])
    order = world.order(int(refunded["id"].rpartition("/")[2]), CONFIG.clock_start)
    assert len(refunded["transactions"]) == len(all_transactions(order))
    assert "REFUND" in {t["kind"] for t in refunded["transactions"]}
