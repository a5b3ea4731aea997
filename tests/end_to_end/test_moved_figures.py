"""Figures of days that were shown before with another value are listed with each version."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.end_to_end.test_withheld_tables import a_run, damage
from trueup.pipeline.steps.publish import publish
from trueup.pipeline.steps.transform import transform

MOVED = (
    "select metric, report_date, channel_code, after_value - before_value as change, was_final "
    "from ops.moved_figures order by all"
)
LAST = "(select max(report_date) from marts.mart_finance_daily)"


@pytest.fixture
def company(grown_company, tmp_path):
    """A copy of which the newest load is published."""
    company = grown_company.copied_to(tmp_path / "copy", "lake", "warehouse.duckdb", "published")
    publish_again(company)
    return company


def publish_again(company, later=0):
    return publish(a_run(company, later), transform(company.project), {}).manifest


def last_day(company):
    [(day,)] = company.published("select max(report_date) from marts.mart_finance_daily")
    return day


def test_nothing_moves_where_nothing_changed(company):
    publish_again(company, later=1)
    assert company.published(MOVED) == []


def test_what_moved_is_listed_by_metric_day_and_channel(company):
    before = company.project.published.current()
    damage(
        company,
        "update marts.mart_finance_daily set orders = orders + 2, "
        "net_revenue_amount_reporting = net_revenue_amount_reporting - 5 "
        f"where report_date = {LAST}",
    )
    damage(
        company,
        "update marts.mart_channel_daily set spend_amount_reporting = spend_amount_reporting + 1, "
        f"spend_status = 'final' where channel_code = 'paid_search' and report_date = {LAST}",
    )
    publish_again(company, later=1)
    day = last_day(company)
    assert company.published(MOVED) == [
        ("net_revenue", day, None, Decimal(-5), False),
        ("orders", day, None, Decimal(2), False),
        ("spend", day, "paid_search", Decimal(1), False),
    ]
    since = "select distinct since_publish_id, since_published_at from ops.moved_figures"
    assert company.published(since) == [
        (before.publish_id, before.published_at.replace(tzinfo=None))
    ]


def test_a_figure_that_was_final_is_marked(company):
    damage(company, "update marts.mart_finance_daily set revenue_status = 'final'")
    publish_again(company, later=1)
    damage(company, f"update marts.mart_finance_daily set orders = 1 where report_date = {LAST}")
    publish_again(company, later=2)
    [(metric, _, _, _, was_final)] = company.published(MOVED)
    assert (metric, was_final) == ("orders", True)


def test_a_new_day_has_not_moved_and_one_that_is_gone_has(company):
    day = last_day(company)
    new = "select * replace (report_date + 30 as report_date) from marts.mart_finance_daily"
    damage(company, f"insert into marts.mart_finance_daily {new} where report_date = {LAST}")
    publish_again(company, later=1)
    assert company.published(MOVED) == []
    damage(company, f"delete from marts.mart_finance_daily where report_date = {LAST}")
    publish_again(company, later=2)
    gone = "select distinct report_date, after_value from ops.moved_figures"
    assert company.published(gone) == [(day + timedelta(days=30), None)]


def test_a_figure_that_turns_unknown_has_moved(company):
    damage(
        company,
        "update marts.mart_channel_daily set spend_amount_reporting = null "
        f"where channel_code = 'paid_search' and report_date = {LAST}",
    )
    publish_again(company, later=1)
    found = company.published("select metric, before_value > 0, after_value from ops.moved_figures")
    assert found == [("spend", True, None)]
