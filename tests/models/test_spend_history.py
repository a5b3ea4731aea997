"""Replaced report days become versions; the current fact is what was said last."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

DAY, NEXT = date(2026, 6, 1), date(2026, 6, 2)
SPEND = ["+fact_ad_spend", "int_cast_problems", "+dim_ad"]


def euros(ad: str, amount: int | str, day: date = DAY, **figures: str) -> p.Row:
    micros = amount * 1_000_000 if isinstance(amount, int) else amount
    return p.google_ad_day(ad, micros, day, **figures)


@pytest.fixture(scope="module")
def spend(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Loads 1 to 7; a transform after 1 to 3 and one after the four others."""
    warehouse = Warehouse(tmp_path_factory.mktemp("spend") / "w.duckdb")

    def load(*rows: p.Row, day: date = DAY, stream: str = "google_ads.ad_days") -> None:
        warehouse.load_windows(stream, "1", {day: rows}, "EUR")

    load(euros("1same", 1), euros("2more", 1), euros("3gone", 1), euros("4back", 1))
    load(euros("5twice", 3, NEXT), euros("5twice", 3, NEXT), euros("6bad", "x", NEXT), day=NEXT)
    warehouse.load_windows("fx.rates", "file", {None: [p.rate("EUR", "USD", DAY, "1.10")]})
    warehouse.transform()
    load(euros("1same", 1), euros("2more", 2))
    load(euros("1same", 1), euros("2more", 3), euros("4back", 1))
    pmax = p.google_campaign_day("max", "PERFORMANCE_MAX", 7_000_000, DAY)
    search = p.google_campaign_day("c1", "SEARCH", 1_000_000, DAY)
    load(pmax, search, stream="google_ads.campaign_days")
    load(day=date(2026, 6, 20))
    warehouse.transform(select=[])
    return warehouse


def versions(warehouse: Warehouse, ad: str) -> list[tuple[object, ...]]:
    return warehouse.rows(
        "select cast(spend_amount as integer), load_id, closed_load_id, is_deleted "
        "from core.fact_ad_spend_hist where ad_id = ? order by load_id",
        ad,
    )


def test_a_row_that_stays_the_same_keeps_its_version(spend: Warehouse) -> None:
    assert versions(spend, "1same") == [(1, 1, None, False)]


def test_every_pending_version_of_a_changed_row_is_kept(spend: Warehouse) -> None:
    assert versions(spend, "2more") == [(1, 1, 4, False), (2, 4, 5, False), (3, 5, None, False)]


def test_a_row_that_vanishes_is_closed_and_stays_deleted(spend: Warehouse) -> None:
    assert versions(spend, "3gone") == [(1, 1, 4, False), (None, 4, None, True)]


def test_a_row_that_comes_back_is_open_again(spend: Warehouse) -> None:
    assert versions(spend, "4back") == [(1, 1, 4, False), (None, 4, 5, True), (1, 5, None, False)]


def test_what_was_known_at_a_load_is_what_the_source_had_said_by_then(spend: Warehouse) -> None:
    known = (
        "select ad_id, cast(spend_amount as integer) from core.fact_ad_spend_hist "
        "where platform_date = '2026-06-01' and not is_deleted and load_id <= ? "
        "and coalesce(closed_load_id, 99) > ? order by ad_id"
    )
    at_first = [("1same", 1), ("2more", 1), ("3gone", 1), ("4back", 1)]
    assert spend.rows(known, 1, 1) == at_first
    assert spend.rows(known, 4, 4) == [("1same", 1), ("2more", 2)]


def test_a_record_delivered_twice_counts_once(spend: Warehouse) -> None:
    assert versions(spend, "5twice") == [(3, 2, None, False)]


def test_an_amount_that_cannot_be_read_is_null_and_found(spend: Warehouse) -> None:
    assert versions(spend, "6bad") == [(None, 2, None, False)]
    problems = spend.rows("select stream, record from intermediate.int_cast_problems")
    assert problems == [("ad_days", "2026-06-02 g6~6bad")]


def test_only_campaigns_without_ads_are_counted_by_campaign(spend: Warehouse) -> None:
    found = spend.rows(
        "select campaign_id, ad_group_dk, ad_dk, spend_amount from core.fact_ad_spend "
        "where report_level = 'campaign' and spend_amount <> 0"
    )
    assert found == [("max", "-2", "-2", Decimal("7"))]


def test_amounts_are_converted_at_the_rate_of_their_day(spend: Warehouse) -> None:
    found = spend.rows("select spend_amount_reporting from core.fact_ad_spend where ad_id='2more'")
    assert found == [(Decimal("3.3"),)]


def test_without_a_rate_the_converted_amount_is_null(spend: Warehouse) -> None:
    late = date(2026, 6, 7)
    filled = spend.rows("select max(rate_date) from core.dim_fx_rate where currency_code = 'EUR'")
    assert filled == [(date(2026, 6, 6),)]
    spend.load_windows("google_ads.ad_days", "1", {late: [euros("7late", 1, late)]}, "EUR")
    spend.transform(select=SPEND)
    found = spend.rows(
        "select spend_amount, spend_amount_reporting, fx_rate_key from core.fact_ad_spend "
        "where ad_id = '7late'"
    )
    assert found == [(Decimal(1), None, None)]


def test_ads_that_no_list_names_are_inferred(spend: Warehouse) -> None:
    missing = spend.rows(
        "select count(*) from core.fact_ad_spend left join core.dim_ad using (ad_dk) "
        "where dim_ad.ad_sk is null"
    )
    inferred = spend.rows("select is_inferred from core.dim_ad where ad_id = '1same'")
    assert (missing, inferred) == ([(0,)], [(True,)])


def test_a_day_read_again_in_another_currency_is_another_version(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    row = euros("1", 1)
    warehouse.load_windows("google_ads.ad_days", "1", {DAY: [row]}, "EUR")
    warehouse.transform(select=["+fact_ad_spend"])
    corrected = row | {"customer": {"id": "1", "currencyCode": "USD"}}
    warehouse.load_windows("google_ads.ad_days", "1", {DAY: [corrected]}, "USD")
    for full_refresh in (False, True):
        warehouse.transform(select=["+fact_ad_spend"], full_refresh=full_refresh)
        assert warehouse.rows("select currency_code from core.fact_ad_spend") == [("USD",)]


def test_a_row_that_can_be_read_at_last_is_no_problem_any_more(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    row = euros("1", 1)
    elsewhere = row | {"segments": {"date": "2026-06-09"}}
    for payload in (elsewhere, row):
        warehouse.load_windows("google_ads.ad_days", "1", {DAY: [payload]}, "EUR")
        warehouse.transform(select=["+fact_ad_spend"])
    current = "from core.fact_ad_spend_hist where closed_load_id is null"
    assert warehouse.rows(f"select has_cast_problem {current}") == [(False,)]


def test_conversions_that_cannot_be_read_are_null_and_found(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    bought = [{"action_type": "purchase", "value": "two"}]
    worth = [{"action_type": "purchase", "value": "1e400"}]
    rows = [
        p.meta_ad_day("1count", "1", DAY, actions=bought),
        p.meta_ad_day("2value", "1", DAY, action_values=worth),
        p.meta_ad_day("3none", "1", DAY),
    ]
    warehouse.load_windows("meta_ads.ad_days", "2", {DAY: rows})
    warehouse.transform(select=["+fact_ad_spend"])
    figures = warehouse.rows(
        "select platform_conversions, platform_conversion_value_amount, has_cast_problem "
        "from core.fact_ad_spend_hist order by ad_id"
    )
    assert figures == [(None, 0, True), (0, None, True), (0, 0, False)]
