"""The sealed truth: what really happened, for tests and for scoring; no vendor serves it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True, slots=True)
class Truth:
    """Three tables as of one instant.

    ad_spend: platform, account_id, campaign_id, ad_id (null for Performance Max), day, currency,
    spend decimal(20, 6), impressions, clicks; one row per unit and day, as reported then.
    orders: order_id, placed_at, is_test, is_cancelled, currency, gross_amount (list price times
    quantity), discount_amount, net_of_discount_amount, tax_amount, shipping_amount, customer_id
    (null for guests), is_first_order (null without a customer; false
    for all of those who had ordered before the first day), true_channel, true_campaign_id,
    true_click_id (null unless an ad was the cause). Amounts are before refunds.
    refunds: refund_id, order_id, refunded_at, currency, items_amount (ex tax), tax_amount,
    shipping_amount, total_amount (their sum).
    """

    ad_spend: pa.Table
    orders: pa.Table
    refunds: pa.Table

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write ad_spend.parquet, orders.parquet and refunds.parquet; returns their paths."""
        folder.mkdir(parents=True, exist_ok=True)
        return tuple(_written(folder, name, table) for name, table in self._tables())

    def _tables(self) -> Iterable[tuple[str, pa.Table]]:
        return (("ad_spend", self.ad_spend), ("orders", self.orders), ("refunds", self.refunds))


def _written(folder: Path, name: str, table: pa.Table) -> Path:
    path = folder / f"{name}.parquet"
    pq.write_table(table, path)
    return path
