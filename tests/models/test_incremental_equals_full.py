"""Incremental runs equal a full build, for any data in any order and portions."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

import pytest

from tests.models import payloads as p
from tests.models.random_loads import (
    DAYS,
    FIRST_DAY,
    PLACES,
    Parts,
    as_told,
    content_hashes,
    differences_to_a_full_build,
    load_listings,
    load_orders,
    load_some,
    load_spend,
    months_anew,
    published,
)
from tests.models.warehouse_harness import Warehouse, run_dbt
from trueup.warehouse.published_store import PublishedStore

ROUNDS = 3
# Before these rounds a run was stopped, when so much of the models had run.
STOPPED = {1: ["+fact_orders"], 2: ["+fact_ad_spend", "+int_order_ledger_signed"]}


@dataclass
class Story:
    """Per round the parts that were published again, and all parts of a new publish."""

    again: list[Parts] = field(default_factory=list)
    anew: list[Parts] = field(default_factory=list)
    differences: dict[str, set[tuple[object, ...]]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Three random worlds in one warehouse; the later runs begin after one that was stopped."""
    folder, draw, story = tmp_path_factory.mktemp("random"), random.Random(1), Story()
    warehouse, store = Warehouse(folder / "w.duckdb"), PublishedStore(folder / "published")
    for number in range(ROUNDS):
        for place in PLACES:
            load_some(warehouse, draw, (2, 8), place)
        if number in STOPPED:
            run_dbt(warehouse, select=STOPPED[number])
            for load in (load_orders, load_listings, load_spend):
                load(warehouse, draw, PLACES[0])
        warehouse.transform()
        before = story.again[-1] if story.again else {}
        story.again.append(published(warehouse, store, before))
        story.anew.append(published(warehouse, PublishedStore(folder / f"anew {number}"), {}))
    story.differences = differences_to_a_full_build(warehouse)
    return story


def test_incremental_runs_end_where_a_full_build_does(story: Story) -> None:
    assert story.differences == {}


@pytest.mark.parametrize("number", range(ROUNDS))
def test_published_parts_follow_every_change_of_their_tables(story: Story, number: int) -> None:
    assert as_told(story.again[number]) == as_told(story.anew[number])


def test_every_round_changed_some_part(story: Story) -> None:
    for before, after in zip(story.again, story.again[1:], strict=False):
        assert any(set(after[table]) - set(before[table]) for table in after)


MAY, JUNE, JULY, AUGUST = (date(2026, month, 10) for month in (5, 6, 7, 8))
OCTOBER, NOVEMBER = date(2026, 10, 10), date(2026, 11, 10)
CHANGES = ("spend restated", "a click told", "a refund", "rate, customer and order moved")


def an_order(number: int, day: date, **fields: object) -> p.Row:
    line = p.order_line(number, "10.00")
    return p.order(number, f"{day}T12:00:00Z", [line], **fields)


def spend(warehouse: Warehouse, day: date, micros: int) -> None:
    rows = {day: [p.google_ad_day("11", micros, day)]}
    warehouse.load_windows("google_ads.ad_days", "1", rows, "EUR")


def click_order(**fields: object) -> p.Row:
    """An order of May, which an ad's click led to."""
    visit = p.visit(1, f"{MAY}T09:00:00Z", "gclid=G1", None, source="google", medium="cpc")
    return an_order(1, MAY, **{"visits": [visit], **fields})


def rates(warehouse: Warehouse, *values: str) -> None:
    days = [JULY + timedelta(days=n) for n in range(len(values))]
    rows = [p.rate("EUR", "USD", day, value) for day, value in zip(days, values, strict=True)]
    warehouse.load_windows("fx.rates", "file", {None: rows})


def begin(warehouse: Warehouse) -> None:
    """Months that have nothing to do with each other, so that each may change alone."""
    for day in (MAY, JUNE):
        spend(warehouse, day, 1_000_000)
    rates(warehouse, "1.1", "1.2")
    spend(warehouse, JULY + timedelta(days=1), 1_000_000)
    first, second = an_order(2, AUGUST, customer=8), an_order(3, AUGUST, customer=8)
    orders = [click_order(), first, second, an_order(4, OCTOBER, customer=1)]
    orders += [an_order(5, OCTOBER, customer=2), an_order(7, OCTOBER, customer=3, email="tok_b")]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.load_records("shopify.customers", p.SHOP, [p.customer(1, FIRST_DAY)])


def restate_spend(warehouse: Warehouse) -> None:
    spend(warehouse, JUNE, 2_000_000)


def tell_the_click(warehouse: Warehouse) -> None:
    click = {MAY: [p.google_click("G1", "c1", "11", MAY)]}
    warehouse.load_windows("google_ads.click_views", "1", click)


def refund(warehouse: Warehouse) -> None:
    back = p.refund(1, f"{JUNE}T12:00:00Z", [p.refund_line(1, "4.00", "0.40")])
    order = click_order(refunds=[back], updatedAt="2026-07-01T00:00:00Z")
    warehouse.load_records("shopify.orders", p.SHOP, [order])


def move_the_rest(warehouse: Warehouse) -> None:
    """A rate is taken away; an order leaves its customer; one customer turns up as one is deleted;
    and a customer orders again in a later month."""
    rates(warehouse, "1.1")
    moved = an_order(2, AUGUST, customer=9, updatedAt="2026-09-02T00:00:00Z")
    again = an_order(6, NOVEMBER, customer=3, email="tok_b")
    warehouse.load_records("shopify.orders", p.SHOP, [moved, again])
    # As many placeholders as before, of orders as old.
    warehouse.load_records("shopify.customers", p.SHOP, [p.customer(2, FIRST_DAY)])
    gone = warehouse.load_records("shopify.customers", p.SHOP, [p.customer(1, DAYS[-1])])
    with warehouse.connect() as connection:
        connection.execute(
            "update raw.shopify__customers set operation = 'delete' where load_id = ?", [gone]
        )


@dataclass
class Months:
    """The parts after the beginning and after each change, and those of a full build."""

    parts: list[Parts]
    anew: Parts
    built: Parts

    def changed(self, table: str, change: str) -> list[str]:
        number = CHANGES.index(change)
        return months_anew(table, self.parts[number], self.parts[number + 1])


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Months:
    folder = tmp_path_factory.mktemp("months")
    warehouse, store = Warehouse(folder / "w.duckdb"), PublishedStore(folder / "published")
    parts: list[Parts] = [{}]
    for change in (begin, restate_spend, tell_the_click, refund, move_the_rest):
        change(warehouse)
        warehouse.transform()
        parts.append(published(warehouse, store, parts[-1]))
    anew = published(warehouse, PublishedStore(folder / "anew"), {})
    warehouse.transform(full_refresh=True)
    built = published(warehouse, PublishedStore(folder / "built"), {})
    return Months(parts[1:], anew, built)


def test_campaigns_are_published_again_for_touched_months_alone(months: Months) -> None:
    changed = [months.changed("mart_campaign_daily", change) for change in CHANGES[:3]]
    assert changed == [["2026-06"], ["2026-05"], ["2026-05", "2026-06"]]


def test_parts_published_month_by_month_are_those_of_a_full_build(months: Months) -> None:
    assert content_hashes(months.parts[-1]) == content_hashes(months.built)


def test_parts_published_month_by_month_are_those_published_anew(months: Months) -> None:
    assert content_hashes(months.parts[-1]) == content_hashes(months.anew)


def test_a_rate_that_is_taken_away_changes_what_is_published(months: Months) -> None:
    assert "2026-07" in months.changed("fact_ad_spend", CHANGES[3])


def test_an_order_that_leaves_its_customer_changes_who_was_first(months: Months) -> None:
    assert "2026-08" in months.changed("fact_orders", CHANGES[3])


def test_a_customer_that_is_deleted_is_published_as_a_placeholder(months: Months) -> None:
    before, after = (content_hashes(parts)["dim_customer"] for parts in months.parts[-2:])
    assert before != after == content_hashes(months.anew)["dim_customer"]


@pytest.mark.parametrize("table", ["fact_orders", "mart_campaign_daily"])
def test_who_orders_again_leaves_the_months_before_as_they_are(months: Months, table: str) -> None:
    changed = months.changed(table, CHANGES[3])
    assert "2026-11" in changed
    assert "2026-10" not in changed
