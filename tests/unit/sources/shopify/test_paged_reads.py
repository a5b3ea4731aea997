"""Orders and customers in pages: everything, once, proved."""

from dataclasses import replace
from datetime import timedelta

import httpx
import msgspec
import pytest

from tests.unit.simulators.shopify.a_shop import START, a_customer, a_product, an_order
from tests.unit.sources.shopify.reading import ACCOUNT, ALL, a_world, reading
from trueup.core.window import Window
from trueup.errors import ContractError, IntegrityError, RestartReadError, TransientError
from trueup.sources.shopify import paged
from trueup.sources.shopify.streams import CUSTOMERS, ORDERS, PRODUCTS, SHOP
from trueup_simulators.faults import FaultRule

NUMBERS = list(range(1, 61))


def sixty_orders(**changes):
    return a_world([an_order(number, **changes) for number in NUMBERS])


def test_all_orders_of_the_window_are_delivered_once_and_in_order():
    with reading(sixty_orders()) as shop:
        assert shop.ids(ORDERS) == NUMBERS


def test_a_window_is_half_open():
    window = Window(START + timedelta(minutes=10), START + timedelta(minutes=20))
    with reading(sixty_orders()) as shop:
        assert shop.ids(ORDERS, window) == list(range(10, 20))


def test_windows_that_meet_share_nothing_and_lose_nothing():
    middle = START + timedelta(minutes=33)
    with reading(sixty_orders()) as shop:
        parts = (
            shop.ids(ORDERS, Window(ALL.since, middle)),
            shop.ids(ORDERS, Window(middle, ALL.until)),
        )
        assert parts[0] + parts[1] == NUMBERS


def test_resuming_after_any_page_loses_nothing_and_doubles_nothing():
    # Ten orders share each second, so that pages end in the middle of one.
    orders = [replace(an_order(n), updated_at=START + timedelta(seconds=n // 10)) for n in NUMBERS]
    with reading(a_world(orders)) as shop:
        pages = shop.pages(ORDERS)
        assert len(pages) == 3
        delivered = 0
        for page in pages:
            delivered += len(page.records)
            rest = shop.ids(ORDERS, bookmark=page.bookmark)
            assert rest == NUMBERS[delivered:]


def test_a_foreign_bookmark_is_refused():
    with reading(sixty_orders()) as shop, pytest.raises(IntegrityError):
        shop.pages(ORDERS, bookmark="eyJ4IjoxfQ==")


def test_a_new_search_begins_before_cursors_reach_too_far(monkeypatch):
    monkeypatch.setattr(paged, "OBJECTS_PER_SEARCH", 30)
    with reading(sixty_orders()) as shop:
        assert shop.ids(ORDERS) == NUMBERS
        searches = {page.bookmark for page in shop.pages(ORDERS)}
        assert len(searches) > 3 - 1


def test_more_records_in_one_second_than_paging_reaches_is_an_error(monkeypatch):
    monkeypatch.setattr(paged, "OBJECTS_PER_SEARCH", 20)
    orders = [replace(an_order(n), updated_at=START) for n in NUMBERS]
    with reading(a_world(orders)) as shop, pytest.raises(ContractError, match="over 20 records"):
        shop.pages(ORDERS)


def test_a_lost_last_page_is_noticed_by_the_shops_own_count():
    rule = FaultRule(kind="last_page_lost", op="orders", after=1)
    with reading(sixty_orders(), rule) as shop:
        with pytest.raises(TransientError, match="counts 60, 50 received"):
            shop.pages(ORDERS)
        assert shop.faults.fired() == {"last_page_lost": 1}


def test_an_empty_answer_for_a_full_window_is_not_believed():
    rule = FaultRule(kind="empty_200", op="orders")
    with reading(sixty_orders(), rule) as shop, pytest.raises(TransientError, match="0 received"):
        shop.pages(ORDERS)


def test_a_next_page_without_cursor_is_an_error():
    rule = FaultRule(kind="null_cursor", op="orders", after=2)
    with reading(sixty_orders(), rule) as shop, pytest.raises(ContractError, match="bookmark"):
        shop.pages(ORDERS)


def test_a_page_that_comes_again_is_an_error():
    rule = FaultRule(kind="duplicate_page", op="orders", after=1)
    with reading(sixty_orders(), rule) as shop, pytest.raises(ContractError, match="led back"):
        shop.pages(ORDERS)


def test_a_record_delivered_twice_is_handed_on_twice_and_counted_once():
    rule = FaultRule(kind="duplicate_delivery", op="orders")
    with reading(sixty_orders(), rule) as shop:
        assert shop.ids(ORDERS) == [1, *NUMBERS]
        assert shop.faults.fired() == {"duplicate_delivery": 1}


def test_an_ignored_search_is_an_error():
    rule = FaultRule(kind="search_ignored", op="orders")
    with reading(sixty_orders(), rule) as shop, pytest.raises(ContractError, match="updated_at"):
        shop.pages(ORDERS)


def test_an_order_updated_during_the_read_leaves_the_window_for_a_later_one():
    world = sixty_orders()
    with reading(world) as shop:
        pages = shop.source.read(ORDERS, None, ALL)
        next(pages)
        world.all_orders[60] = replace(world.all_orders[60], updated_at=ALL.until)
        assert sum(len(page.records) for page in pages) == len(NUMBERS) - 25 - 1


def test_a_window_without_orders_gives_one_empty_page():
    with reading(a_world()) as shop:
        assert [list(page.records) for page in shop.pages(ORDERS)] == [[]]


def test_customers_are_read_by_update_time():
    with reading(a_world(customers=[a_customer(n) for n in NUMBERS])) as shop:
        assert shop.ids(CUSTOMERS) == NUMBERS


def test_products_are_read_whole_whatever_the_window():
    products = [a_product(n, variants=120) for n in (1, 2, 3)]
    with reading(a_world(products=products)) as shop:
        records = shop.records(PRODUCTS, Window(ALL.until, ALL.until))
        assert [len(r["variants"]["nodes"]) for r in records] == [120, 120, 120]


def test_the_shop_is_one_record():
    with reading(a_world()) as shop:
        (record,) = shop.records(SHOP)
        assert (record["currencyCode"], record["ianaTimezone"]) == ("USD", "America/New_York")


def test_what_a_page_was_asked_for_with_asks_for_it_again():
    with reading(sixty_orders()) as shop:
        page = shop.pages(ORDERS)[1]
        token = {"X-Shopify-Access-Token": "shpat_simulated", "Content-Type": "application/json"}
        again = httpx.post(
            page.trace.url, content=page.trace.request_body, headers=token, trust_env=False
        )
    found = [msgspec.json.decode(record)["id"] for record in page.records]
    assert [order["id"] for order in again.json()["data"]["orders"]["nodes"]] == found != []
    assert "shpat_simulated" not in repr(page.trace)


def test_what_is_missing_before_a_bookmark_is_noticed_when_the_read_is_resumed():
    rule = FaultRule(kind="duplicate_records", op="orders", after=1)
    with reading(sixty_orders(), rule) as shop:
        pages = shop.source.read(ORDERS, ACCOUNT, ALL)
        bookmark = [next(pages) for _ in range(3)][-1].bookmark
        assert shop.faults.fired() == {"duplicate_records": 1}
        with pytest.raises(RestartReadError, match="counts 59, 34 received"):
            shop.pages(ORDERS, bookmark=bookmark)


@pytest.mark.parametrize("op", ["orders", "customers", "products"])
def test_records_that_came_in_place_of_others_are_noticed(op):
    world = a_world(
        [an_order(n) for n in NUMBERS],
        [a_customer(n) for n in range(1, 301)],
        [a_product(n) for n in range(1, 301)],
    )
    stream = {"orders": ORDERS, "customers": CUSTOMERS, "products": PRODUCTS}[op]
    with reading(world, FaultRule(kind="duplicate_records", op=op, after=1)) as shop:
        with pytest.raises(RestartReadError, match="received"):
            shop.pages(stream)
        assert shop.faults.fired() == {"duplicate_records": 1}


def test_pages_that_the_shop_cannot_answer_in_time_become_smaller():
    rule = FaultRule(kind="too_slow", times=None, params={"above": 10})
    with reading(sixty_orders(), rule) as shop:
        pages = shop.pages(ORDERS)
        assert shop.faults.fired()["too_slow"] == 2
        shop.faults.clear()
        again = [len(page.records) for page in shop.pages(ORDERS)]
    assert max(len(page.records) for page in pages) == 6
    assert sum(len(page.records) for page in pages) == sum(again) == len(NUMBERS)
    assert shop.time.slept == []
    assert max(again) == 12


def test_what_stays_slow_at_its_smallest_size_ends_as_passing():
    rule = FaultRule(kind="too_slow", times=None, params={"above": 0})
    with reading(sixty_orders(), rule) as shop, pytest.raises(TransientError, match="TIMEOUT"):
        shop.pages(ORDERS)
