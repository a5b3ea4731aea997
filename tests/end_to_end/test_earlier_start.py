"""A shop older than its project: figures begin at `start_date`, and again where it moves to."""

from datetime import timedelta

import pytest

from tests.end_to_end.company import a_company
from tests.end_to_end.truth import differences
from trueup_simulators.world import WorldConfig

WORLD = WorldConfig(scale="small", days=6)
LATER = WORLD.start + timedelta(days=3)


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A company that began its figures three days into the world, and then three days earlier."""
    with a_company(tmp_path_factory.mktemp("earlier") / "company", WORLD) as company:
        found = {}
        for name, start in (("later", LATER), ("earlier", WORLD.start)):
            company = starting_on(company, start)
            result = company.run()
            found[name] = {
                "error": result.error(),
                "differences": differences(company),
                "first_days": company.published(
                    "select min(report_date) from marts.mart_finance_daily union all "
                    "select min(report_date) from marts.mart_channel_daily"
                ),
            }
        yield found


def starting_on(company, start):
    settings = company.folder / "trueup.yml"
    lines = [
        f"start_date: {start}" if line.startswith("start_date") else line
        for line in settings.read_text().splitlines()
    ]
    settings.write_text("\n".join(lines) + "\n")
    return company.reopened_at(company.folder)


@pytest.mark.parametrize("name", ["later", "earlier"])
def test_every_gate_passes(story, name):
    assert story[name]["error"] is None


def test_no_day_before_the_start_is_shown(story):
    assert story["later"]["first_days"] == [(LATER,), (LATER,)]


@pytest.mark.parametrize("name", ["spend", "finance"])
def test_days_from_the_start_on_equal_the_truth(story, name):
    column = {"spend": 3, "finance": 0}[name]
    wrong = story["later"]["differences"].get(name, set())
    assert {row for row in wrong if row[column] >= LATER} == set()


def test_an_earlier_start_brings_the_days_before_it(story):
    assert story["earlier"]["differences"] == {}
