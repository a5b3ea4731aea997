"""Values on the pages equal the marts."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.unit.dashboards.small_publish import Shape, publish
from trueup_dashboards.published import Published, newest, open_published
from trueup_dashboards.queries import campaigns, channels, overview
from trueup_dashboards.queries.marts import NO_RATE

PERIOD: dict[str, Any] = {"since": date(2026, 6, 3), "until": date(2026, 7, 1)}
ALL: dict[str, Any] = {"search": "", "channels": [], "accounts": []}
METRICS = Path(__file__).parents[3] / "dbt" / "metrics.yml"
IN_PERIOD = "report_date between date '2026-06-03' and date '2026-06-30'"


@pytest.fixture
def plain(plain_folder: Path) -> Published:
    file = newest(plain_folder)
    assert file is not None
    return open_published(file)


def campaign_rows(published: Published, **picked: Any) -> list[dict[str, Any]]:
    return published.rows(campaigns.TABLE, **PERIOD, **(ALL | picked))


def test_totals_are_the_sums_of_the_marts(plain: Published) -> None:
    shown = plain.rows(overview.TOTALS, **PERIOD)[0]
    revenue = plain.rows(
        "select sum(net_revenue_amount_reporting) as net, sum(orders) as orders "
        f"from marts.mart_finance_daily where {IN_PERIOD}"
    )[0]
    spend = plain.rows(
        "select sum(spend_amount_reporting) as spend "
        f"from marts.mart_channel_daily where {IN_PERIOD}"
    )[0]["spend"]
    assert (shown["net_revenue"], shown["orders"], shown["spend"]) == (*revenue.values(), spend)
    assert float(shown["mer"]) == pytest.approx(float(revenue["net"] / spend))


def test_roas_counts_revenue_of_channels_that_cost_only(plain: Published) -> None:
    table = plain.rows(channels.TABLE, **PERIOD)
    paid = sum(row["net_revenue"] for row in table if row["spend"])
    spend = sum(row["spend"] for row in table)
    shown = plain.rows(overview.TOTALS, **PERIOD)[0]
    assert float(shown["roas"]) == pytest.approx(float(paid / spend))


def test_the_parts_of_revenue_add_up_to_the_last_digit(plain: Published) -> None:
    found = plain.rows(overview.IDENTITY, **PERIOD)[0]
    assert found["attributed"] + found["direct"] + found["unattributed"] == found["net_revenue"]
    assert (found["difference"], found["days_that_differ"]) == (0, 0)
    assert isinstance(found["difference"], Decimal)


def test_a_difference_of_a_millionth_shows_as_days_that_differ(tmp_path: Path) -> None:
    published = open_published(publish(tmp_path, Shape(gap="0.000001")))
    found = published.rows(overview.IDENTITY, **PERIOD)[0]
    assert (found["difference"], found["days_that_differ"]) == (Decimal("0.000028"), 28)


def test_differences_that_cancel_out_over_days_are_still_counted(tmp_path: Path) -> None:
    gap = "case dayofyear(day) % 2 when 0 then 5 else -5 end"
    published = open_published(publish(tmp_path, Shape(gap=gap)))
    found = published.rows(overview.IDENTITY, **PERIOD)[0]
    assert (found["difference"], found["days_that_differ"]) == (0, 28)


def test_every_day_of_the_period_has_a_row_and_an_unknown_one_is_null(plain: Published) -> None:
    days = plain.rows(overview.DAYS, since=date(2026, 6, 29), until=date(2026, 7, 5))
    assert [row["net_revenue"] is None for row in days] == [False] * 3 + [True] * 3
    assert days[-1]["spend"] is None


def test_ratios_without_a_denominator_are_null(plain: Published) -> None:
    email = next(r for r in plain.rows(channels.TABLE, **PERIOD) if r["channel_code"] == "email")
    assert (email["spend"], email["new_customers"] > 0) == (0, True)
    assert [email[ratio] for ratio in ("roas", "ctr", "cpc", "cac")] == [None] * 4
    childless = [row for row in campaign_rows(plain) if row["new_customers"] == 0]
    assert childless
    assert all(row["cac"] is None for row in childless)


def test_a_sum_with_an_amount_that_could_not_be_converted_is_unknown(tmp_path: Path) -> None:
    # One day's revenue without a rate: neither that part nor a total without it is shown.
    gap = "case when day = date '2026-06-10' then null else 0 end"
    published = open_published(publish(tmp_path, Shape(gap=gap)))
    assert published.rows(overview.TOTALS, **PERIOD)[0]["net_revenue"] is None
    [day] = [row for row in published.rows(overview.DAYS, **PERIOD) if row["net_revenue"] is None]
    assert (day["day"], day["revenue_reason"]) == (date(2026, 6, 10), NO_RATE)
    later = {"since": date(2026, 6, 11), "until": date(2026, 7, 1)}
    assert published.rows(overview.TOTALS, **later)[0]["net_revenue"] is not None


def test_campaigns_add_up_to_their_channels(plain: Published) -> None:
    total = sum(row["spend"] for row in campaign_rows(plain))
    assert total == sum(row["spend"] for row in plain.rows(channels.TABLE, **PERIOD))


def test_each_campaign_has_one_bar_per_day(plain: Published) -> None:
    rows = campaign_rows(plain)
    assert {len(row["spend_by_day"]) for row in rows} == {28}
    assert sum(rows[0]["spend_by_day"]) == rows[0]["spend"]


@pytest.mark.parametrize("text", ["%", "Brand_", "' or 1=1 --", "\\"])
def test_a_search_is_no_pattern_and_no_sql(plain: Published, text: str) -> None:
    assert campaign_rows(plain, search=text) == []


def test_campaigns_are_found_by_name_former_name_and_id(plain: Published) -> None:
    assert len(campaign_rows(plain, search="formerly 9")) == 1
    assert len(campaign_rows(plain, search="90000012")) == 1
    assert len(campaign_rows(plain, search="SUMMER SALE")) == 3


def test_filters_keep_what_was_picked(plain: Published) -> None:
    rows = campaign_rows(plain, channels=["paid_social"], accounts=["act_501"])
    assert {(row["channel_code"], row["account_id"]) for row in rows} == {
        ("paid_social", "act_501")
    }


def test_claims_of_platforms_are_converted_as_spend_is(plain: Published) -> None:
    rows = {row["campaign_id"]: row for row in campaign_rows(plain)}
    in_euro, in_dollar = rows["90000000"], rows["90000001"]
    assert float(in_euro["claimed_value"] / in_euro["net_revenue"]) == pytest.approx(1.35 * 1.08)
    assert float(in_dollar["claimed_value"] / in_dollar["net_revenue"]) == pytest.approx(1.35)


UNKNOWN_PARTS = """
    create schema marts;
    create table marts.mart_finance_daily as
    select date '2026-06-03' as report_date, 9 as net_revenue_amount_reporting, 1 as orders,
        1 as new_customers;
    create table marts.mart_channel_daily as
    select *, 'Paid' as channel_group, channel_code as channel_name, 1 as attributed_orders,
        1 as new_customers, 2 as spend_amount_reporting
    from (values
        (date '2026-06-03', 'paid_search', 10, 5, 6),
        (date '2026-06-04', 'paid_search', null, null, 6),
        (date '2026-06-03', 'paid_social', 10, 5, null)
    ) as days(report_date, channel_code, impressions, clicks, net_revenue_amount_reporting)
"""


@pytest.mark.parametrize("name", ["impressions", "clicks", "ctr", "cpc"])
def test_a_channel_with_a_day_of_unknown_counts_has_none(name: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(UNKNOWN_PARTS)
        found = connection.sql(f"select {name} from ({channels.TABLE}) order by 1", params=PERIOD)
        assert [value is None for (value,) in found.fetchall()] == [False, True]


@pytest.mark.parametrize("query", [overview.TOTALS, overview.DAYS])
def test_without_the_revenue_of_a_channel_that_costs_there_is_no_roas(query: str) -> None:
    with duckdb.connect() as connection:
        connection.execute(UNKNOWN_PARTS)
        found = connection.sql(f"select roas from ({query}) limit 1", params=PERIOD)
        assert found.fetchall() == [(None,)]


UNKNOWN_CAMPAIGNS = """
    create schema marts; create schema core; create schema ops;
    create table ops.accounts as select '' as source, '' as scope, '' as name;
    create table core.dim_fx_rate as
    select 'EUR' as currency_code, date '2026-06-03' as rate_date, 1 as rate;
    create table core.dim_campaign as
    select '-1' as campaign_dk, null as platform, null as account_id, null as campaign_id,
        'Unknown' as campaign_name, null as status, true as is_current;
    create table core.dim_channel as
    select code as channel_dk, code as channel_code, code as channel_name
    from (values ('paid_search'), ('paid_social')) as channels(code);
    create table marts.mart_campaign_daily as
    select date '2026-06-03' as report_date, '-1' as account_dk, '-1' as campaign_dk, channel_dk,
        null as currency_code,
        'USD' as reporting_currency_code, 0 as spend_amount_reporting, 0 as impressions,
        0 as clicks, 1 as attributed_orders, revenue as net_revenue_amount_reporting,
        0 as new_customers, 0 as platform_conversions, 0 as platform_conversion_value_amount
    from (values ('paid_search', 3), ('paid_social', 4)) as days(channel_dk, revenue)
"""


def test_what_has_no_known_campaign_stays_with_its_channel() -> None:
    with duckdb.connect() as connection:
        connection.execute(UNKNOWN_CAMPAIGNS)
        shown = f"select campaign_id, channel_code, net_revenue from ({campaigns.TABLE}) order by 2"
        found = connection.execute(shown, PERIOD | ALL).fetchall()
    assert found == [("-1", "paid_search", 3), ("-1", "paid_social", 4)]


def test_a_broken_file_is_an_error_not_an_empty_page(tmp_path: Path) -> None:
    published = open_published(publish(tmp_path))
    for part in tmp_path.glob("parts/*"):
        part.unlink()
    with pytest.raises(duckdb.Error):
        published.rows(overview.TOTALS, **PERIOD)


@pytest.mark.parametrize("name", ["net_revenue", "spend", "orders", "new_customers", "cac", "roas"])
def test_totals_follow_the_formulas_of_the_dictionary(plain: Published, name: str) -> None:
    metric = next(m for m in yaml.safe_load(METRICS.read_text())["metrics"] if m["name"] == name)
    # What is attributed is measured against its own spend: channels without any are left out.
    paid = "and channel_code in ('paid_search', 'paid_social')" if name == "roas" else ""
    told = plain.rows(
        f"select {metric['sql']} as told from marts.{metric['table']} where {IN_PERIOD} {paid}"
    )[0]["told"]
    assert float(plain.rows(overview.TOTALS, **PERIOD)[0][name]) == pytest.approx(float(told))
