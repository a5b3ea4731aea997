"""Rates of a file: one that cannot be used leaves its day without a rate, and is named."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse
from trueup.quality import gates

FIRST = date(2026, 6, 1)
RATES = ["+dim_fx_rate", "int_fx_days_changed", "+fact_ad_spend"]
# The second day's rate of each currency, after one of 1.10.
UNUSABLE = {
    "EUR": "n/a", "CHF": "1,10", "SEK": "0", "NOK": "-1.10", "DKK": "NaN", "PLN": "0.00000000001",
}  # fmt: skip


def stated(*values: str, base: str = "EUR", quote: str = "USD") -> list[p.Row]:
    """Rates of the days from the first of June on."""
    days = [FIRST + timedelta(days=n) for n in range(len(values))]
    return [p.rate(base, quote, day, value) for day, value in zip(days, values, strict=True)]


def a_file(folder: Path, rows: list[p.Row]) -> Warehouse:
    warehouse = Warehouse(folder / "w.duckdb")
    warehouse.load_windows("fx.rates", "file", {None: rows})
    warehouse.transform(select=RATES)
    return warehouse


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """A file with something wrong in every currency."""
    rows = [row for base in UNUSABLE for row in stated("1.10", UNUSABLE[base], base=base)]
    empty, unread = stated("1.10", "1.20", "1.30", base="CZK"), stated("1.10", base="HUF")
    del empty[1]["rate"]
    for day in ("02.06.2026", "03.06.2026"):
        unread.append(stated("1.20", base="HUF")[0] | {"rate_date": day})
    by_way = stated("1.10", "x", base="ISK") + stated(*["0.85"] * 3, base="ISK", quote="GBP")
    return a_file(tmp_path_factory.mktemp("rates"), [*rows, *empty, *unread, *by_way])


@pytest.fixture
def named(file: Warehouse, monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Verdict of the gate for each currency."""
    monkeypatch.setattr(gates, "EXAMPLES", 50)
    found: dict[str, list[str]] = {}
    for text in file.verdict("fx_rates_valid").examples:
        found.setdefault(text[:3], []).append(text)
    return found


def days_with_a_rate(warehouse: Warehouse, currency: str) -> list[int]:
    found = warehouse.rows(
        "select day(rate_date) from core.dim_fx_rate where currency_code = ? and rate is not null "
        "and rate_date < '2026-06-10' order by 1",
        currency,
    )
    return [day for (day,) in found]


@pytest.mark.parametrize("currency", UNUSABLE)
def test_no_rate_takes_the_place_of_one_that_cannot_be_used(
    file: Warehouse, named: dict[str, list[str]], currency: str
) -> None:
    assert days_with_a_rate(file, currency) == [1]
    assert named[currency] == [f"{currency}/USD of 2026-06-02 (ECB) is {UNUSABLE[currency]}"]


def test_an_empty_cell_is_no_rate(file: Warehouse, named: dict[str, list[str]]) -> None:
    assert days_with_a_rate(file, "CZK") == [1, 3, 4, 5, 6, 7, 8]
    assert named["CZK"] == ["CZK/USD of 2026-06-02 (ECB) is empty"]


def test_a_day_that_cannot_be_read_is_named(file: Warehouse, named: dict[str, list[str]]) -> None:
    assert days_with_a_rate(file, "HUF") == [1, 2, 3, 4, 5, 6]
    days = ("02.06.2026", "03.06.2026")
    assert sorted(named["HUF"]) == [f"HUF/USD of {day} (ECB) is 1.20" for day in days]


def test_a_rate_by_way_of_a_third_currency_needs_both_of_its_parts(file: Warehouse) -> None:
    assert days_with_a_rate(file, "GBP") == [1]


def test_figures_come_back_when_the_rate_is_mended(tmp_path: Path) -> None:
    warehouse = a_file(tmp_path, stated("1.10", "n/a"))
    day = FIRST + timedelta(days=1)
    rows = {day: [p.google_ad_day("11", 1_000_000, day)]}
    warehouse.load_windows("google_ads.ad_days", "1", rows, "EUR")
    seen = []
    for value in ("1,10", "1.20", "0"):
        warehouse.load_windows("fx.rates", "file", {None: stated("1.10", value)})
        warehouse.transform(select=RATES)
        (converted,) = warehouse.rows(
            "select spend_amount_reporting, load_id from core.fact_ad_spend"
        )
        seen.append(converted)
    assert [amount for amount, _ in seen] == [None, pytest.approx(Decimal("1.2")), None]
    assert [load for _, load in seen] == [3, 4, 5]


def test_nothing_is_nothing_in_every_currency(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    rows = {FIRST: [p.google_ad_day("11", 0, FIRST, impressions="7")]}
    warehouse.load_windows("google_ads.ad_days", "1", rows, "EUR")
    paid = p.order(1, f"{FIRST}T15:00:00Z", [p.order_line(1, "10.00")])
    free = p.order(2, f"{FIRST}T15:00:00Z", [p.order_line(2, "0.00")], currencyCode="KWD")
    warehouse.load_records("shopify.orders", p.SHOP, [paid, free])
    warehouse.transform(select=["+mart_channel_daily", "+mart_finance_daily"])
    columns = "spend_amount_reporting, net_revenue_amount_reporting, missing_fx_count"
    found = warehouse.rows(f"select {columns} from marts.mart_channel_daily order by 1, 2")
    assert found == [(0, 0, 0), (0, 10, 0)]
    assert warehouse.rows("select sum(missing_fx_count) from marts.mart_finance_daily") == [(0,)]
