"""The prepared company that other tests copy has true figures, also in a copy."""

import pytest

from tests.end_to_end.crashes import lake_content
from tests.end_to_end.prepared import PUBLISHED, SYNCED, a_prepared_company
from tests.end_to_end.truth import differences


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    with a_prepared_company(tmp_path_factory.mktemp("prepared") / "company", PUBLISHED) as company:
        yield company


def test_the_figures_of_a_prepared_company_equal_the_truth(company):
    # In so few days nothing was given back yet.
    assert differences(company, may_be_empty=("refunds",)) == {}


def test_every_stream_of_a_prepared_company_has_something(company):
    content = lake_content(company)
    assert [name for name, found in content.items() if not (found or "totals" in name)] == []


def test_a_copy_opens_where_it_is(company):
    assert company.project.published.unreadable() == ""


def test_a_stage_is_what_the_one_before_it_became(company, tmp_path):
    with a_prepared_company(tmp_path / "synced", SYNCED) as synced:
        assert lake_content(synced) == lake_content(company)
        assert synced.clock.now() == company.clock.now()


def test_a_run_without_news_reads_publishes_and_changes_nothing(company):
    company.run()  # a moved company gets a published file that names its new folder
    before = company.content()
    result = company.run()
    assert (result.error(), result.loaded.rows, result.published) == (None, 0, None)
    assert company.content() == before
