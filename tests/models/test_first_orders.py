"""Who is a new customer when the shop knows more orders than were read."""

from datetime import date, datetime
from pathlib import Path

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

DAY = date(2026, 6, 2)
LATER = datetime.fromisoformat("2026-06-09 12:00:00")


def an_order(number: int, hour: int, **fields: object) -> p.Row:
    return p.order(number, f"{DAY}T{hour}:00:00Z", [p.order_line(number, "10.00")], **fields)


def first_orders(warehouse: Warehouse) -> dict[str, bool]:
    return dict(warehouse.rows("select order_id, is_first_order from core.fact_orders order by 1"))


def test_an_order_is_first_unless_the_shop_knows_an_earlier_one(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    orders = [
        an_order(1, 10, customer=1, index=3),
        an_order(2, 11, customer=1, index=4),
        an_order(3, 10, customer=2, index=1),
        an_order(4, 11, customer=2, index=2),
        an_order(5, 10, customer=3),
        an_order(6, 10, email="tok_a"),
    ]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform()
    expected = {"1": False, "2": False, "3": True, "4": False, "5": True, "6": True}
    assert first_orders(warehouse) == expected
    counted = warehouse.rows("select new_customers from marts.mart_finance_daily")
    assert counted == [(3,)]


def test_an_order_whose_elder_was_deleted_since_is_the_first(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    orders = [
        an_order(1, 10, customer=1, index=1),
        an_order(2, 11, customer=1, index=2),
        an_order(3, 10, customer=2, index=2),
        an_order(4, 11, customer=2, index=3),
    ]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform()
    rows = [p.listed_order(number, f"{DAY}T10:00:00Z") for number in (2, 4)]
    warehouse.load_windows("shopify.listed_orders", p.SHOP, {DAY: rows}, extracted_at=LATER)
    warehouse.transform()
    assert first_orders(warehouse) == {"2": True, "4": False}
