"""An order that the shop's listing of its day lacks is gone from every figure until it is back."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

DAY = date(2026, 6, 2)
PLACED = "2026-06-02T12:00:00Z"
NOON = datetime.fromisoformat("2026-06-02 12:00:00")
LATER = NOON + timedelta(days=1)
FIGURES = (
    "core.fact_orders", "core.fact_order_lines", "core.fact_refunds", "core.fact_order_ledger",
    "core.fact_touchpoints", "core.fact_attribution", "core.fact_attribution_value",
)  # fmt: skip


def an_order(number: int, at: str = PLACED, **fields: object) -> p.Row:
    back = p.refund(number, "2026-06-04T12:00:00Z", [p.refund_line(number, "4.00")])
    seen = p.visit(number, "2026-06-02T09:00:00Z", f"gclid=G{number}")
    lines = [p.order_line(number, "10.00")]
    return p.order(number, at, lines, refunds=[back], visits=[seen], customer=1, **fields)


def a_shop(path: Path) -> Warehouse:
    """Two orders of one customer, loaded and transformed."""
    warehouse = Warehouse(path / "w.duckdb")
    orders = [an_order(1), an_order(2, "2026-06-02T13:00:00Z")]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform()
    return warehouse


def listed(warehouse: Warehouse, numbers: Sequence[int], read_at: datetime = LATER) -> None:
    rows = [p.listed_order(number, PLACED) for number in numbers]
    warehouse.load_windows("shopify.listed_orders", p.SHOP, {DAY: rows}, extracted_at=read_at)
    warehouse.transform()


def numbers_in(warehouse: Warehouse, table: str) -> set[str]:
    found = warehouse.rows(
        f"select distinct order_id from {table} "
        "inner join (select order_dk, order_id from staging.stg_shopify__orders) as known "
        "using (order_dk)"
        if table != "core.fact_orders"
        else "select order_id from core.fact_orders"
    )
    return {number for (number,) in found}


def finance(warehouse: Warehouse) -> dict[str, tuple[object, ...]]:
    sql = """
        select cast(report_date as varchar), gmv_amount, refund_amount, orders, new_customers
        from marts.mart_finance_daily where gmv_amount <> 0 or refund_amount <> 0
    """
    return {day: figures for day, *figures in map(list, warehouse.rows(sql))}


def test_an_order_that_is_no_longer_listed_leaves_every_figure(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    listed(shop, [2])
    assert {table: numbers_in(shop, table) for table in FIGURES} == {
        name: {"2"} for name in FIGURES
    }
    assert finance(shop) == {
        "2026-06-02": [Decimal("10.00"), 0, 1, 1],
        "2026-06-04": [0, Decimal("4.00"), 0, 0],
    }


def test_its_payload_and_its_mark_stay(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    listed(shop, [2])
    marks = shop.rows("select order_id, is_deleted from staging.stg_shopify__orders order by 1")
    assert marks == [("1", True), ("2", False)]
    assert shop.rows("select count(*) from raw.shopify__orders") == [(2,)]


def test_days_of_which_nothing_is_left_are_counted_again(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    listed(shop, [1, 2])
    listed(shop, [])
    assert finance(shop) == {}


def test_an_order_that_is_listed_again_is_back_with_all_its_parts(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    before = {table: shop.content(table, ["load_id"]) for table in FIGURES}
    for numbers in ([1, 2], [2], [1, 2]):
        listed(shop, numbers)
    assert {table: shop.content(table, ["load_id"]) for table in FIGURES} == before


def test_an_order_too_young_to_be_listed_is_not_missed(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    listed(shop, [], NOON + timedelta(minutes=59))
    assert numbers_in(shop, "core.fact_orders") == {"1", "2"}
    listed(shop, [], NOON + timedelta(minutes=61))
    assert numbers_in(shop, "core.fact_orders") == {"2"}


def test_an_order_of_a_day_that_is_not_listed_stays(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    shop.load_records("shopify.orders", p.SHOP, [an_order(3, "2026-06-01T12:00:00Z")])
    listed(shop, [1, 2])
    assert numbers_in(shop, "core.fact_orders") == {"1", "2", "3"}


def test_an_order_that_arrives_after_its_day_was_listed_without_it_is_deleted(
    tmp_path: Path,
) -> None:
    shop = a_shop(tmp_path)
    listed(shop, [1, 2])
    shop.load_records("shopify.orders", p.SHOP, [an_order(3)])
    shop.transform()
    assert numbers_in(shop, "core.fact_orders") == {"1", "2"}


def test_a_test_order_goes_as_well(tmp_path: Path) -> None:
    shop = a_shop(tmp_path)
    shop.load_records("shopify.orders", p.SHOP, [an_order(3, test=True)])
    listed(shop, [1, 2])
    assert numbers_in(shop, "core.fact_orders") == {"1", "2"}
