"""Journeys that the shop works out hours after their orders: told of, and mended by a backfill."""

from datetime import timedelta

import pytest

from tests.end_to_end.company import a_company
from trueup.pipeline.run import run_backfill
from trueup_simulators.world import WorldConfig

CONFIG = WorldConfig(scale="small", days=4, slow_journeys=0.6)
TOUCHED = "select count(distinct order_dk) from core.fact_touchpoints"


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A run, a run the next day and a backfill: warnings and touched orders after each."""
    with a_company(tmp_path_factory.mktemp("late"), CONFIG) as company:
        found = [_outcome(company, company.run())]
        company.a_day_later()
        found.append(_outcome(company, company.run()))
        now = company.clock.now()
        tomorrow = now.date() + timedelta(days=1)
        again = run_backfill(company.project, "shopify", CONFIG.start, tomorrow, now)
        found.append(_outcome(company, again))
        yield found


def _outcome(company, result):
    [verdict] = [v for v in result.audited.verdicts if v.gate.name == "customer_journeys_complete"]
    [(touched,)] = company.published(TOUCHED)
    return {"error": result.error(), "late": verdict.violations, "touched": touched}


def test_orders_read_before_their_journey_are_told_of_a_day_later(story):
    assert [found["late"] > 0 for found in story] == [False, True, False]


def test_a_warning_holds_nothing_back(story):
    assert [found["error"] for found in story] == [None, None, None]


def test_a_backfill_brings_the_visits(story):
    assert story[2]["touched"] >= story[1]["touched"] + story[1]["late"] // 2
