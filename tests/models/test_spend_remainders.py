"""Remainders: a campaign's or account's own total less its ads is a row of its own."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import VARIABLES, Warehouse

DAY = date(2026, 6, 1)
CENT = Decimal("0.01")
EUROS = VARIABLES | {"reporting_currency": "EUR"}

Row = tuple[object, ...]


class Ads(Warehouse):
    """Google account 1 in EUR, Meta account 2 in USD. Amounts are texts in major units."""

    def read_google(
        self, ads: dict[str, str], campaigns: dict[str, tuple[str, str]], day: date = DAY
    ) -> None:
        ad_rows = [p.google_ad_day(ad, micros(spend), day) for ad, spend in ads.items()]
        campaign_rows = [
            p.google_campaign_day(campaign, kind, micros(spend), day)
            for campaign, (kind, spend) in campaigns.items()
        ]
        for row in campaign_rows + ad_rows:
            row["metrics"] |= {"clicks": "0", "impressions": "0"}
        self.load_windows("google_ads.campaign_days", "1", {day: campaign_rows}, "EUR")
        total = sum(Decimal(spend) for _, spend in campaigns.values())
        self.load_totals("google_ads.campaign_days", "1", day, {"spend": str(total)})
        self.load_windows("google_ads.ad_days", "1", {day: ad_rows}, "EUR")

    def read_meta(self, ads: dict[str, str], total: str) -> None:
        rows = [p.meta_ad_day(ad, spend, DAY, **NO_CLICKS) for ad, spend in ads.items()]
        self.load_windows("meta_ads.ad_days", "2", {DAY: rows})
        self.load_totals("meta_ads.ad_days", "2", DAY, {"spend": total})

    def remainders(self) -> list[Row]:
        return self.rows(
            "select report_level, campaign_id, spend_amount from core.fact_ad_spend "
            "where report_level <> 'ad' order by all"
        )

    def spend(self, platform: str) -> Decimal:
        [(spend,)] = self.rows(
            "select sum(spend_amount) from core.fact_ad_spend where platform = ?", platform
        )
        return Decimal(spend)

    def statuses(self) -> dict[str, str]:
        names = ("spend_equals_source", "ads_explain_spend", "ads_explain_most_spend")
        return {name: self.verdict(name).status for name in names}


NO_CLICKS = {"inline_link_clicks": "0", "clicks": "0", "impressions": "0"}
ALL_PASS = {
    "spend_equals_source": "pass",
    "ads_explain_spend": "pass",
    "ads_explain_most_spend": "pass",
}


def micros(amount: str) -> int:
    return int(Decimal(amount) * 1_000_000)


@pytest.fixture
def ads(tmp_path: Path) -> Ads:
    return Ads(tmp_path / "w.duckdb", variables=EUROS)


def test_campaigns_without_ads_count_whatever_their_type(ads: Ads) -> None:
    kinds = ("PERFORMANCE_MAX", "LOCAL_SERVICES", "SMART", "SOMETHING_NEW")
    campaigns = {f"x{number}": (kind, "7.50") for number, kind in enumerate(kinds)}
    ads.read_google({"1a": "10"}, campaigns | {"c1": ("SEARCH", "10")})
    ads.transform()
    found = [("campaign", f"x{number}", Decimal("7.50")) for number in range(len(kinds))]
    assert ads.remainders() == found
    assert ads.spend("google_ads") == 40
    assert ads.statuses() == ALL_PASS


def test_a_cent_of_rounding_stands_in_the_campaigns_remainder(ads: Ads) -> None:
    ads.read_google({"1a": "3.33", "1b": "3.33", "1c": "3.33"}, {"c1": ("SEARCH", "10.00")})
    ads.transform()
    assert ads.remainders() == [("campaign", "c1", CENT)]
    assert ads.spend("google_ads") == 10
    assert ads.statuses() == ALL_PASS
    found = ads.rows(
        "select sum(spend_amount) from marts.mart_campaign_daily where campaign_dk = "
        "(select distinct campaign_dk from core.fact_ad_spend where ad_id = '1a')"
    )
    assert found == [(Decimal(10),)]


def test_a_cent_less_than_the_ads_is_a_remainder_below_zero(ads: Ads) -> None:
    ads.read_meta({"a": "3.34", "b": "3.34", "c": "3.33"}, "10.00")
    ads.transform()
    assert ads.remainders() == [("account", None, -CENT)]
    assert ads.spend("meta_ads") == 10
    assert ads.statuses() == ALL_PASS


def test_an_ad_that_is_no_longer_listed_is_shown_and_withholds_nothing(ads: Ads) -> None:
    ads.read_meta({"a": "60", "b": "30"}, "102.50")
    ads.transform()
    assert ads.remainders() == [("account", None, Decimal("12.50"))]
    assert ads.spend("meta_ads") == Decimal("102.50")
    assert ads.statuses() == ALL_PASS | {"ads_explain_spend": "warn"}
    assert "12.500000 of 102.500000 USD is in none of 2 ads" in (
        ads.verdict("ads_explain_spend").message
    )


def test_a_report_that_lacks_most_of_the_spend_is_withheld(ads: Ads) -> None:
    ads.read_meta({"a": "10"}, "102.50")
    ads.transform()
    assert ads.statuses()["ads_explain_most_spend"] == "fail"


def test_rounding_may_be_larger_the_more_ads_there_are(ads: Ads) -> None:
    many = {f"a{number}": "1.00" for number in range(10)}
    ads.read_meta(many, "10.11")
    ads.transform()
    assert ads.statuses() == ALL_PASS
    ads.read_meta(many, "10.12")
    ads.transform()
    assert ads.statuses() == ALL_PASS | {"ads_explain_spend": "warn"}


def test_what_campaigns_leave_of_the_accounts_total_is_the_accounts_own(ads: Ads) -> None:
    ads.read_google({"1a": "10"}, {"c1": ("SEARCH", "12")})
    ads.load_totals("google_ads.campaign_days", "1", DAY, {"spend": "15"}, load_id=1)
    with ads.connect() as connection:
        connection.execute("delete from raw.control_totals where value = 12")
    ads.transform()
    assert ads.remainders() == [
        ("account", None, Decimal(3)),
        ("campaign", "c1", Decimal(2)),
    ]
    [(campaign, amount)] = ads.rows(
        "select campaign_dk, spend_amount from marts.mart_campaign_daily where campaign_dk = '-2'"
    )
    assert (campaign, amount) == ("-2", Decimal(3))


def test_a_total_of_an_older_version_of_the_day_says_nothing(ads: Ads) -> None:
    ads.read_meta({"a": "10"}, "10")
    ads.load_windows("meta_ads.ad_days", "2", {DAY: [p.meta_ad_day("a", "12", DAY, **NO_CLICKS)]})
    ads.transform()
    assert ads.remainders() == []
    assert ads.statuses() == ALL_PASS


def test_a_remainder_is_known_as_it_was_before_a_restatement(ads: Ads) -> None:
    ads.read_google({"1a": "10"}, {"c1": ("SEARCH", "10.01")})
    ads.transform()
    ads.read_google({"1a": "12"}, {"c1": ("SEARCH", "12.00")})
    ads.transform()
    assert ads.remainders() == []
    kept = ads.rows(
        "select spend_amount, is_deleted, load_id, closed_load_id from core.fact_ad_spend_hist "
        "where report_level = 'campaign' order by load_id"
    )
    # Each read's campaigns come a moment before its ads; the sum is the platform's all the time.
    assert kept == [
        (Decimal("10.01"), False, 1, 2),
        (CENT, False, 2, 3),
        (Decimal(2), False, 3, 4),
        (None, True, 4, None),
    ]


def test_levels_read_by_one_run_make_one_version(ads: Ads) -> None:
    for spend in ("10", "12"):
        ads.read_google({"1a": spend}, {"c1": ("SEARCH", spend)})
    with ads.connect() as connection:
        connection.execute("update raw.batches set run_id = 'run-' || ceil(load_id / 2)::integer")
    ads.transform()
    found = "select count(*) from core.fact_ad_spend_hist where report_level <> 'ad'"
    assert ads.rows(found) == [(0,)]


def test_versions_are_the_same_however_many_loads_a_run_works_in(tmp_path: Path) -> None:
    for name in ("together", "apart"):
        (tmp_path / name).mkdir()
    together = Ads(tmp_path / "together" / "w.duckdb", variables=EUROS)
    apart = Ads(tmp_path / "apart" / "w.duckdb", variables=EUROS)
    reads = [
        ({"1a": "10", "2a": "5"}, {"c1": ("SEARCH", "10.01"), "c2": ("SEARCH", "5")}),
        ({"1a": "10"}, {"c1": ("SEARCH", "10.01"), "c2": ("SEARCH", "5"), "x": ("SMART", "1")}),
        ({"1a": "11", "2a": "6"}, {"c1": ("SEARCH", "11")}),
    ]
    for warehouse in (together, apart):
        for ad_spend, campaigns in reads:
            warehouse.read_google(ad_spend, campaigns)
            warehouse.read_google({"3a": "1"}, {"c3": ("SEARCH", "1.02")}, DAY + timedelta(days=1))
            if warehouse is apart:
                warehouse.transform(select=["+fact_ad_spend"])
    together.transform(select=["+fact_ad_spend"])
    assert together.content("core.fact_ad_spend_hist")
    assert apart.content("core.fact_ad_spend_hist") == together.content("core.fact_ad_spend_hist")


def test_a_campaigns_total_that_is_no_number_does_not_hide_its_ads(ads: Ads) -> None:
    ads.read_google({"1a": "10"}, {"c1": ("SEARCH", "10")})
    broken = p.google_campaign_day("c1", "SEARCH", 0, DAY)
    broken["metrics"]["costMicros"] = "ten"
    ads.load_windows("google_ads.campaign_days", "1", {DAY: [broken]}, "EUR")
    ads.transform()
    assert ads.spend("google_ads") == 10
    assert ads.verdict("spend_values_readable").status == "pass"
