"""Seeds and views stay while the models do, and an unfinished rebuild starts again in full."""

from dataclasses import replace

import pytest

from tests.end_to_end.company import heard
from trueup.errors import QualityError
from trueup.pipeline.steps.transform import transform


@pytest.fixture
def company(grown_company, tmp_path):
    """A company with a load that the candidate tables do not have yet."""
    company = grown_company.copied_to(tmp_path / "copy", "warehouse.duckdb")
    change(company, "update ops.transform_position set load_id = load_id - 1")
    return company


def change(company, sql):
    with company.project.warehouse.transaction() as connection:
        connection.execute(sql)


def in_euro(company):
    project = company.project
    return replace(project, config=project.config.model_copy(update={"currency": "EUR"}))


def built_by(project):
    events = []
    transformed = transform(project, events.append)
    return transformed, {event.subject for event in heard(events, "model_built")}


def test_views_and_seeds_stay_while_the_models_do(company):
    transformed, built = built_by(company.project)
    assert not transformed.full_refresh
    assert "stg_shopify__orders" in built
    assert not built & {"stg_warehouse__batches", "fact_orders", "channel_rules"}


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("view", "staging.stg_warehouse__batches"),
        ("table", "reference.channel_rules"),
        ("table", "core.fact_touchpoints"),
    ],
)
def test_a_table_that_is_gone_is_rebuilt_whole(company, kind, lost):
    """An incremental table alone would hold only what the newest load changed."""
    before = rows_of(company, lost)
    change(company, f"drop {kind} {lost}")
    assert transform(company.project).full_refresh
    assert rows_of(company, lost) == before > 0


def test_a_schema_that_is_gone_is_rebuilt(company):
    before = revenue(company)
    change(company, "drop schema intermediate cascade")
    assert transform(company.project).full_refresh
    assert revenue(company) == before


def test_another_currency_rebuilds_views_too(company):
    transformed, built = built_by(in_euro(company))
    assert transformed.full_refresh
    assert {"stg_warehouse__batches", "fact_orders", "channel_rules"} <= built


def test_after_an_unfinished_rebuild_the_old_settings_rebuild_all_as_well(company):
    before = revenue(company)
    change(company, "alter table raw.shopify__products rename column payload to lost")
    with pytest.raises(QualityError):
        transform(in_euro(company))
    change(company, "alter table raw.shopify__products rename column lost to payload")
    assert transform(company.project).full_refresh
    assert revenue(company) == before


def rows_of(company, table):
    return company.project.warehouse.query(f"select count(*) as n from {table}")[0]["n"]


def revenue(company):
    return company.project.warehouse.query(
        "select reporting_currency_code, sum(net_revenue_amount_reporting) as amount "
        "from marts.mart_finance_daily group by all order by all"
    )
