"""A table that is withheld is an error of every run until it is published."""

import pytest

from tests.end_to_end.test_withheld_tables import DAMAGE, damage
from trueup.pipeline.run import run_publish


@pytest.fixture
def unpublished(grown_company, tmp_path):
    """A company whose first version is yet to come, with an order that does not add up."""
    company = grown_company.copied_to(tmp_path / "copy", "lake", "warehouse.duckdb")
    damage(company, DAMAGE.format("+"))
    return company


def published(company):
    return run_publish(company.project, company.clock.now())


def test_a_run_after_a_withheld_first_publish_is_still_an_error(unpublished):
    first, second = published(unpublished), published(unpublished)
    assert first.error().code == second.error().code == "TUP-602"
    manifest = unpublished.project.published.current()
    assert "fact_orders" not in manifest.tables
    assert "order_components_sum_to_total" in manifest.never_shown["fact_orders"]


def test_a_run_rests_once_every_table_is_shown(unpublished):
    published(unpublished)
    damage(unpublished, DAMAGE.format("-"))
    assert published(unpublished).error() is None
    assert published(unpublished).published is None
    assert unpublished.project.published.current().never_shown == {}
