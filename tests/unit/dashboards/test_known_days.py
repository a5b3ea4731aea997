"""Days without a row: zero where they were read, unknown where they were not."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa

from trueup_dashboards.known_days import NOT_READ, completed
from trueup_dashboards.states import DayStates, State

FIRST = date(2026, 6, 1)
# The first two days were read; of the third nothing was.
STATES = DayStates(
    spend=dict.fromkeys([FIRST, FIRST + timedelta(days=1)], State.FINAL),
    revenue_since=FIRST,
    revenue_final_until=FIRST + timedelta(days=2),
    revenue_read_until=FIRST + timedelta(days=1),
)
AMOUNT = pa.decimal128(20, 6)
SCHEMA = pa.schema(
    {
        "day": pa.date32(),
        "net_revenue": AMOUNT,
        "orders": pa.int64(),
        "spend": AMOUNT,
        "revenue_reason": pa.string(),
        "spend_reason": pa.string(),
    }
)


def rows_of(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    days = [{"day": FIRST + timedelta(days=n)} | row for n, row in enumerate(rows)]
    found: list[dict[str, Any]] = completed(
        pa.Table.from_pylist(days, schema=SCHEMA), STATES
    ).to_pylist()
    return found


def test_a_day_that_was_read_and_has_no_row_is_zero() -> None:
    _, quiet, _ = rows_of({}, {}, {})
    assert (quiet["net_revenue"], quiet["orders"], quiet["spend"]) == (0, 0, 0)
    assert (quiet["revenue_reason"], quiet["spend_reason"]) == (None, None)


def test_a_day_that_was_not_read_is_unknown_and_says_so() -> None:
    _, _, unread = rows_of({}, {}, {})
    assert (unread["net_revenue"], unread["orders"], unread["spend"]) == (None, None, None)
    assert (unread["revenue_reason"], unread["spend_reason"]) == (NOT_READ, NOT_READ)
    assert (unread["revenue_state"], unread["spend_state"]) == ("missing", "missing")


def test_an_amount_that_the_marts_do_not_know_stays_unknown() -> None:
    row = {"spend_reason": "an amount has no exchange rate", "net_revenue": Decimal("5.10")}
    found, *_ = rows_of(row, {}, {})
    assert (found["spend"], found["spend_reason"]) == (None, row["spend_reason"])
    assert found["net_revenue"] == Decimal("5.10")


def test_days_before_the_first_that_is_read_are_unknown() -> None:
    assert STATES.of_revenue(FIRST - timedelta(days=1)) is State.MISSING
