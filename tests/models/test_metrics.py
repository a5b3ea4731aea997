"""The dictionary of metrics says what the marts compute."""

from typing import Any

import pytest
import yaml

from tests.models import payloads as p
from tests.models.test_spend_history import DAY, euros
from tests.models.warehouse_harness import PROJECT, Warehouse

METRICS: dict[str, dict[str, Any]] = {
    metric["name"]: metric
    for metric in yaml.safe_load((PROJECT / "metrics.yml").read_text())["metrics"]
}
ASKED_FOR = {
    "spend", "impressions", "clicks", "ctr", "cpc", "orders", "gmv", "net_revenue", "refunds",
    "new_customers", "cac", "roas", "mer",
}  # fmt: skip
MAY_BE_UNKNOWN = (
    "spend_amount_reporting", "impressions", "clicks", "net_revenue_amount_reporting",
    "gmv_amount_reporting", "refund_amount_reporting",
)  # fmt: skip
FIELDS = {"name", "label", "formula", "unit", "grain", "table", "sql", "edge_rules"}
# 10 EUR at 1.5 are 15 USD, on 3 clicks and 60 impressions; one order of 40 after 5 off, 4 back.
EXPECTED = {
    "spend": 15, "impressions": 60, "clicks": 3, "ctr": 0.05, "cpc": 5, "orders": 1, "gmv": 45,
    "net_revenue": 36, "refunds": 4, "new_customers": 1, "cac": 15, "roas": 2.4, "mer": 2.4,
}  # fmt: skip


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """One day: an ad, a click on it, and the order it led to."""
    warehouse = Warehouse(tmp_path_factory.mktemp("marts") / "w.duckdb")
    ad = euros("1a", 10, clicks="3", impressions="60")
    warehouse.load_windows("google_ads.ad_days", "1", {DAY: [ad]}, "EUR")
    warehouse.load_windows("fx.rates", "file", {None: [p.rate("EUR", "USD", DAY, "1.5")]})
    bought = p.order(
        1,
        f"{DAY}T15:00:00Z",
        [p.order_line(1, "45.00", discountAllocations=p.discount("5.00"))],
        email="tok_a",
        visits=[p.visit(1, f"{DAY}T14:00:00Z", "gclid=G1")],
        refunds=[p.refund(1, f"{DAY}T16:00:00Z", [p.refund_line(1, "4.00")])],
    )
    warehouse.load_records("shopify.orders", p.SHOP, [bought])
    warehouse.transform()
    return warehouse


def test_every_metric_that_is_asked_for_is_described_in_full() -> None:
    assert set(METRICS) == ASKED_FOR
    assert all(set(metric) == FIELDS for metric in METRICS.values())


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_metric_is_what_its_expression_gives_on_the_marts(marts: Warehouse, name: str) -> None:
    metric = METRICS[name]
    # The channel's own figures: what no channel spent on has none of these ratios.
    where = "where channel_code = 'paid_search'" if "channel" in metric["table"] else ""
    found = marts.rows(f"select {metric['sql']} from marts.{metric['table']} {where}")
    assert float(found[0][0]) == pytest.approx(EXPECTED[name])


@pytest.mark.parametrize("name", ["ctr", "cpc", "cac", "roas"])
def test_the_dictionary_and_the_mart_give_the_same_ratio(marts: Warehouse, name: str) -> None:
    found = marts.rows(
        f"select channel_code, {name}, {METRICS[name]['sql']} from marts.mart_channel_daily "
        f"group by channel_code, {name}"
    )
    assert found
    assert all(stored == expressed for _, stored, expressed in found)


def test_ratios_without_a_denominator_are_null(marts: Warehouse) -> None:
    for name in ("ctr", "cpc", "cac", "roas"):
        metric = METRICS[name]
        found = marts.rows(f"select {metric['sql']} from marts.{metric['table']} where false")
        assert found == [(None,)], name


def test_customers_that_no_spend_is_known_of_have_no_cost(marts: Warehouse) -> None:
    free = "select * replace (0 as spend_amount_reporting) from marts.mart_channel_daily"
    [(new, cac)] = marts.rows(
        f"select sum(new_customers), {METRICS['cac']['sql']} from ({free}) "
        "where channel_code = 'paid_search'"
    )
    assert (new > 0, cac) == (True, None)


@pytest.mark.parametrize(
    ("name", "column"),
    [(n, c) for n in sorted(METRICS) for c in MAY_BE_UNKNOWN if c in METRICS[n]["sql"]],
)
def test_a_figure_with_an_unknown_part_is_unknown(marts: Warehouse, name: str, column: str) -> None:
    table, sql = f"marts.{METRICS[name]['table']}", METRICS[name]["sql"]
    unknown = f"select * replace (null as {column}) from {table}"
    found = marts.rows(f"select {sql} from (select * from {table} union all {unknown})")
    assert found == [(None,)]
