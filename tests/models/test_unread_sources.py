"""Figures of unread sources are NULL and marked; 0 means that the source was read."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.test_spend_history import euros
from tests.models.warehouse_harness import VARIABLES, Warehouse

MONDAY = date(2026, 6, 1)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
EVENING = datetime.fromisoformat("2026-06-01T22:00:00")
VARS = VARIABLES | {"reporting_currency": "EUR", "start_date": "2026-05-30"}
SPEND = ("spend_amount_reporting", "impressions", "clicks", "ctr", "cpc", "cac", "roas")
REVENUE = ("net_revenue_amount_reporting", "attributed_orders", "new_customers", "cac", "roas")

Figures = tuple[object, ...]


def bought(number: int, day: date = MONDAY, **fields: object) -> p.Row:
    """An order of 30 by a customer of its own, after a click on a Google ad."""
    fields = {"visits": [p.visit(number, f"{day}T14:00:00Z", "gclid=G1")]} | fields
    return p.order(
        number,
        f"{day}T15:00:00Z",
        [p.order_line(number, "30.00")],
        currencyCode="EUR",
        customer=number,
        **fields,
    )


def social(number: int) -> p.Row:
    visits = [p.visit(number, f"{MONDAY}T14:00:00Z", source="facebook", medium="paid")]
    return bought(number, visits=visits)


class Company(Warehouse):
    """Reads are at the evening of their day."""

    def read_ads(self, *days: date, stream: str = "google_ads.ad_days", account: str = "1") -> None:
        ads = {day: [euros("1a", 10, clicks="2", impressions="20")] for day in days}
        if stream.startswith("meta"):
            ads = {day: [p.meta_ad_day("a", "4.00", day, account_currency="EUR")] for day in days}
        at = datetime.combine(max(days), EVENING.time())
        self.load_windows(stream, account, ads, "EUR", extracted_at=at)

    def read_shop(self, *orders: p.Row, at: datetime = EVENING) -> None:
        self.load_records("shopify.orders", p.SHOP, orders, extracted_at=at)

    def channel(self, code: str, *columns: str, day: date = MONDAY) -> Figures | None:
        found = self.rows(
            f"select {', '.join(columns)} from marts.mart_channel_daily "
            "where channel_code = ? and report_date = ?",
            *(code, day),
        )
        return found[0] if found else None

    def list_account(self, source: str, account: str, status: str = "active") -> None:
        with self.connect() as connection:
            connection.execute(
                "insert into ops.accounts values (?, ?, ?, 'EUR', 'UTC', ?, '', ?)",
                [source, account, account, status, EVENING],
            )


@pytest.fixture
def company(tmp_path: Path) -> Company:
    return Company(tmp_path / "w.duckdb", variables=VARS)


@pytest.fixture(scope="module")
def half_read(tmp_path_factory: pytest.TempPathFactory) -> Company:
    """Google Ads and the shop were read; Meta Ads is configured and its token never worked."""
    company = Company(tmp_path_factory.mktemp("half") / "w.duckdb", variables=VARS)
    company.configure("meta_ads.ad_days")
    company.read_ads(MONDAY)
    company.read_shop(bought(1), social(2))
    company.transform()
    return company


def test_a_source_that_was_never_read_has_no_spend_and_says_so(half_read: Company) -> None:
    found = half_read.channel("paid_social", *SPEND, "spend_status", "spend_reason")
    assert found == (*[None] * len(SPEND), "never_read", "meta_ads has never been read")


def test_what_other_sources_say_stays(half_read: Company) -> None:
    assert half_read.channel("paid_search", "spend_amount_reporting", "roas") == (Decimal(10), 3)
    assert half_read.channel("paid_social", "net_revenue_amount_reporting") == (Decimal(30),)


def test_spend_over_all_channels_is_unknown_then(half_read: Company) -> None:
    from tests.models.test_metrics import METRICS

    for name in ("spend", "cac", "mer", "ctr"):
        sql = METRICS[name]["sql"]
        assert half_read.rows(f"select {sql} from marts.mart_channel_daily") == [(None,)], name


def test_a_gate_names_the_source_that_was_never_read(half_read: Company) -> None:
    verdict = half_read.verdict("sources_read")
    assert (verdict.status, verdict.violations) == ("warn", 1)
    assert "meta_ads has never been read" in verdict.message


def test_the_channel_is_there_without_any_order_of_it(company: Company) -> None:
    company.configure("meta_ads.ad_days")
    company.read_ads(MONDAY)
    company.transform()
    assert company.channel("paid_social", "spend_amount_reporting", "clicks") == (None, None)


def test_days_become_known_when_a_source_that_came_later_is_read(company: Company) -> None:
    company.configure("meta_ads.ad_days")
    company.read_ads(MONDAY, TUESDAY)
    company.transform()
    company.read_ads(TUESDAY, stream="meta_ads.ad_days", account="2")
    company.transform()
    spend = "spend_amount_reporting"
    assert company.channel("paid_social", spend, day=TUESDAY) == (Decimal(4),)
    reason = "meta_ads has not been read for this day"
    assert company.channel("paid_social", spend, "spend_reason") == (None, reason)
    company.load_windows("meta_ads.ad_days", "2", {MONDAY: []}, "EUR")
    company.transform()
    assert company.channel("paid_social", spend, day=MONDAY) is None
    assert company.channel("paid_search", "spend_status") == ("provisional",)


def test_an_account_that_lacks_a_day_leaves_the_days_spend_unknown(company: Company) -> None:
    for account in ("1", "7"):
        company.list_account("google_ads", account)
    company.read_ads(MONDAY, TUESDAY)
    company.read_ads(TUESDAY, account="7")
    company.transform()
    columns = ("spend_amount_reporting", "spend_status")
    assert company.channel("paid_search", *columns) == (None, "not_read")
    assert company.channel("paid_search", *columns, day=TUESDAY) == (Decimal(20), "provisional")


def test_an_account_that_was_closed_owes_no_further_days(company: Company) -> None:
    company.list_account("google_ads", "1")
    company.list_account("google_ads", "7", status="unavailable")
    company.read_ads(MONDAY, account="7")
    company.read_ads(MONDAY, TUESDAY)
    company.transform()
    found = company.channel("paid_search", "spend_amount_reporting", "spend_status", day=TUESDAY)
    assert found == (Decimal(10), "provisional")


def test_a_source_that_others_outran_is_unknown_from_its_last_day_on(company: Company) -> None:
    company.read_ads(MONDAY)
    company.read_shop(
        bought(1), bought(2, WEDNESDAY), at=datetime.combine(WEDNESDAY, EVENING.time())
    )
    company.transform()
    found = company.channel("paid_search", "spend_amount_reporting", "spend_status", day=WEDNESDAY)
    assert found == (None, "not_read")


def test_a_day_that_has_not_begun_for_an_account_is_no_gap(company: Company) -> None:
    company.read_ads(MONDAY)
    company.read_shop(bought(1), bought(2, TUESDAY), at=datetime.fromisoformat("2026-06-02T01:00"))
    company.transform()
    assert company.channel("paid_search", "spend_amount_reporting", day=TUESDAY) == (0,)


def test_a_shop_that_was_never_read_has_no_revenue_and_says_so(company: Company) -> None:
    company.configure("shopify.orders")
    company.read_ads(MONDAY)
    company.transform()
    found = company.channel("paid_search", *REVENUE, "revenue_status", "revenue_reason")
    assert found == (*[None] * len(REVENUE), "never_read", "shopify has never been read")
    assert company.channel("paid_search", "spend_amount_reporting") == (Decimal(10),)
    assert "shopify" in company.verdict("sources_read").message


def test_revenue_of_days_after_the_shops_last_read_is_unknown(company: Company) -> None:
    company.read_shop(bought(1))
    company.read_ads(MONDAY, TUESDAY, WEDNESDAY)
    company.transform()
    assert company.channel("paid_search", "net_revenue_amount_reporting") == (Decimal(30),)
    found = company.channel("paid_search", *REVENUE, "revenue_status", day=WEDNESDAY)
    assert found == (*[None] * len(REVENUE), "not_read")


def test_a_project_without_a_shop_has_no_revenue(company: Company) -> None:
    company.read_ads(MONDAY)
    company.transform()
    found = company.channel("paid_search", *REVENUE, "revenue_reason")
    assert found == (*[None] * len(REVENUE), "no shop is configured")


def test_a_project_without_ads_has_no_spend_of_paid_channels(company: Company) -> None:
    company.read_shop(social(1), bought(2, visits=None))
    company.transform()
    found = company.channel("paid_social", *SPEND, "spend_status")
    assert found == (*[None] * len(SPEND), "not_configured")
    # Nobody buys what no touch led to: that it cost nothing is known.
    found = company.channel("unattributed", "spend_amount_reporting", "spend_status")
    assert found == (Decimal(0), "not_bought")


def test_campaigns_of_an_unread_source_have_no_spend(company: Company) -> None:
    company.configure("meta_ads.ad_days")
    company.load_windows("google_ads.campaigns", "1", {None: [p.google_campaign("c1", "Summer")]})
    campaign = {"account_id": "2", "id": "m1", "name": "Spring"}
    company.load_windows("meta_ads.campaigns", "2", {None: [campaign]})
    company.read_ads(MONDAY)
    visits = [p.visit(1, f"{MONDAY}T14:00:00Z", "utm_id=m1")]
    company.read_shop(bought(1, visits=visits))
    company.transform()
    found = company.rows(
        "select campaign_id, spend_amount_reporting, spend_status from marts.mart_campaign_daily "
        "inner join core.dim_campaign using (campaign_dk) where is_current order by 1"
    )
    assert ("m1", None, "never_read") in found
    assert ("c1", Decimal(10), "provisional") in found


def test_a_day_is_final_when_its_source_was_read_after_its_lookback(company: Company) -> None:
    company.configure("google_ads.ad_days", lookback_days=2)
    company.read_ads(MONDAY, TUESDAY, WEDNESDAY)
    company.transform()
    states = [company.channel("paid_search", "spend_status", day=d) for d in (MONDAY, TUESDAY)]
    assert states == [("provisional",), ("provisional",)]
    # Nothing new of Monday: a later read of another day still says that it stays as it is.
    company.read_ads(WEDNESDAY + timedelta(days=1))
    company.transform()
    states = [company.channel("paid_search", "spend_status", day=d) for d in (MONDAY, TUESDAY)]
    assert states == [("final",), ("provisional",)]


def test_revenue_is_provisional_for_as_long_as_orders_may_come_late(company: Company) -> None:
    company.configure("shopify.orders", lookback_days=2)
    orders = [bought(n, MONDAY + timedelta(days=n)) for n in range(4)]
    at = datetime.combine(MONDAY + timedelta(days=3), EVENING.time())
    company.read_shop(*orders, at=at)
    company.transform()
    found = company.rows(
        "select report_date, revenue_status from marts.mart_finance_daily order by 1"
    )
    states = ["final", "provisional", "provisional", "provisional"]
    assert found == [(MONDAY + timedelta(days=n), state) for n, state in enumerate(states)]
    # An order that a marketplace hands over later meets a day that was open when last shown.
    company.read_shop(bought(9, TUESDAY), at=at + timedelta(days=1))
    company.transform()
    found = company.rows(
        "select net_revenue_amount, revenue_status from marts.mart_finance_daily "
        "where report_date = ?",
        TUESDAY,
    )
    assert found == [(Decimal(60), "final")]
