"""Choice between two versions of an order with the same update time."""

from datetime import timedelta

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import EPOCH, Warehouse

AT = "2026-06-02T12:00:00Z"
NUMBERS = range(1, 7)
IN_TURN, TURNED_ROUND = "loaded in turn", "loaded the other way round"


def an_order(number: int, **fields: object) -> p.Row:
    return p.order(number, AT, [p.order_line(number, "10.00")], **fields)


def refunded(number: int) -> p.Row:
    back = p.refund(number, AT, [p.refund_line(number, "10.00")])
    return an_order(number, refunds=[back])


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One shop whose newer versions are loaded later, and one whose newer ones come first."""
    warehouse = Warehouse(tmp_path_factory.mktemp("versions") / "w.duckdb")
    before, after = [an_order(n) for n in NUMBERS], [refunded(n) for n in NUMBERS]
    later, earlier = EPOCH + timedelta(hours=1), EPOCH
    warehouse.load_records("shopify.orders", IN_TURN, before)
    warehouse.load_records("shopify.orders", TURNED_ROUND, after, later)
    warehouse.transform(select=["+fact_orders"])
    warehouse.load_records("shopify.orders", IN_TURN, after)
    warehouse.load_records("shopify.orders", TURNED_ROUND, before, earlier)
    warehouse.transform(select=["+fact_orders"])
    return warehouse


@pytest.mark.parametrize("shop", [IN_TURN, TURNED_ROUND])
def test_what_was_read_later_wins_within_one_second(shops: Warehouse, shop: str) -> None:
    counts = shops.rows(
        "select refund_count from core.fact_orders where order_dk in "
        "(select order_dk from staging.stg_shopify__orders where shop = ?)",
        shop,
    )
    assert counts == [(1,)] * len(NUMBERS)
