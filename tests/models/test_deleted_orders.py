"""An order that the shop's listing of its day lacks is gone from every figure until it is back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
FIRST = date(2026, 6, 2)
LATER = 12 * HOUR + DAY
FIGURES = (
    "core.fact_orders", "core.fact_order_lines", "core.fact_refunds", "core.fact_order_ledger",
    "core.fact_touchpoints", "core.fact_attribution", "core.fact_attribution_value",
)  # fmt: skip
MODELS = (
    "+mart_finance_daily", "+fact_order_lines", "+fact_refunds", "+fact_attribution_value",
)  # fmt: skip
Content = dict[str, list[tuple[object, ...]]]


@dataclass(frozen=True)
class Listing:
    """Numbers that a shop lists of its day, read so long after the day began."""

    numbers: Sequence[int]
    after: timedelta = LATER


@dataclass(frozen=True)
class Late:
    """An order of the shop that is loaded after its others, placed so much later or earlier."""

    after: timedelta = timedelta()
    fields: dict[str, Any] = field(default_factory=dict)


# One shop per story. Each has two orders of one customer on a day of its own; the first round loads
# them. What happens in each later round follows.
STORIES: dict[str, list[list[Listing | Late]]] = {
    "left out": [[Listing([2])]],
    "none left": [[Listing([1, 2])], [Listing([])]],
    "back": [[Listing([1, 2])], [Listing([2])], [Listing([1, 2])]],
    "too young": [[Listing([], 12 * HOUR + 59 * MINUTE)], [Listing([], 12 * HOUR + 61 * MINUTE)]],
    "another day": [[Late(-DAY), Listing([1, 2])]],
    "late": [[Listing([1, 2])], [Late()]],
    "a test": [[Late(fields={"test": True}), Listing([1, 2])]],
}
ROUNDS = max(map(len, STORIES.values()))


def day_of(story: str) -> date:
    return FIRST + 10 * DAY * list(STORIES).index(story)


def at(story: str, after: timedelta) -> datetime:
    return datetime.combine(day_of(story), time()) + after


def an_order(story: str, number: int, after: timedelta, **fields: Any) -> p.Row:
    day = day_of(story)
    back = p.refund(number, f"{day + 2 * DAY}T12:00:00Z", [p.refund_line(number, "4.00")])
    seen = p.visit(number, f"{day}T09:00:00Z", f"gclid=G{number}")
    lines = [p.order_line(number, "10.00")]
    placed = f"{at(story, after).isoformat()}Z"
    return p.order(number, placed, lines, refunds=[back], visits=[seen], customer=1, **fields)


@dataclass
class Played:
    """All stories at their end, and the figures that each had after every round."""

    warehouse: Warehouse
    rounds: list[dict[str, Content]] = field(default_factory=list)

    def numbers(self, story: str, table: str = "core.fact_orders", after: int = -1) -> set[str]:
        """The orders that a table has of a story's shop."""
        return {str(number) for number, *_ in self.rounds[after][story][table]}

    def finance(self, story: str) -> dict[int, list[object]]:
        """Figures by days since the story's own."""
        found = self.warehouse.rows(
            "select report_date - cast(? as date), gmv_amount, refund_amount, orders, "
            "new_customers from marts.mart_finance_daily where abs(report_date - ?) < 5 "
            "and (gmv_amount <> 0 or refund_amount <> 0)",
            *[day_of(story)] * 2,
        )
        return {int(str(days)): figures for days, *figures in found}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    warehouse = Warehouse(tmp_path_factory.mktemp("deleted") / "w.duckdb")
    for story in STORIES:
        orders = [an_order(story, 1, 12 * HOUR), an_order(story, 2, 13 * HOUR)]
        warehouse.load_records("shopify.orders", story, orders)
    played = Played(warehouse)
    for number in range(ROUNDS + 1):
        for story, rounds in STORIES.items():
            for event in rounds[number - 1] if 0 < number <= len(rounds) else ():
                take_place(warehouse, story, event)
        warehouse.transform(select=MODELS)
        played.rounds.append(contents(warehouse))
    return played


def take_place(warehouse: Warehouse, story: str, event: Listing | Late) -> None:
    if isinstance(event, Late):
        order = an_order(story, 3, 12 * HOUR + event.after, **event.fields)
        warehouse.load_records("shopify.orders", story, [order])
        return
    rows = [p.listed_order(number, f"{day_of(story)}T12:00:00Z") for number in event.numbers]
    listed, read_at = {day_of(story): rows}, at(story, event.after)
    warehouse.load_windows("shopify.listed_orders", story, listed, extracted_at=read_at)


def contents(warehouse: Warehouse) -> dict[str, Content]:
    """All that the tables hold of each shop's orders, every row after its order's number."""
    found: dict[str, Content] = {story: {table: [] for table in FIGURES} for story in STORIES}
    known = "select shop, order_id, order_dk from staging.stg_shopify__orders"
    for table in FIGURES:
        rows = warehouse.rows(
            f"select known.shop, known.order_id, rows.* exclude (load_id) from {table} as rows "
            f"inner join ({known}) as known using (order_dk) order by all"
        )
        for story, *row in rows:
            found[str(story)][table].append(tuple(row))
    return found


@pytest.mark.parametrize("table", FIGURES)
def test_an_order_that_is_no_longer_listed_leaves_every_table(played: Played, table: str) -> None:
    assert played.numbers("left out", table, after=0) == {"1", "2"}
    assert played.numbers("left out", table) == {"2"}


def test_an_order_that_is_no_longer_listed_leaves_every_figure(played: Played) -> None:
    assert played.finance("left out") == {
        0: [Decimal("10.00"), 0, 1, 1],
        2: [0, Decimal("4.00"), 0, 0],
    }


def test_its_payload_and_its_mark_stay(played: Played) -> None:
    marks = played.warehouse.rows(
        "select order_id, is_deleted from staging.stg_shopify__orders where shop = 'left out' "
        "order by 1"
    )
    assert marks == [("1", True), ("2", False)]
    kept = "select count(*) from raw.shopify__orders where scope = 'left out'"
    assert played.warehouse.rows(kept) == [(2,)]


def test_days_of_which_nothing_is_left_are_counted_again(played: Played) -> None:
    assert played.numbers("none left", after=1) == {"1", "2"}
    assert played.finance("none left") == {}


def test_an_order_that_is_listed_again_is_back_with_all_its_parts(played: Played) -> None:
    assert played.numbers("back", after=2) == {"2"}
    assert played.rounds[3]["back"] == played.rounds[0]["back"]


def test_an_order_too_young_to_be_listed_is_not_missed(played: Played) -> None:
    assert played.numbers("too young", after=1) == {"1", "2"}
    assert played.numbers("too young", after=2) == {"2"}  # placed an hour later


def test_an_order_of_a_day_that_is_not_listed_stays(played: Played) -> None:
    assert played.numbers("another day") == {"1", "2", "3"}


def test_an_order_that_arrives_after_its_day_was_listed_without_it_is_deleted(
    played: Played,
) -> None:
    assert played.numbers("late", after=1) == {"1", "2"}
    assert played.numbers("late") == {"1", "2"}


def test_a_test_order_goes_as_well(played: Played) -> None:
    assert played.numbers("a test") == {"1", "2"}
