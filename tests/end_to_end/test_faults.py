"""Faults that do not stop a source for good: the figures still equal the truth."""

import pytest

from tests.end_to_end.company import a_company
from tests.end_to_end.truth import differences
from trueup_simulators.faults import FaultRule
from trueup_simulators.world import WorldConfig

CONFIG = WorldConfig(scale="small", days=4)

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


@pytest.mark.parametrize("trouble", PASSING)
def test_the_figures_equal_the_truth_in_spite_of(tmp_path, trouble):
    rules = PASSING[trouble]
    with a_company(tmp_path, CONFIG) as company:
        small_pages = FaultRule(kind="small_pages", times=None, params={"rows": 7})
        company.faults.add(small_pages, *rules)
        results = [company.run()]
        if results[0].error() is not None:  # what is left of it is ridden out by the next run
            company.faults.clear()
            results.append(company.run())
        assert {name for name in company.faults.fired() if name != "small_pages"} == {
            rule.name for rule in rules
        }
        assert results[-1].error() is None
        assert differences(company) == {}
