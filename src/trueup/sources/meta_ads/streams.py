"""Streams of Meta Ads as data: the edges of an account, and the days of its ads."""

from dataclasses import dataclass
from datetime import timedelta

from trueup.core.stream import Stream, StreamKind

# Rows of archived and deleted objects come only to those who name these statuses. Which ones
# exist depends on the kind of object; another kind's status is refused.
CAMPAIGN_STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED", "DELETED", "IN_PROCESS", "WITH_ISSUES")
AD_SET_STATUSES = (*CAMPAIGN_STATUSES, "CAMPAIGN_PAUSED")
AD_STATUSES = (
    *AD_SET_STATUSES,
    "ADSET_PAUSED",
    "DISAPPROVED",
    "PENDING_BILLING_INFO",
    "PENDING_REVIEW",
    "PREAPPROVED",
)

# 7d_view and 28d_view have had no figures since 2026-01-12, though they are still accepted.
ATTRIBUTION_WINDOWS = ("7d_click", "1d_view", "1d_click", "28d_click")


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaStream(Stream):
    """`edge` is the last part of the address, `fields` what is asked for."""

    edge: str
    fields: tuple[str, ...]
    statuses: tuple[str, ...] = ()


_ENTITY_FIELDS = (
    "id",
    "account_id",
    "name",
    "status",
    "configured_status",
    "effective_status",
    "created_time",
    "updated_time",
)

ACCOUNTS = MetaStream(
    name="accounts",
    kind=StreamKind.SNAPSHOT,
    key=("id",),
    per_account=False,
    edge="adaccounts",
    fields=(
        "id",
        "account_id",
        "name",
        "currency",
        "timezone_name",
        "timezone_offset_hours_utc",
        "account_status",
        "disable_reason",
    ),
)

CAMPAIGNS = MetaStream(
    name="campaigns",
    kind=StreamKind.SNAPSHOT,
    key=("id",),
    edge="campaigns",
    # Budgets are whole minor units of the account's currency, unlike the amounts of insights.
    fields=(*_ENTITY_FIELDS, "objective", "buying_type", "bid_strategy", "daily_budget"),
    statuses=CAMPAIGN_STATUSES,
)

AD_SETS = MetaStream(
    name="ad_sets",
    kind=StreamKind.SNAPSHOT,
    key=("id",),
    edge="adsets",
    fields=(
        *_ENTITY_FIELDS,
        "campaign_id",
        "billing_event",
        "optimization_goal",
        "bid_strategy",
        "bid_amount",
        "attribution_spec",
    ),
    statuses=AD_SET_STATUSES,
)

ADS = MetaStream(
    name="ads",
    kind=StreamKind.SNAPSHOT,
    key=("id",),
    edge="ads",
    fields=(*_ENTITY_FIELDS, "campaign_id", "adset_id", "creative"),
    statuses=AD_STATUSES,
)

AD_DAYS = MetaStream(
    name="ad_days",
    kind=StreamKind.REPORT,
    key=("account_id", "campaign_id", "adset_id", "ad_id", "date_start"),
    day="date_start",
    # Figures are treated as frozen after 28 days.
    lookback=timedelta(days=28),
    # Insights reach back 37 months, which is 1,123 days at least.
    reach=timedelta(days=1122),
    days_per_request=14,
    # `clicks` here are link clicks, as staged from `inline_link_clicks`.
    totals=("impressions", "clicks", "spend"),
    edge="insights",
    fields=(
        "account_id",
        "account_currency",
        "campaign_id",
        "adset_id",
        "ad_id",
        "date_start",
        "date_stop",
        "impressions",
        "clicks",
        "inline_link_clicks",
        "spend",
        "actions",
        "action_values",
    ),
    statuses=AD_STATUSES,
)

STREAMS: tuple[MetaStream, ...] = (ACCOUNTS, CAMPAIGNS, AD_SETS, ADS, AD_DAYS)
