"""A clock that is set back: nothing is lost or doubled, and the past stays as it was known."""

from datetime import timedelta

import pytest

from tests.end_to_end.company import heard
from tests.end_to_end.prepared import PUBLISHED, a_prepared_company
from tests.end_to_end.truth import differences
from trueup.errors import ConfigError
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run import run
from trueup_simulators.faults import FaultRule

SPEND = """
    select platform, account_id, campaign_id, coalesce(ad_id, '-'), platform_date, spend_amount,
        clicks, impressions
    from core.fact_ad_spend
"""
AS_KNOWN_AT = """
    select platform, account_id, campaign_id, coalesce(ad_id, '-'), platform_date, spend_amount,
        clicks, impressions
    from core.fact_ad_spend_hist
    where knowledge_from <= timestamp '{at}' and not is_deleted
        and (knowledge_to is null or knowledge_to > timestamp '{at}')
"""
# Hours that the world goes on before each run, and hours that our clock is then behind it.
STEPS = {"a day later": (24, 0), "2 h back": (1, 3), "48 h back": (24, 49)}


@pytest.fixture(scope="module")
def story(tmp_path_factory):
    """A company whose clock is set back by 2 and by 48 hours while the vendors' clocks go on."""
    with a_prepared_company(tmp_path_factory.mktemp("clock") / "company", PUBLISHED) as company:
        # A vendor that tells its time would have it noticed at once.
        company.faults.add(FaultRule(kind="no_date", times=None))
        steps = {"first": outcome(company, company.clock.now(), None)}
        yield company, steps | {name: step(company, *STEPS[name]) for name in STEPS}


def step(company, hours_on, hours_behind):
    company.clock.advance(timedelta(hours=hours_on))
    result = run(company.project, company.clock.now() - timedelta(hours=hours_behind))
    return outcome(company, result.now, result.error())


def outcome(company, now, error):
    manifest = company.project.published.current()
    return {
        "error": error,
        "publish_id": manifest.publish_id,
        "known_at": manifest.known_at,
        "spend": sorted(company.published(SPEND)),
        "asked_at": {f.asked_at for f in status(company.project, now).freshness},
    }


def test_the_clock_was_set_back_and_there_was_news(story):
    _, steps = story
    assert len({str(found["spend"]) for found in steps.values()}) == len(STEPS) + 1


@pytest.mark.parametrize("name", ["first", *STEPS])
def test_no_step_fails_or_holds_anything_back(story, name):
    _, steps = story
    assert steps[name]["error"] is None


@pytest.mark.parametrize("name", ["first", *STEPS])
def test_spend_as_known_at_each_step_is_what_was_published_then(story, name):
    company, steps = story
    at = steps[name]["known_at"].strftime("%Y-%m-%d %H:%M:%S.%f")
    assert sorted(company.published(AS_KNOWN_AT.format(at=at))) == steps[name]["spend"]


def test_versions_and_what_is_known_only_go_forward(story):
    _, steps = story
    for name in ("publish_id", "known_at"):
        values = [found[name] for found in steps.values()]
        assert values == sorted(set(values))


def test_status_shows_the_newest_sync_however_the_clock_stands(story):
    _, steps = story
    newest = [max(found["asked_at"]) for found in steps.values()]
    assert newest == sorted(set(newest))


def test_once_the_clock_is_right_again_the_figures_equal_the_truth(story):
    company, _ = story
    company.clock.advance(timedelta(hours=1))
    assert company.run().error() is None
    assert differences(company) == {}


def test_no_record_was_taken_twice(story):
    company, _ = story
    twice = company.project.warehouse.query(
        """
        select scope, record_key, md5(payload::varchar) as payload
        from raw.shopify__orders
        group by all having count(*) > 1
        """
    )
    assert twice == []


def run_ahead(company, hours):
    """A run whose machine's clock is ahead."""
    return run(company.project, company.clock.now() + timedelta(hours=hours))


@pytest.mark.parametrize("hours", [72, 24 * 365])
def test_a_clock_that_is_ahead_stops_the_run_and_loses_nothing(tmp_path, hours):
    with a_prepared_company(tmp_path / "company", PUBLISHED) as company:
        company.clock.advance(timedelta(hours=3))
        with pytest.raises(ConfigError) as raised:
            run_ahead(company, hours)
        assert raised.value.code == "TUP-367"
        for moment in (company.clock.now(), company.clock.now() + timedelta(hours=hours)):
            assert f"{moment:%Y-%m-%d %H:%M}" in raised.value.message
        company.clock.advance(timedelta(hours=30))
        assert company.run().error() is None
        assert differences(company) == {}


def test_one_vendors_wrong_clock_stops_no_other(tmp_path):
    with a_prepared_company(tmp_path / "company", PUBLISHED) as company:
        company.faults.add(
            FaultRule(kind="wrong_date", match="/meta/", times=None, params={"hours": 9})
        )
        company.clock.advance(timedelta(hours=3))
        synced = company.run().synced
        assert [(r.source, r.error.code) for r in synced.streams if r.error] == [
            ("meta_ads", "TUP-367")
        ]


def pass_over_three_days(company):
    """A run, ahead of a vendor that tells no time, that moves the cursor over orders to come."""
    company.clock.advance(timedelta(hours=9))
    company.faults.add(FaultRule(kind="no_date", times=None))
    assert run_ahead(company, 72).error() is None
    company.faults.clear()
    cursor = company.project.table("shopify", "orders").newest_commit().header.state.cursor_until
    assert cursor > company.clock.now() + timedelta(hours=71)


def test_a_cursor_that_a_wrong_clock_left_ahead_is_put_right(tmp_path):
    with a_prepared_company(tmp_path / "company", PUBLISHED) as company:
        pass_over_three_days(company)
        company.clock.advance(timedelta(hours=30))
        company.run()
        company.clock.advance(timedelta(hours=60))
        assert company.run().error() is None
        assert differences(company) == {}


def test_orders_that_a_cursor_has_passed_over_are_found_by_the_listing_and_read(tmp_path):
    with a_prepared_company(tmp_path / "company", PUBLISHED) as company:
        pass_over_three_days(company)
        company.clock.advance(timedelta(hours=96))
        events = []
        assert company.run(listener=events.append).error() is None
        assert [event.subject for event in heard(events, "unread_found")] == ["shopify.orders"]
        assert differences(company) == {}
        events.clear()
        company.run(listener=events.append)
        assert heard(events, "unread_found") == []
