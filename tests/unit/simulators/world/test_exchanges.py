"""An exchange as the shop shows it: what comes back pays for what the order gets instead."""

from datetime import timedelta

from trueup_simulators.world import Order, World, WorldConfig

WORLD = World(WorldConfig(scale="demo"))
START, AT = WORLD.config.clock_start - timedelta(days=61), WORLD.config.clock_start
ORDERS = [WORLD.order(number, AT) for number in WORLD.order_ids_created(START, AT, AT)]
EXCHANGES = [order for order in ORDERS if any(refund.adjustment for refund in order.refunds)]


def kept(order: Order) -> object:
    signs = {"SALE": 1, "CAPTURE": 1, "REFUND": -1, "AUTHORIZATION": 0}
    return sum(signs[payment.kind] * payment.amount for payment in order.transactions)


def test_there_are_exchanges_for_more_and_for_less() -> None:
    paid_out = [order for order in EXCHANGES if order.refunds[0].total]
    paid_more = [order for order in EXCHANGES if not order.refunds[0].total]
    assert len(paid_out) > 3
    assert len(paid_more) > 3


def test_the_shop_keeps_what_the_goods_that_are_kept_are_worth() -> None:
    for order in EXCHANGES:
        assert kept(order) == order.total - order.total_returned


def test_an_exchange_adjusts_what_is_not_paid_out() -> None:
    for order in EXCHANGES:
        refund = order.refunds[0]
        assert refund.total == refund.returned - refund.adjustment
        assert 0 < refund.adjustment <= refund.returned
