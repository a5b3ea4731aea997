"""Faults that do not stop a source for good: the lake is as if there had been none."""

import pytest

from tests.end_to_end.crashes import lake_content
from tests.end_to_end.prepared import SYNCED, a_prepared_company
from trueup.pipeline.run import run_sync
from trueup_simulators.faults import FaultRule

SMALL_PAGES = FaultRule(kind="small_pages", times=None, params={"rows": 7})

PASSING = {
    "outages": [
        FaultRule(
            kind="status", match="google-ads", params={"status": 503}, times=2, name="google"
        ),
        FaultRule(kind="status", match="/meta/", params={"status": 500}, times=2, name="meta"),
        FaultRule(kind="status", match="/shopify/", params={"code": 502}, times=2, name="shopify"),
    ],
    "throttling": [
        FaultRule(
            kind="throttle",
            match="googleAds:search",
            params={"retry_delay_seconds": 0.1},
            name="google",
        ),
        FaultRule(kind="throttle", match="graphql", params={"seconds": 0.1}, name="shopify"),
        FaultRule(kind="job_failed", op="create_report", name="meta"),
    ],
    "broken bodies": [
        FaultRule(kind="truncate", match="google-ads", times=2, name="google"),
        FaultRule(kind="disconnect", match="/meta/", times=2, name="meta"),
        FaultRule(kind="garbage", match="/shopify/", times=2, name="shopify"),
    ],
    "wrong pages": [
        FaultRule(kind="expired_page_token", match="googleAds:search", after=2, name="google"),
        FaultRule(kind="job_incomplete", op="create_report", params={"looks": 2}, name="meta"),
        FaultRule(kind="last_page_lost", op="orders", name="shopify"),
    ],
    "duplicate delivery": [
        FaultRule(kind="duplicate_delivery", match="googleAds:search", after=12, name="google"),
        FaultRule(kind="duplicate_delivery", op="report_insights", name="meta"),
        FaultRule(kind="duplicate_delivery", op="orders", name="shopify"),
    ],
}


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company whose lake was read without any fault."""
    with a_prepared_company(tmp_path_factory.mktemp("faults") / "company", SYNCED) as company:
        yield company


@pytest.mark.parametrize("trouble", PASSING)
def test_the_lake_holds_what_it_holds_without(company, tmp_path, trouble):
    here = company.copied_to(tmp_path / "here", "vault")
    rules, before = PASSING[trouble], company.faults.fired()
    company.faults.add(SMALL_PAGES, *rules)
    synced = [a_sync(here)]
    company.faults.clear()
    if synced[0].errors():  # what is left of it is ridden out by the next sync
        synced.append(a_sync(here))
    fired = {name for name, times in company.faults.fired().items() if times > before.get(name, 0)}
    assert fired == {"small_pages", *(rule.name for rule in rules)}
    assert synced[-1].errors() == []
    assert lake_content(here) == lake_content(company)


def a_sync(company):
    return run_sync(company.project, company.clock.now(), company.project.config.sources)
