"""New customers when the shop knows more orders than were read."""

from datetime import date, datetime

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

DAY, NEXT_DAY = date(2026, 6, 2), date(2026, 6, 3)
LATER = datetime.fromisoformat("2026-06-09 12:00:00")
KNOWN, DELETED = "known.myshopify.com", "deleted.myshopify.com"


def an_order(number: int, hour: int, day: date = DAY, **fields: object) -> p.Row:
    return p.order(number, f"{day}T{hour}:00:00Z", [p.order_line(number, "10.00")], **fields)


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Two shops: of one all orders stay, of the other some are gone when they are listed."""
    warehouse = Warehouse(tmp_path_factory.mktemp("first_orders") / "w.duckdb")
    orders = [
        an_order(1, 10, customer=1, index=3),
        an_order(2, 11, customer=1, index=4),
        an_order(3, 10, customer=2, index=1),
        an_order(4, 11, customer=2, index=2),
        an_order(5, 10, customer=3),
        an_order(6, 10, email="tok_a"),
    ]
    warehouse.load_records("shopify.orders", KNOWN, orders)
    orders = [
        an_order(1, 10, NEXT_DAY, customer=1, index=1),
        an_order(2, 11, NEXT_DAY, customer=1, index=2),
        an_order(3, 10, NEXT_DAY, customer=2, index=2),
        an_order(4, 11, NEXT_DAY, customer=2, index=3),
    ]
    warehouse.load_records("shopify.orders", DELETED, orders)
    warehouse.transform(select=["+mart_finance_daily"])
    rows = [p.listed_order(number, f"{NEXT_DAY}T10:00:00Z") for number in (2, 4)]
    listed = {NEXT_DAY: rows}
    warehouse.load_windows("shopify.listed_orders", DELETED, listed, extracted_at=LATER)
    warehouse.transform(select=["+mart_finance_daily"])
    return warehouse


def first_orders(warehouse: Warehouse, shop: str) -> dict[str, bool]:
    return dict(
        warehouse.rows(
            "select order_id, is_first_order from core.fact_orders where order_dk in "
            "(select order_dk from staging.stg_shopify__orders where shop = ?) order by 1",
            shop,
        )
    )


def test_an_order_is_first_unless_the_shop_knows_an_earlier_one(shops: Warehouse) -> None:
    expected = {"1": False, "2": False, "3": True, "4": False, "5": True, "6": True}
    assert first_orders(shops, KNOWN) == expected
    new = "select new_customers from marts.mart_finance_daily where report_date = ?"
    assert shops.rows(new, DAY) == [(3,)]


def test_an_order_whose_elder_was_deleted_since_is_the_first(shops: Warehouse) -> None:
    assert first_orders(shops, DELETED) == {"2": True, "4": False}
