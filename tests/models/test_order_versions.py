"""Which version of an order counts when the shop gives two under one time of update."""

from datetime import timedelta
from pathlib import Path

from tests.models import payloads as p
from tests.models.warehouse_harness import EPOCH, Warehouse

AT = "2026-06-02T12:00:00Z"
NUMBERS = range(1, 7)


def an_order(number: int, **fields: object) -> p.Row:
    return p.order(number, AT, [p.order_line(number, "10.00")], **fields)


def refunded(number: int) -> p.Row:
    back = p.refund(number, AT, [p.refund_line(number, "10.00")])
    return an_order(number, refunds=[back])


def refund_counts(warehouse: Warehouse) -> list[int]:
    return [n for (n,) in warehouse.rows("select refund_count from core.fact_orders order by 1")]


def test_what_was_read_later_wins_within_one_second(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    warehouse.load_records("shopify.orders", p.SHOP, [an_order(n) for n in NUMBERS])
    warehouse.transform()
    warehouse.load_records("shopify.orders", p.SHOP, [refunded(n) for n in NUMBERS])
    warehouse.transform()
    assert refund_counts(warehouse) == [1] * len(NUMBERS)


def test_what_was_read_later_wins_in_whatever_order_it_is_loaded(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    later, earlier = EPOCH + timedelta(hours=1), EPOCH
    warehouse.load_records("shopify.orders", p.SHOP, [refunded(n) for n in NUMBERS], later)
    warehouse.transform()
    warehouse.load_records("shopify.orders", p.SHOP, [an_order(n) for n in NUMBERS], earlier)
    warehouse.transform()
    assert refund_counts(warehouse) == [1] * len(NUMBERS)
