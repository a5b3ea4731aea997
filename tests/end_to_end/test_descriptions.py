"""Every published column is described, in the file itself and in the models it comes from."""

import pytest

from tests.end_to_end.test_withheld_tables import a_run
from trueup.pipeline.steps.publish import publish
from trueup.pipeline.steps.transform import transform

COLUMNS = (
    "select schema_name, table_name, column_name, comment from duckdb_columns() "
    "where schema_name in ('core', 'marts', 'ops') and not internal"
)
TABLES = (
    "select schema_name, view_name, comment from duckdb_views() where not internal "
    "union all select schema_name, table_name, comment from duckdb_tables()"
)


@pytest.fixture(scope="module")
def company(grown_company, tmp_path_factory):
    folder = tmp_path_factory.mktemp("described")
    company = grown_company.copied_to(folder / "copy", "lake", "warehouse.duckdb")
    publish(a_run(company), transform(company.project), {})
    return company


def test_every_published_column_is_described_in_the_file(company):
    found = company.published(COLUMNS)
    assert len(found) > 450
    assert [row[:3] for row in found if not row[3]] == []


def test_every_published_table_says_what_one_row_is(company):
    found = company.published(TABLES)
    assert len(found) > 30
    assert [row[:2] for row in found if not (row[2] or "").startswith("One row")] == []


def test_no_description_is_of_a_column_that_is_not_there(company):
    there = {(schema, table, column) for schema, table, column, _ in company.published(COLUMNS)}
    described = {
        (each.schema, each.name, column)
        for each in transform(company.project).lineage.candidates
        for column in each.comment.columns
    }
    assert described - there == set()


def test_amounts_and_times_say_their_unit_and_zone(company):
    for schema, table, column, comment in company.published(COLUMNS):
        where = f"{schema}.{table}.{column}: {comment}"
        if column.endswith("_at"):
            assert "UTC" in comment, where
        if column.endswith("_amount") and schema != "ops":
            assert "currency" in comment or "`" in comment, where
        if column.endswith("_reporting"):
            assert "NULL" in comment, where
