"""Truth tables: plain sums over the world's columns, not over the orders served."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup_simulators.world.ads.clicks import AccountClicks
from trueup_simulators.world.ads.days import decimals
from trueup_simulators.world.entities import AdAccount
from trueup_simulators.world.orders.days import (
    CUSTOMER_ID_STRIDE,
    FIRST_CUSTOMER_ID,
    OrderDay,
    Orders,
    order_ids,
    sequence_of,
)
from trueup_simulators.world.orders.heads import (
    CANCELLED,
    CREATED,
    NOBODY,
    REFUNDED,
    REFUNDED_AGAIN,
)
from trueup_simulators.world.orders.order_attribution import CHANNELS, Causes
from trueup_simulators.world.orders.payments import FIRST_REFUND_ID
from trueup_simulators.world.randomness import Flags, Ints

AdDays = Callable[[str, date, date, datetime], pa.Table]

MONEY = pa.decimal128(18, 2)
INSTANT = pa.timestamp("us", tz="UTC")

AD_SPEND = pa.schema(
    [
        ("platform", pa.string()),
        ("account_id", pa.string()),
        ("campaign_id", pa.string()),
        ("ad_id", pa.string()),
        ("day", pa.date32()),
        ("currency", pa.string()),
        ("spend", pa.decimal128(20, 6)),
        ("impressions", pa.int64()),
        ("clicks", pa.int64()),
    ]
)
ORDERS = pa.schema(
    [
        ("order_id", pa.int64()),
        ("placed_at", INSTANT),
        ("is_test", pa.bool_()),
        ("is_cancelled", pa.bool_()),
        ("currency", pa.string()),
        ("gross_amount", MONEY),
        ("discount_amount", MONEY),
        ("net_of_discount_amount", MONEY),
        ("tax_amount", MONEY),
        ("shipping_amount", MONEY),
        ("customer_id", pa.int64()),
        ("is_first_order", pa.bool_()),
        ("true_channel", pa.string()),
        ("true_campaign_id", pa.string()),
        ("true_click_id", pa.string()),
    ]
)
REFUNDS = pa.schema(
    [
        ("refund_id", pa.int64()),
        ("order_id", pa.int64()),
        ("refunded_at", INSTANT),
        ("currency", pa.string()),
        ("items_amount", MONEY),
        ("tax_amount", MONEY),
        ("shipping_amount", MONEY),
        ("total_amount", MONEY),
    ]
)


def ad_spend(
    accounts: Iterable[AdAccount], ad_days: AdDays, days: tuple[date, date], at: datetime
) -> pa.Table:
    """All ad rows with first <= day < last as reported at `at`."""
    tables = []
    for account in accounts:
        table = ad_days(account.account_id, *days, at)
        rows = table.num_rows
        spend = decimals(
            table["spend_micros"].to_numpy().astype(np.int64), AD_SPEND.field("spend").type
        )
        columns = [
            pa.array([account.platform] * rows, pa.string()),
            pa.array([account.account_id] * rows, pa.string()),
            table["campaign_id"],
            table["ad_id"],
            table["day"],
            pa.array([account.currency] * rows, pa.string()),
            spend,
            table["impressions"],
            table["clicks"],
        ]
        tables.append(pa.Table.from_arrays(columns, schema=AD_SPEND))
    return pa.concat_tables(tables)


def order_table(orders: Orders, currency: str, at: int, deleted: Collection[int] = ()) -> pa.Table:
    """All orders created by `at` (microseconds UTC); the ids `deleted` are nobody's first."""
    gone = frozenset(map(sequence_of, deleted))
    batches = []
    for number in orders.heads.days_by(at):
        day = orders.of_day(number)
        first = orders.ranks.of_day(number, gone) == 1
        batches.append(_order_batch(orders.accounts, day, first, currency, at))
    return pa.Table.from_batches(batches, schema=ORDERS)


def refund_table(orders: Orders, currency: str, at: int) -> pa.Table:
    """All refunds made by `at` (microseconds UTC)."""
    batches = []
    for number in orders.heads.days_by(at):
        day = orders.of_day(number)
        for which, event in enumerate((REFUNDED, REFUNDED_AGAIN)):
            batches.append(_refund_batch(day, which, day.head.events[:, event], currency, at))
    return pa.Table.from_batches(batches, schema=REFUNDS)


def without_orders(table: pa.Table, deleted: Collection[int]) -> pa.Table:
    """Rows of other orders than those; nothing shows that they existed."""
    gone = pa.array(sorted(deleted), pa.int64())
    return table.filter(pc.invert(pc.is_in(table["order_id"], gone)))


def _order_batch(
    accounts: Sequence[AccountClicks], day: OrderDay, first: Flags, currency: str, at: int
) -> pa.RecordBatch:
    head, lines, causes = day.head, day.lines, day.causes
    there = np.flatnonzero(head.events[:, CREATED] <= at)
    present = lines.added <= at
    campaign, click = _true_clicks(accounts, causes, there)
    customer = head.customer[there]
    nobody = customer == NOBODY
    columns = [
        pa.array(order_ids(head, there)),
        pa.array(head.processed[there]).cast(INSTANT),
        pa.array(head.test[there]),
        pa.array(head.events[there, CANCELLED] <= at),
        pa.array([currency] * len(there), pa.string()),
        _sums(day, lines.price * lines.quantity, present, there),
        _sums(day, lines.discount, present, there),
        _sums(day, lines.price * lines.quantity - lines.discount, present, there),
        _sums(day, lines.tax, present, there),
        decimals(lines.shipping[there], MONEY),
        pa.array(FIRST_CUSTOMER_ID + customer * CUSTOMER_ID_STRIDE, mask=nobody),
        pa.array(first[there], mask=nobody),
        pa.array(CHANNELS).take(pa.array(causes.channel[there])),
        campaign,
        click,
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ORDERS)


def _refund_batch(
    day: OrderDay, which: int, refunded: Ints, currency: str, at: int
) -> pa.RecordBatch:
    head, lines = day.head, day.lines
    quantity = (lines.first_refund, lines.second_refund)[which]
    whole = _by_order(day, quantity, quantity > 0)
    there = np.flatnonzero((refunded <= at) & (whole > 0))
    everything = np.ones(len(quantity), np.bool_)
    items = _by_order(day, lines.given_back(lines.net)[which], everything)[there]
    tax = _by_order(day, lines.given_back(lines.tax)[which], everything)[there]
    shipping = np.where(head.events[there, CANCELLED] <= at, lines.shipping[there], 0)
    columns = [
        pa.array(FIRST_REFUND_ID + (head.first_sequence + there) * 4 + which),
        pa.array(order_ids(head, there)),
        pa.array(refunded[there]).cast(INSTANT),
        pa.array([currency] * len(there), pa.string()),
        decimals(items, MONEY),
        decimals(tax, MONEY),
        decimals(shipping, MONEY),
        decimals(items + tax + shipping, MONEY),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=REFUNDS)


def _true_clicks(
    accounts: Sequence[AccountClicks], causes: Causes, there: Ints
) -> tuple[pa.Array, pa.Array]:
    """Campaign and click ids of the ad clicks that caused the orders; null for the others."""
    campaigns = np.full(len(there), None, object)
    clicks = causes.click_id[there]
    clicks[~causes.is_cause[there]] = None
    for place, account in enumerate(accounts):
        mine = np.flatnonzero((causes.click_account[there] == place) & causes.is_cause[there])
        units = pa.array(causes.click_unit[there[mine]])
        campaign = account.days.units.id_columns[0].take(units)
        campaigns[mine] = campaign.to_numpy(zero_copy_only=False)
    return pa.array(campaigns, pa.string()), pa.array(clicks, pa.string())


def _by_order(day: OrderDay, amounts: Ints, chosen: Flags) -> Ints:
    sums = np.zeros(len(day.head.processed), np.int64)
    np.add.at(sums, day.lines.order[chosen], amounts[chosen])
    return sums


def _sums(day: OrderDay, cents: Ints, present: Flags, there: Ints) -> pa.Array:
    return decimals(_by_order(day, cents, present)[there], MONEY)
