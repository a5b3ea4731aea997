"""Streams of Google Ads as data: resource, fields, and days that may still change."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from trueup.core.stream import Stream, StreamKind


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleAdsStream(Stream):
    """`resource` stands after FROM, `fields` after SELECT."""

    resource: str
    fields: tuple[str, ...]


# Figures by day, hour and week reach back 37 months, which is 1,123 days at least.
REACH = timedelta(days=1122)

# Names and states are left out of reports: a rename would look like a restatement of every day.
_FIGURES = (
    "segments.date",
    "metrics.impressions",
    "metrics.clicks",
    "metrics.cost_micros",
    "metrics.conversions",
    "metrics.conversions_value",
)
_ACCOUNT = ("customer.id", "customer.currency_code")

ACCOUNTS = GoogleAdsStream(
    name="accounts",
    kind=StreamKind.SNAPSHOT,
    key=("customer.id",),
    resource="customer",
    fields=(
        "customer.id",
        "customer.descriptive_name",
        "customer.currency_code",
        "customer.time_zone",
        "customer.status",
        "customer.test_account",
        "customer.auto_tagging_enabled",
    ),
)

# Without a condition on the status, removed entities come too; their past spend is real.
CAMPAIGNS = GoogleAdsStream(
    name="campaigns",
    kind=StreamKind.SNAPSHOT,
    key=("campaign.id",),
    resource="campaign",
    fields=(
        "customer.id",
        "campaign.id",
        "campaign.name",
        "campaign.status",
        "campaign.advertising_channel_type",
        "campaign.start_date_time",
        "campaign_budget.id",
        "campaign_budget.amount_micros",
    ),
)

AD_GROUPS = GoogleAdsStream(
    name="ad_groups",
    kind=StreamKind.SNAPSHOT,
    key=("adGroup.id",),
    resource="ad_group",
    fields=(
        "customer.id",
        "campaign.id",
        "ad_group.id",
        "ad_group.name",
        "ad_group.status",
        "ad_group.cpc_bid_micros",
    ),
)

# An ad's id is unique only within its ad group.
ADS = GoogleAdsStream(
    name="ads",
    kind=StreamKind.SNAPSHOT,
    key=("adGroup.id", "adGroupAd.ad.id"),
    resource="ad_group_ad",
    fields=(
        "customer.id",
        "campaign.id",
        "ad_group.id",
        "ad_group_ad.ad.id",
        "ad_group_ad.ad.name",
        "ad_group_ad.ad.type",
        "ad_group_ad.ad.final_urls",
        "ad_group_ad.status",
    ),
)

# The level where nothing is missing: Performance Max has campaigns, but neither groups nor ads.
CAMPAIGN_DAYS = GoogleAdsStream(
    name="campaign_days",
    kind=StreamKind.REPORT,
    key=("campaign.id", "segments.date"),
    day="segments.date",
    lookback=timedelta(days=30),
    reach=REACH,
    days_per_request=31,
    totals=("spend", "impressions", "clicks"),
    resource="campaign",
    fields=(*_ACCOUNT, "campaign.id", "campaign.advertising_channel_type", *_FIGURES),
)

AD_DAYS = GoogleAdsStream(
    name="ad_days",
    kind=StreamKind.REPORT,
    key=("adGroup.id", "adGroupAd.ad.id", "segments.date"),
    day="segments.date",
    lookback=timedelta(days=30),
    reach=REACH,
    days_per_request=7,
    resource="ad_group_ad",
    fields=(*_ACCOUNT, "campaign.id", "ad_group.id", "ad_group_ad.ad.id", *_FIGURES),
)

CLICK_VIEWS = GoogleAdsStream(
    name="click_views",
    kind=StreamKind.REPORT,
    key=("clickView.gclid",),
    day="segments.date",
    lookback=timedelta(days=3),
    # Days older than 90 are refused (DATE_TOO_OLD); one is kept as a margin.
    reach=timedelta(days=89),
    days_per_request=1,  # API maximum
    resource="click_view",
    fields=(
        "customer.id",
        "campaign.id",
        "ad_group.id",
        "click_view.gclid",
        "click_view.ad_group_ad",
        "segments.date",
    ),
)

STREAMS: tuple[GoogleAdsStream, ...] = (
    ACCOUNTS,
    CAMPAIGNS,
    AD_GROUPS,
    ADS,
    CAMPAIGN_DAYS,
    AD_DAYS,
    CLICK_VIEWS,
)

CLIENTS_QUERY = (
    "SELECT customer_client.id, customer_client.descriptive_name, customer_client.currency_code, "
    "customer_client.time_zone, customer_client.manager, customer_client.status "
    "FROM customer_client"
)


def query_of(stream: GoogleAdsStream, days: Sequence[date]) -> str:
    """The query of a stream; `days` are consecutive, and none for a snapshot."""
    return _selecting(stream.fields, stream.resource, days)


def totals_query(days: Sequence[date]) -> str:
    """The account's own figures by day."""
    figures = ("metrics.impressions", "metrics.clicks", "metrics.cost_micros")
    return _selecting(("segments.date", *figures), "customer", days)


def _selecting(fields: tuple[str, ...], resource: str, days: Sequence[date]) -> str:
    query = f"SELECT {', '.join(fields)} FROM {resource}"
    if days:
        # BETWEEN includes both ends.
        query += f" WHERE segments.date BETWEEN '{days[0]}' AND '{days[-1]}'"
    # Names such as customers/1/adGroupAds/2~3 repeat the ids, and are half of a payload.
    return f"{query} PARAMETERS omit_unselected_resource_names=true"


def selected_fields(query: str) -> list[str]:
    """The names between SELECT and FROM, in order."""
    return query.removeprefix("SELECT ").partition(" FROM ")[0].split(", ")
