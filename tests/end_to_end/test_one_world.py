"""One retailer, several days: what is published is what happened, on every day and ever after."""

from datetime import timedelta

import pytest

from tests.end_to_end.company import a_company
from tests.end_to_end.truth import differences
from trueup.pipeline.run import run_backfill, run_publish
from trueup_simulators.world import Plant, WorldConfig

DAYS = 4
AS_KNOWN_AT = """
    select platform, account_id, campaign_id, coalesce(ad_id, '-'), platform_date, spend_amount,
        clicks, impressions
    from core.fact_ad_spend_hist
    where knowledge_from <= timestamp '{at}' and not is_deleted
        and (knowledge_to is null or knowledge_to > timestamp '{at}')
"""
NOW_CURRENT = """
    select platform, account_id, campaign_id, coalesce(ad_id, '-'), platform_date, spend_amount,
        clicks, impressions
    from core.fact_ad_spend
"""


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A company that ran on several days, and what it published on each of them."""
    config = WorldConfig(scale="small", days=33, earlier_customers=0.3, slow_journeys=0.6)
    with a_company(tmp_path_factory.mktemp("story"), config) as company:
        days = []
        for number in range(DAYS):
            if number:
                company.a_day_later()
            if number == 2:
                company.world.plant(_a_vanished_day(company))
                _delete_orders(company)
            result = company.run()
            days.append(
                {
                    "now": company.clock.now(),
                    "error": result.error(),
                    "differences": differences(company),
                    "spend": sorted(company.published(NOW_CURRENT)),
                    "changed": result.published.changed_tables,
                    "windows": sum(r.tally.windows_changed for r in result.synced.streams),
                    **journeys(company, result),
                }
            )
        yield company, days


def _a_vanished_day(company):
    """All rows of one account on one recent day are gone at the source from now on."""
    now = company.clock.now()
    day = now.date() - timedelta(days=6)
    return Plant(kind="vanish", known_from=now, account_id="5550001002", day=day)


def _delete_orders(company):
    """A refunded order and one of the day before are deleted in the shop."""
    now = company.clock.now()
    truth = company.world.truth(now - timedelta(days=1))
    refunded = truth.refunds["order_id"].to_pylist()[-1]
    [newest] = truth.orders.sort_by([("placed_at", "descending")])["order_id"].to_pylist()[:1]
    for number in (refunded, newest):
        plant = Plant(kind="delete_order", known_from=now, entity_id=str(number))
        company.world.plant(plant)


def journeys(company, result):
    """Number of orders that were read before their journey, and of orders with one."""
    [verdict] = [v for v in result.audited.verdicts if v.gate.name == "customer_journeys_complete"]
    [(touched,)] = company.published("select count(distinct order_dk) from core.fact_touchpoints")
    return {"late": verdict.violations, "touched": touched}


@pytest.mark.parametrize("number", range(DAYS))
def test_spend_orders_refunds_and_revenue_equal_the_sealed_truth(story, number):
    _, days = story
    assert days[number]["error"] is None
    assert days[number]["differences"] == {}


@pytest.mark.parametrize("number", range(DAYS))
def test_spend_as_known_at_a_past_run_is_what_was_published_then(story, number):
    company, days = story
    at = days[number]["now"].strftime("%Y-%m-%d %H:%M:%S")
    assert sorted(company.published(AS_KNOWN_AT.format(at=at))) == days[number]["spend"]


def test_the_days_did_restate_what_was_published_before(story):
    _, days = story
    known = [{row[:5]: row[5:] for row in day["spend"]} for day in days]
    restated = [key for key in known[0] if known[-1].get(key, known[0][key]) != known[0][key]]
    vanished = [key for key in known[0] if key not in known[-1]]
    assert restated
    assert vanished


def test_orders_deleted_in_the_shop_are_gone_and_their_payloads_kept(story):
    company, _ = story
    now = company.clock.now()
    gone = {int(plant.entity_id) for plant in company.world.plants if plant.entity_id}
    there = {order for (order,) in company.published("select order_id from core.fact_orders")}
    truth = company.world.truth(now).orders["order_id"].to_pylist()
    assert len(gone) == 2
    assert there == set(map(str, truth))
    rows = company.project.warehouse.query("select distinct record_key from raw.shopify__orders")
    kept = {int(row["record_key"].rpartition("/")[2]) for row in rows}
    assert gone <= kept


def test_running_again_adds_nothing_and_changes_nothing(story):
    company, _ = story
    before, published = company.content(), company.project.published.current().publish_id
    result = company.run()
    assert (result.loaded.batches, result.published) == (0, None)
    assert company.project.published.current().publish_id == published
    assert company.content() == before


def test_every_figure_of_the_identity_is_there_to_the_cent(story):
    company, _ = story
    [(difference, attributed)] = company.published(
        """
        select (select sum(net_revenue_amount_reporting) from marts.mart_channel_daily)
            - (select sum(net_revenue_amount_reporting) from marts.mart_finance_daily),
            (select sum(net_revenue_amount_reporting) from marts.mart_channel_daily
                where channel_code <> 'unattributed')
        """
    )
    assert difference == 0
    assert attributed > 0


def test_a_warehouse_made_again_from_the_lake_holds_all_that_it_held(story, tmp_path):
    company, _ = story
    again = company.copied_to(tmp_path / "again", "lake", "vault")
    result = run_publish(again.project, company.clock.now() + timedelta(days=30))
    assert result.error() is None
    assert len(company.content()) > 20
    assert again.content() == company.content()


def test_orders_read_before_their_journey_are_told_of_a_day_later(story):
    _, days = story
    late = [day["late"] for day in days]
    assert late[0] == 0
    assert late[-1] > 0


def test_a_backfill_brings_journeys_that_came_late(story):
    company, days = story
    now = company.clock.now()
    since, tomorrow = now.date() - timedelta(days=6), now.date() + timedelta(days=1)
    again = run_backfill(company.project, "shopify", since, tomorrow, now)
    assert again.error() is None
    found, before = journeys(company, again), days[-1]
    assert found["late"] == 0
    assert found["touched"] >= before["touched"] + before["late"] // 2
    assert differences(company) == {}
