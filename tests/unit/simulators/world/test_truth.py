"""The truth agrees with everything the world shows, by another way of counting."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from trueup_simulators.world import World, WorldConfig

WORLD = World(WorldConfig(scale="demo"))
START, AT = WORLD.config.clock_start - timedelta(days=61), WORLD.config.clock_start
TRUTH = WORLD.truth(AT)
ROWS = {row["order_id"]: row for row in TRUTH.orders.to_pylist()}
ORDERS = [WORLD.order(order_id, AT) for order_id in WORLD.order_ids_created(START, AT, AT)]


def test_every_order_has_its_row_and_its_amounts() -> None:
    assert set(ROWS) == {order.id for order in ORDERS}
    for order in ORDERS:
        row = ROWS[order.id]
        assert row["gross_amount"] == sum(line.gross for line in order.lines)
        assert row["discount_amount"] == order.total_discounts
        assert row["net_of_discount_amount"] == order.subtotal
        assert (row["tax_amount"], row["shipping_amount"]) == (order.total_tax, order.shipping)
        assert (row["placed_at"], row["customer_id"]) == (order.processed_at, order.customer_id)
        assert row["is_cancelled"] == (order.cancelled_at is not None)
        assert row["is_test"] == order.test


def test_every_refund_has_its_row_and_its_amounts() -> None:
    rows = {row["refund_id"]: row for row in TRUTH.refunds.to_pylist()}
    refunds = [(order, refund) for order in ORDERS for refund in order.refunds]
    assert set(rows) == {refund.id for _, refund in refunds}
    for order, refund in refunds:
        row = rows[refund.id]
        assert (row["order_id"], row["refunded_at"]) == (order.id, refund.created_at)
        assert (row["items_amount"], row["tax_amount"]) == (refund.items, refund.tax)
        assert row["total_amount"] == refund.returned


def test_a_customer_has_one_first_order_and_it_is_the_earliest() -> None:
    first: dict[int, int] = {}
    for order in sorted(ORDERS, key=lambda order: (order.processed_at, order.id)):
        if order.customer_id and not order.test:
            first.setdefault(order.customer_id, order.id)
    firsts = {row["customer_id"]: key for key, row in ROWS.items() if row["is_first_order"]}
    assert firsts == first


def test_every_true_click_exists_before_its_order_in_its_campaign() -> None:
    clicks = {}
    for account in WORLD.accounts:
        for number in range(62):
            day = WORLD.config.start + timedelta(days=number)
            for click in WORLD.clicks(account.account_id, day, AT).to_pylist():
                clicks[click["click_id"]] = click
    caused = [row for row in ROWS.values() if row["true_click_id"]]
    assert len(caused) > 4_000
    for row in caused:
        click = clicks[row["true_click_id"]]
        assert click["clicked_at"] < row["placed_at"]
        assert click["campaign_id"] == row["true_campaign_id"]


def test_channels_and_clicks_go_together() -> None:
    for row in ROWS.values():
        paid = row["true_channel"] in ("paid_search", "paid_social")
        assert paid == (row["true_click_id"] is not None) == (row["true_campaign_id"] is not None)
    shares = Counter(row["true_channel"] for row in ROWS.values())
    assert len(shares) == 7
    assert 0.4 < (shares["paid_search"] + shares["paid_social"]) / len(ROWS) < 0.6


def test_last_click_is_often_right_and_measurably_wrong() -> None:
    right = wrong = 0
    for order in ORDERS:
        ids = [m.utm["id"] for m in order.journey or () if m.utm and "id" in m.utm]
        truth = ROWS[order.id]["true_campaign_id"]
        right, wrong = right + bool(truth and ids[-1:] == [truth]), wrong + (ids[-1:] != [truth])
    assert right > 3_000
    assert 500 < wrong < len(ORDERS)


def test_spend_equals_the_ad_figures() -> None:
    for account in WORLD.accounts:
        table = WORLD.ad_days(account.account_id, WORLD.config.start, WORLD.config.end, AT)
        mine = TRUTH.ad_spend.filter(pc.equal(TRUTH.ad_spend["account_id"], account.account_id))
        micros = pc.sum(table["spend_micros"]).as_py() or 0
        assert (pc.sum(mine["spend"]).as_py() or 0) == Decimal(micros).scaleb(-6)
        assert mine.num_rows == table.num_rows


def test_truth_is_written_as_parquet(tmp_path: Path) -> None:
    files = TRUTH.write(tmp_path / "sealed")
    assert [file.name for file in files] == [
        "ad_spend.parquet",
        "orders.parquet",
        "refunds.parquet",
    ]
    assert pq.read_table(files[1]).equals(TRUTH.orders)


def test_the_truth_before_an_edit_knows_nothing_of_it() -> None:
    edited = next(order for order in reversed(ORDERS) if order.total != order.original_total)
    before = edited.transactions[1].created_at - timedelta(seconds=1)
    rows = {row["order_id"]: row for row in WORLD.truth(before).orders.to_pylist()}
    gross = rows[edited.id]["gross_amount"]
    assert gross == sum(line.gross for line in WORLD.order(edited.id, before).lines)
    assert gross < ROWS[edited.id]["gross_amount"]
    assert max(row["placed_at"] for row in rows.values()) <= before
