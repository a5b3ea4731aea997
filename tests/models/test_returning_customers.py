"""New customers are decided by all orders and the shop's own count, not by a journey."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

READ_AT = datetime.fromisoformat("2026-06-20T06:00:00")
SELECT = ["+fact_orders"]


class Shop(Warehouse):
    """Every read is at its own day of June."""

    def read(self, day: int, *orders: p.Row) -> None:
        self.load_records("shopify.orders", p.SHOP, orders, extracted_at=READ_AT.replace(day=day))
        self.transform(select=SELECT)

    def first_orders(self) -> dict[str, bool | None]:
        return dict(self.rows("select order_id, is_first_order from core.fact_orders order by 1"))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path / "w.duckdb")


def bought(number: int, day: int, customer: int, count: int | None, **fields: object) -> p.Row:
    """An order of a customer of whom the shop counts so many orders when it is read."""
    at = f"2026-06-{day:02}T12:00:00Z"
    order = p.order(number, at, [p.order_line(number, "10")], customer=customer, **fields)
    if count is not None:
        order["customer"]["numberOfOrders"] = str(count)
    return order


def test_an_old_customers_order_without_a_journey_is_not_the_first(shop: Shop) -> None:
    shop.read(10, bought(1, 9, customer=7, count=4), bought(2, 9, customer=8, count=1))
    assert shop.first_orders() == {"1": False, "2": True}


def test_a_journey_does_not_make_an_old_customer_new(shop: Shop) -> None:
    shop.read(10, bought(1, 9, customer=7, count=4, index=1))
    assert shop.first_orders() == {"1": False}


def test_all_orders_of_a_new_customer_are_at_hand(shop: Shop) -> None:
    shop.read(10, bought(1, 8, customer=7, count=2), bought(2, 9, customer=7, count=2))
    assert shop.first_orders() == {"1": True, "2": False}


def test_an_order_that_came_after_the_count_does_not_make_up_for_an_earlier_one(
    shop: Shop,
) -> None:
    shop.read(10, bought(1, 9, customer=7, count=2))
    shop.read(12, bought(2, 11, customer=7, count=3))
    assert shop.first_orders() == {"1": False, "2": False}


def test_the_count_of_the_last_read_holds(shop: Shop) -> None:
    # The second order was placed before the first was read, and found a day later.
    shop.read(10, bought(1, 8, customer=7, count=2))
    assert shop.first_orders() == {"1": False}
    shop.read(11, bought(2, 9, customer=7, count=2))
    assert shop.first_orders() == {"1": True, "2": False}


def test_an_order_that_the_shop_deleted_later_was_counted(shop: Shop) -> None:
    listed = [p.listed_order(number, f"2026-06-0{number + 7}T12:00:00Z") for number in (1, 2)]
    for order in listed:
        day = datetime.fromisoformat(order["createdAt"]).date()
        at = READ_AT.replace(day=10)
        shop.load_windows("shopify.listed_orders", p.SHOP, {day: [order]}, extracted_at=at)
    shop.read(10, bought(1, 8, customer=7, count=2), bought(2, 9, customer=7, count=2))
    day = datetime.fromisoformat(listed[0]["createdAt"]).date()
    shop.load_windows("shopify.listed_orders", p.SHOP, {day: []}, extracted_at=READ_AT)
    shop.transform(select=SELECT)
    assert shop.first_orders() == {"2": True}


def test_a_shop_that_says_no_count_is_asked_for_the_place(shop: Shop) -> None:
    shop.read(10, bought(1, 9, customer=7, count=None, index=3), bought(2, 9, 8, count=None))
    assert shop.first_orders() == {"1": False, "2": True}


def test_the_count_gives_the_same_however_many_loads_a_run_works_in(tmp_path: Path) -> None:
    reads = [
        (10, bought(1, 8, customer=7, count=2)),
        (11, bought(2, 9, customer=7, count=2)),
        (12, bought(3, 11, customer=7, count=3)),
    ]
    found = []
    for name in ("together", "apart"):
        (tmp_path / name).mkdir()
        shop = Shop(tmp_path / name / "w.duckdb")
        for day, order in reads:
            shop.load_records(
                "shopify.orders", p.SHOP, [order], extracted_at=READ_AT.replace(day=day)
            )
            if name == "apart":
                shop.transform(select=SELECT)
        shop.transform(select=SELECT)
        found.append(shop.first_orders())
    assert found[0] == found[1] == {"1": True, "2": False, "3": False}
