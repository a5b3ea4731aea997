"""Daily budgets reach dim_campaign in units of the account's currency."""

from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse


@pytest.mark.parametrize(
    ("budget", "currency", "expected"),
    [
        ("123450", "USD", Decimal("1234.50")),
        ("5000", "JPY", Decimal(5000)),
        ("9000", "TWD", Decimal(9000)),
        ("1500", "KWD", Decimal(15)),
        ("0", "USD", None),
        (None, "USD", None),
        ("5000", None, None),
    ],
)
def test_metas_budget_is_in_the_accounts_currency(
    tmp_path: Path, budget: str | None, currency: str | None, expected: Decimal | None
) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    campaign = {"account_id": "2", "id": "m1", "name": "Summer", "daily_budget": budget}
    warehouse.load_windows("meta_ads.campaigns", "2", {None: [campaign]}, currency)
    warehouse.transform(select=["+dim_campaign"])
    found = "select daily_budget_amount from core.dim_campaign where campaign_id = 'm1'"
    assert warehouse.rows(found) == [(expected,)]


def test_a_changed_budget_is_a_new_version(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    for budget in ("1000", "1000", "2500"):
        campaign = {"account_id": "2", "id": "m1", "name": "Summer", "daily_budget": budget}
        warehouse.load_windows("meta_ads.campaigns", "2", {None: [campaign]})
    warehouse.load_windows("google_ads.campaigns", "1", {None: [p.google_campaign("c1", "S")]})
    warehouse.transform(select=["+dim_campaign"])
    found = warehouse.rows(
        "select campaign_id, daily_budget_amount, is_current from core.dim_campaign "
        "where campaign_id is not null order by all"
    )
    assert found == [
        ("c1", Decimal(5), True),
        ("m1", Decimal(10), False),
        ("m1", Decimal(25), True),
    ]
