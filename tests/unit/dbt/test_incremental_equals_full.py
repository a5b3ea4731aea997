"""Whatever comes in whatever order and portions: incremental runs end where a full build does."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from tests.unit.dbt import payloads as p
from tests.unit.dbt.warehouse_harness import Warehouse, published_by_month, run_dbt
from trueup.warehouse.manifest import PublishedPart
from trueup.warehouse.published_store import PublishedStore

FIRST_DAY = date(2026, 5, 30)
DAYS = [FIRST_DAY + timedelta(days=n) for n in range(5)]
Parts = dict[str, tuple[PublishedPart, ...]]
COMPARED = (
    "core.fact_ad_spend_hist", "core.fact_ad_spend", "core.dim_account", "core.dim_campaign",
    "core.dim_ad", "core.dim_customer", "core.dim_product", "core.dim_fx_rate", "core.fact_orders",
    "core.fact_order_lines", "core.fact_refunds", "core.fact_order_ledger",
    "core.fact_touchpoints", "core.fact_attribution", "core.fact_attribution_value",
    "marts.mart_channel_daily", "marts.mart_campaign_daily", "marts.mart_finance_daily",
)  # fmt: skip


def load_spend(warehouse: Warehouse, draw: random.Random) -> None:
    """Some days again, with rows changed, gone or back; sometimes a day without any."""
    windows = {
        day: [
            p.google_ad_day(ad, draw.choice([1_000_000, 2_000_000, "x"]), day)
            for ad in draw.sample(["11", "12", "21"], draw.randint(0, 3))
        ]
        for day in draw.sample(DAYS, 2)
    }
    warehouse.load_windows("google_ads.ad_days", "1", windows, "EUR")


def load_meta(warehouse: Warehouse, draw: random.Random) -> None:
    day = draw.choice(DAYS)
    rows = [p.meta_ad_day("31", draw.choice(["1.10", "2.20"]), day)]
    warehouse.load_windows("meta_ads.ad_days", "2", {day: rows * draw.randint(0, 2)})


def load_campaigns(warehouse: Warehouse, draw: random.Random) -> None:
    names = draw.sample(["Brand", "Generic", "Summer"], 2)
    listed = [p.google_campaign(f"c{n}", name) for n, name in enumerate(names, start=1)]
    warehouse.load_windows("google_ads.campaigns", "1", {None: listed[: draw.randint(1, 2)]})


def load_clicks(warehouse: Warehouse, draw: random.Random) -> None:
    day = draw.choice(DAYS)
    clicks = [p.google_click(f"G{draw.randint(1, 4)}", f"c{draw.randint(1, 2)}", "11", day)]
    warehouse.load_windows("google_ads.click_views", "1", {day: clicks})


def load_rates(warehouse: Warehouse, draw: random.Random) -> None:
    days = draw.sample(DAYS, 3)
    rows = [p.rate("EUR", "USD", day, draw.choice(["1.08", "1.1", "n/a", "0"])) for day in days]
    warehouse.load_windows("fx.rates", "file", {None: rows})


def load_orders(warehouse: Warehouse, draw: random.Random) -> None:
    """Some versions of some orders: newer ones, older ones that come late, the same again."""
    rows = [order_version(draw.randint(1, 5), draw.randint(0, 3)) for _ in range(3)]
    read_at = warehouse.loaded_at - timedelta(minutes=draw.randint(0, 3))
    warehouse.load_records("shopify.orders", p.SHOP, rows, read_at)


def load_customers(warehouse: Warehouse, draw: random.Random) -> None:
    rows = [p.customer(n, draw.choice(DAYS)) for n in draw.sample([1, 2, 3], 2)]
    warehouse.load_records("shopify.customers", p.SHOP, rows)


def load_listings(warehouse: Warehouse, draw: random.Random) -> None:
    """Some days' orders listed again, read too early or late enough; some gone, some back."""

    def some(day: date) -> list[p.Row]:
        numbers = draw.sample(range(1, 6), draw.randint(1, 4))
        return [p.listed_order(number, f"{day}T12:00:00Z") for number in numbers]

    listed = {day: some(day) for day in draw.sample(DAYS, 3)}
    read_at = datetime.combine(draw.choice([DAYS[0], DAYS[3], DAYS[4]]), time(23, 59))
    warehouse.load_windows("shopify.listed_orders", p.SHOP, listed, extracted_at=read_at)


def order_version(number: int, version: int) -> p.Row:
    """The same number and version always give the same order; days, persons and money move."""
    draw = random.Random(number * 10 + version)
    placed = DAYS[draw.randint(0, 4)]
    at = f"{placed}T{draw.randint(10, 20)}:00:00Z"
    seen = f"{placed - timedelta(days=draw.randint(0, 8))}T09:00:00Z"
    tagged = p.visit(number, seen, f"gclid=G{number}", None, source="google", medium="cpc")
    named = p.visit(number + 50, seen, "", None, campaign="Brand", source="news", medium="email")
    back = p.refund(number, f"{DAYS[-1]}T12:00:00Z", [p.refund_line(number, "4.00", "0.40")])
    return p.order(
        number,
        at,
        [
            p.order_line(
                number,
                draw.choice(["10.00", "20.00"]),
                quantity=3,
                currentQuantity=draw.choice([1, 3]),
                discountAllocations=p.discount("1"),
                taxLines=p.tax("0.50"),
            )
        ],
        # Two versions each have one time of update.
        updatedAt=f"2026-07-01T00:00:0{version // 2}Z",
        currencyCode=draw.choice(["USD", "EUR"]),
        customer=draw.choice([None, 1, 2]),
        email=draw.choice([None, "tok_a", "tok_b"]),
        test=draw.random() < 0.15,
        refunds=[back] if draw.random() < 0.5 else [],
        taxesIncluded=draw.random() < 0.3,
        edited=draw.random() < 0.5,
        cancelledAt=draw.choice([None, None, f"{DAYS[3]}T12:00:00Z"]),
        displayFinancialStatus=draw.choice(["PAID", "VOIDED"]),
        visits=draw.choice([None, [], [tagged], [tagged, named]]),
        index=draw.choice([None, 1, 2, 3]),
    )


def differences_to_a_full_build(warehouse: Warehouse) -> dict[str, set[tuple[object, ...]]]:
    """Rows that only one of the two has, per table."""
    before = contents(warehouse)
    warehouse.transform(full_refresh=True)
    after = contents(warehouse)
    assert sum(after["marts.mart_finance_daily"].values()), "nothing was compared"
    return {
        table: set(before[table] - after[table]) | set(after[table] - before[table])
        for table in COMPARED
        if before[table] != after[table]
    }


def contents(warehouse: Warehouse) -> dict[str, Counter[tuple[object, ...]]]:
    # A full build does not know that an order left its customer, or that here, other than in any
    # shop, it moved to another day of creation and so to another listing: loads may differ.
    return {t: Counter(warehouse.content(t, without(t))) for t in COMPARED}


def without(table: str) -> tuple[str, ...]:
    exact = table.startswith(("marts.", "core.fact_ad", "core.dim_a", "core.dim_campaign"))
    if table == "marts.mart_campaign_daily":  # a full build writes every day at the newest load
        return ("load_id",)
    return () if exact or table == "core.dim_fx_rate" else ("load_id",)


LOADS: list[Callable[[Warehouse, random.Random], None]] = [
    load_spend, load_spend, load_meta, load_campaigns, load_clicks, load_rates, load_orders,
    load_orders, load_listings, load_customers,
]  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_incremental_runs_end_where_a_full_build_does(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    warehouse = Warehouse(tmp_path / "w.duckdb")
    for _ in range(4):
        for load in draw.sample(LOADS, draw.randint(2, 8)):
            load(warehouse, draw)
        warehouse.transform()
    assert differences_to_a_full_build(warehouse) == {}


@pytest.mark.parametrize("seed", [1, 5])
def test_published_parts_follow_every_change_of_their_tables(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    warehouse = Warehouse(tmp_path / "w.duckdb")
    store, parts = PublishedStore(tmp_path / "published"), {}
    for _ in range(5):
        for load in draw.sample(LOADS, draw.randint(1, 4)):
            load(warehouse, draw)
        warehouse.transform()
        parts = published(warehouse, store, parts)
        assert parts == published(warehouse, PublishedStore(tmp_path / "anew"), {})


def click_order(**fields: object) -> p.Row:
    """An order of the first day, which an ad's click led to."""
    visit = p.visit(1, f"{DAYS[0]}T09:00:00Z", "gclid=G1", None, source="google", medium="cpc")
    line = p.order_line(1, "10.00")
    return p.order(1, f"{DAYS[0]}T12:00:00Z", [line], **{"visits": [visit], **fields})


def restate_spend(warehouse: Warehouse) -> None:
    day = {DAYS[-1]: [p.google_ad_day("11", 2_000_000, DAYS[-1])]}
    warehouse.load_windows("google_ads.ad_days", "1", day, "EUR")


def tell_the_click(warehouse: Warehouse) -> None:
    click = {DAYS[0]: [p.google_click("G1", "c1", "11", DAYS[0])]}
    warehouse.load_windows("google_ads.click_views", "1", click)


def refund(warehouse: Warehouse) -> None:
    back = p.refund(1, f"{DAYS[-1]}T12:00:00Z", [p.refund_line(1, "4.00", "0.40")])
    order = click_order(refunds=[back], updatedAt="2026-07-01T00:00:00Z")
    warehouse.load_records("shopify.orders", p.SHOP, [order])


def test_campaigns_are_published_again_for_touched_months_alone(tmp_path: Path) -> None:
    warehouse, store = Warehouse(tmp_path / "w.duckdb"), PublishedStore(tmp_path / "published")
    days = {day: [p.google_ad_day("11", 1_000_000, day)] for day in (DAYS[0], DAYS[-1])}
    warehouse.load_windows("google_ads.ad_days", "1", days, "EUR")
    warehouse.load_records("shopify.orders", p.SHOP, [click_order()])
    warehouse.transform()
    parts, again = published(warehouse, store, {}), []
    for change in (restate_spend, tell_the_click, refund):
        change(warehouse)
        warehouse.transform()
        before, parts = parts, published(warehouse, store, parts)
        again.append(months_anew("mart_campaign_daily", before, parts))
    assert again == [["2026-06"], ["2026-05"], ["2026-05", "2026-06"]]
    warehouse.transform(full_refresh=True)
    built = published(warehouse, PublishedStore(tmp_path / "built"), {})
    assert content_hashes(parts) == content_hashes(built)


def months_anew(table: str, before: Parts, after: Parts) -> list[str]:
    return sorted(part.partition for part in set(after[table]) - set(before[table]))


def content_hashes(parts: Parts) -> dict[str, list[str]]:
    return {table: [part.content_hash for part in parts[table]] for table in parts}


def test_a_rate_that_is_taken_away_changes_what_is_published(tmp_path: Path) -> None:
    warehouse, store = Warehouse(tmp_path / "w.duckdb"), PublishedStore(tmp_path / "published")
    rates = [
        p.rate("EUR", "USD", day, rate) for day, rate in zip(DAYS, ["1.1", "1.2"], strict=False)
    ]
    warehouse.load_windows("fx.rates", "file", {None: rates})
    day = {DAYS[1]: [p.google_ad_day("11", 1_000_000, DAYS[1])]}
    warehouse.load_windows("google_ads.ad_days", "1", day, "EUR")
    warehouse.transform()
    parts = published(warehouse, store, {})
    warehouse.load_windows("fx.rates", "file", {None: rates[:1]})
    warehouse.transform()
    assert published(warehouse, store, parts)["fact_ad_spend"] != parts["fact_ad_spend"]


def test_an_order_that_leaves_its_customer_changes_who_was_first(tmp_path: Path) -> None:
    warehouse, store = Warehouse(tmp_path / "w.duckdb"), PublishedStore(tmp_path / "published")
    first, second = (
        p.order(n, f"{DAYS[n - 1]}T12:00:00Z", [p.order_line(n, "10.00")], customer=1, email=None)
        for n in (1, 2)
    )
    warehouse.load_records("shopify.orders", p.SHOP, [first])
    warehouse.load_records("shopify.orders", p.SHOP, [second])
    warehouse.transform()
    parts = published(warehouse, store, {})
    moved = p.order(
        1, f"{DAYS[0]}T12:00:00Z", [p.order_line(1, "10.00")], customer=2, email=None,
        updatedAt="2026-07-02T00:00:00Z",
    )  # fmt: skip
    warehouse.load_records("shopify.orders", p.SHOP, [moved])
    warehouse.transform()
    now = published(warehouse, store, parts)["fact_orders"]
    anew = published(warehouse, PublishedStore(tmp_path / "anew"), {})["fact_orders"]
    assert [part.content_hash for part in now] == [part.content_hash for part in anew]


def test_a_customer_that_is_deleted_is_published_as_a_placeholder(tmp_path: Path) -> None:
    warehouse, store = Warehouse(tmp_path / "w.duckdb"), PublishedStore(tmp_path / "published")
    warehouse.load_records("shopify.orders", p.SHOP, [plain_order(1), plain_order(2)])
    warehouse.load_records("shopify.customers", p.SHOP, [p.customer(1, FIRST_DAY)])
    warehouse.transform()
    parts = published(warehouse, store, {})
    # One becomes a placeholder as another is none any more: as many rows, of orders as old.
    warehouse.load_records("shopify.customers", p.SHOP, [p.customer(2, FIRST_DAY)])
    gone = warehouse.load_records("shopify.customers", p.SHOP, [p.customer(1, DAYS[-1])])
    with warehouse.connect() as connection:
        connection.execute(
            "update raw.shopify__customers set operation = 'delete' where load_id = ?", [gone]
        )
    warehouse.transform()
    parts = published(warehouse, store, parts)
    anew = published(warehouse, PublishedStore(tmp_path / "anew"), {})
    assert content_hashes(parts)["dim_customer"] == content_hashes(anew)["dim_customer"]


def test_who_orders_again_leaves_the_months_before_as_they_are(tmp_path: Path) -> None:
    warehouse, store = Warehouse(tmp_path / "w.duckdb"), PublishedStore(tmp_path / "published")
    warehouse.load_records("shopify.orders", p.SHOP, [plain_order(1)])
    warehouse.transform()
    before = published(warehouse, store, {})
    again = plain_order(2, day=DAYS[-1], customer=1)
    warehouse.load_records("shopify.orders", p.SHOP, [again])
    warehouse.transform()
    after = published(warehouse, store, before)
    for table in ("fact_orders", "mart_campaign_daily"):
        assert months_anew(table, before, after) == ["2026-06"]


def plain_order(number: int, day: date = FIRST_DAY, **fields: object) -> p.Row:
    line = p.order_line(number, "10.00")
    return p.order(
        number, f"{day}T12:00:00Z", [line], **{"customer": number, "email": "tok_a", **fields}
    )


def published(warehouse: Warehouse, store: PublishedStore, before: Parts) -> Parts:
    """The parts of every table that is published by month, made from those of `before`."""
    with warehouse.connect() as connection:
        return {
            table.name: store.write_parts(connection, table, before.get(table.name, ()), "models")
            for table in published_by_month()
        }


@pytest.mark.parametrize("seed", [4])
def test_a_run_that_did_not_finish_leaves_no_trace(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    warehouse = Warehouse(tmp_path / "w.duckdb")
    for step in range(3):
        for load in draw.sample(LOADS, 6):
            load(warehouse, draw)
        # Part of the models run, and the position stays; then more comes in.
        part = ["+fact_ad_spend", "+int_order_ledger_signed"] if step else ["+fact_orders"]
        run_dbt(warehouse, select=part)
        load_orders(warehouse, draw)
        load_listings(warehouse, draw)
        load_spend(warehouse, draw)
        warehouse.transform()
    assert differences_to_a_full_build(warehouse) == {}
