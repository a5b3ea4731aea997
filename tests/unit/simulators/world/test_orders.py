"""Orders add up to the cent and change as shops see them change."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from trueup_simulators.world import Order, Plant, World, WorldConfig

WORLD = World(WorldConfig(scale="demo"))
START, AT = WORLD.config.clock_start - timedelta(days=61), WORLD.config.clock_start
IDS = WORLD.order_ids_created(START, AT, AT)
ORDERS = [WORLD.order(order_id, AT) for order_id in IDS]


def test_there_are_150_to_350_orders_a_day() -> None:
    days = Counter((order.created_at - timedelta(hours=4)).date() for order in ORDERS)
    assert all(100 < count < 420 for count in list(days.values())[1:-1])
    assert 150 < len(ORDERS) / 60 < 250


def test_totals_add_up_to_the_cent() -> None:
    for order in ORDERS:
        assert order.subtotal == sum(line.net for line in order.lines)
        assert order.total_discounts == sum(line.discount for line in order.lines)
        assert order.total_tax == sum(line.tax for line in order.lines)
        besides = order.shipping + order.total_tax + order.tip + order.duties
        assert order.total == order.subtotal + besides
        assert all(0 <= line.discount <= line.gross for line in order.lines)


def test_a_few_orders_have_tips_or_duties() -> None:
    assert 100 < sum(order.tip > 0 for order in ORDERS) < len(ORDERS) / 20
    assert 50 < sum(order.duties > 0 for order in ORDERS) < len(ORDERS) / 20


def test_payments_cover_the_total_once_captured() -> None:
    for order in ORDERS:
        paid = sum(t.amount for t in order.transactions if t.kind in ("SALE", "CAPTURE"))
        exchanged = sum(refund.adjustment for refund in order.refunds)
        due = order.original_total if order.financial_status == "PARTIALLY_PAID" else order.total
        assert paid == (0 if order.financial_status == "AUTHORIZED" else due - exchanged)


def test_refunds_never_exceed_what_was_bought() -> None:
    for order in ORDERS:
        lines = {line.id: line for line in order.lines}
        back: Counter[int] = Counter()
        for refund in order.refunds:
            assert refund.total == sum(t.amount for t in refund.transactions)
            for part in refund.lines:
                back[part.line_id] += part.quantity
        assert all(count <= lines[line].quantity for line, count in back.items())
        assert all(line.current_quantity == line.quantity - back[line.id] for line in order.lines)
        assert order.total_refunded <= order.total


def test_cancelled_orders_are_given_back_whole() -> None:
    cancelled = [order for order in ORDERS if order.cancelled_at]
    assert len(cancelled) > 100
    assert all(order.total_refunded == order.total for order in cancelled)
    assert all(order.financial_status == "REFUNDED" for order in cancelled if order.total)


@pytest.mark.parametrize(
    ("case", "least"),
    [
        (lambda order: order.test, 50),
        (lambda order: order.customer_id is None and not order.test, 800),
        (lambda order: len(order.refunds) == 2, 50),
        (lambda order: any(len(refund.lines) > 1 for refund in order.refunds), 100),
        (lambda order: order.financial_status == "PARTIALLY_REFUNDED", 200),
        (lambda order: order.original_total != order.total, 100),
        (lambda order: order.processed_at != order.created_at, 50),
        (lambda order: order.presentment_currency == "JPY", 100),
        (lambda order: order.journey is None, 500),
        (lambda order: order.discount_codes == ("SUMMER20",), 500),
    ],
)  # fmt: skip
def test_every_kind_of_order_is_there(case: object, least: int) -> None:
    assert callable(case)
    assert sum(1 for order in ORDERS if case(order)) >= least


def test_an_order_alone_equals_the_order_among_all() -> None:
    for order in ORDERS[::977]:
        assert World(WorldConfig(scale="demo")).order(order.id, AT) == order


def test_updated_ids_are_exactly_those_whose_update_falls_into_the_window() -> None:
    since, until = AT - timedelta(days=9), AT - timedelta(days=7)
    expected = sorted(
        (order.updated_at, order.id) for order in ORDERS if since <= order.updated_at < until
    )
    found = WORLD.order_ids_updated(since, until, AT)
    assert found == [order_id for _, order_id in expected]
    assert len(found) > 50


def test_windows_join_without_gap_or_overlap() -> None:
    edges = [START + timedelta(hours=31 * n) for n in range(50)]
    joined = [
        order_id
        for since, until in pairwise(edges)
        for order_id in WORLD.order_ids_updated(since, until, AT)
    ]
    assert joined == WORLD.order_ids_updated(edges[0], edges[-1], AT)
    assert len(joined) == len(IDS)


def test_an_order_is_not_there_before_it_is_placed() -> None:
    order = ORDERS[500]
    with pytest.raises(KeyError):
        WORLD.order(order.id, order.created_at - timedelta(seconds=1))
    with pytest.raises(KeyError):
        WORLD.order(order.id + 1, AT)


def test_every_change_moves_updated_at_and_time_can_go_back() -> None:
    later = AT + timedelta(days=59)
    for order in ORDERS[-300:]:
        seen = [order]
        steps = [AT + timedelta(days=n) for n in range(0, 60, 3)]
        seen += [WORLD.order(order.id, at) for at in steps]
        for before, after in pairwise(seen):
            assert (before == after) == (before.updated_at == after.updated_at)
        assert WORLD.order(order.id, AT) == order
    assert any(WORLD.order(order.id, later) != order for order in ORDERS[-300:])


def test_first_orders_and_customers_agree() -> None:
    customers = {customer.id: customer for customer in WORLD.customers(AT)}
    counted = Counter(order.customer_id for order in ORDERS if order.customer_id)
    assert {key: c.number_of_orders for key, c in customers.items()} == counted
    assert max(counted.values()) > 2
    some = ORDERS[-1].customer_id or ORDERS[-2].customer_id
    assert some is not None
    assert WORLD.customer(some, AT) == customers[some]


def test_guests_sometimes_share_an_email_with_a_customer() -> None:
    known = {o.email.lower() for o in ORDERS if o.customer_id and o.email}
    guests = [o for o in ORDERS if o.customer_id is None and o.email and not o.test]
    assert any(order.email and order.email.lower() in known for order in guests)
    assert any(order.email and order.email != order.email.lower() for order in ORDERS)


def test_prices_are_those_of_the_products_on_the_day() -> None:
    for order in ORDERS[::50]:
        products = WORLD.products(order.created_at)
        prices = {v.id: v.price for product in products for v in product.variants}
        assert all(line.unit_price == prices[line.variant_id] for line in order.lines[:1])


def test_amounts_have_two_decimals() -> None:
    def exponent(amount: Decimal) -> object:
        return amount.as_tuple().exponent

    assert {exponent(order.total) for order in ORDERS} == {-2}


def test_hostile_worlds_have_the_same_figures() -> None:
    hostile = World(WorldConfig(scale="demo", hostile_names=True))
    order = hostile.order(ORDERS[7].id, AT)
    assert isinstance(order, Order)
    assert order.total == ORDERS[7].total
    assert order.note != ORDERS[7].note


def test_update_windows_hold_their_first_instant_and_not_their_last() -> None:
    instant, second = ORDERS[300].updated_at, timedelta(seconds=1)
    assert ORDERS[300].id in WORLD.order_ids_updated(instant, instant + second, AT)
    assert ORDERS[300].id not in WORLD.order_ids_updated(instant - second, instant, AT)


def test_customers_begin_with_their_first_order_and_change_with_their_last() -> None:
    times: dict[int, list[datetime]] = {}
    for order in ORDERS:
        if order.customer_id:
            times.setdefault(order.customer_id, []).append(order.created_at)
    shown = {c.id: (c.created_at, c.updated_at) for c in WORLD.customers(AT)}
    assert shown == {key: (min(seen), max(seen)) for key, seen in times.items()}
    since = AT - timedelta(days=2)
    recent = {key for key, seen in times.items() if max(seen) >= since}
    assert set(WORLD.customer_ids_updated(since, AT, AT)) == recent


def test_a_deleted_order_is_nowhere_and_the_truth_knows_nothing_of_it() -> None:
    world = World(WorldConfig(scale="small", days=20))
    now = world.config.clock_start
    order_id = world.truth(now).refunds["order_id"].to_pylist()[0]
    world.plant(Plant(kind="delete_order", known_from=now, entity_id=str(order_id)))
    before, since = now - timedelta(seconds=1), now - timedelta(days=61)
    assert world.order(order_id, before).id == order_id
    with pytest.raises(KeyError):
        world.order(order_id, now)
    assert order_id not in world.order_ids_created(since, now, now)
    assert order_id not in world.order_ids_updated(since, now, now)
    truth = world.truth(now)
    assert order_id not in {*truth.orders["order_id"].to_pylist()}
    assert order_id not in {*truth.refunds["order_id"].to_pylist()}
    assert order_id in world.order_ids_created(since, now, before)


def test_an_order_index_counts_the_customers_orders_and_those_before_the_world() -> None:
    world = World(WorldConfig(scale="small", days=20, earlier_customers=0.3))
    now = world.config.clock_start
    orders = [world.order(n, now) for n in world.order_ids_created(START, now, now)]
    indexes: dict[int, list[int]] = {}
    for order in orders:
        index = world.order_index(order.id, now)
        assert (order.customer_id is None) == (index is None)
        if order.customer_id and index:
            indexes.setdefault(order.customer_id, []).append(index)
    assert all(found == [*range(found[0], found[0] + len(found))] for found in indexes.values())
    new = sum(found[0] == 1 for found in indexes.values())
    assert 0.6 < new / len(indexes) < 0.8
    totals = {customer.id: customer.number_of_orders for customer in world.customers(now)}
    assert totals == {customer: found[-1] for customer, found in indexes.items()}
    rows = world.truth(now).orders.to_pylist()
    assert sum(bool(row["is_first_order"]) for row in rows) == new


def test_the_order_after_a_deleted_one_moves_up() -> None:
    world = World(WorldConfig(scale="small", days=20))
    now = world.config.clock_start
    orders = [world.order(n, now) for n in world.order_ids_created(START, now, now)]
    second = next(order for order in orders if world.order_index(order.id, now) == 2)
    first = next(order for order in orders if order.customer_id == second.customer_id)
    world.plant(Plant(kind="delete_order", known_from=now, entity_id=str(first.id)))
    assert world.order_index(second.id, now) == 1
    rows = {row["order_id"]: row["is_first_order"] for row in world.truth(now).orders.to_pylist()}
    assert rows[second.id]
