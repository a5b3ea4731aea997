"""Supported fields by kind of object; the vendor's other fields are refused."""

ACCOUNT_FIELDS = (
    "id",
    "account_id",
    "name",
    "currency",
    "timezone_name",
    "timezone_offset_hours_utc",
    "account_status",
    "disable_reason",
)
_SHARED = (
    "id",
    "account_id",
    "name",
    "status",
    "configured_status",
    "effective_status",
    "created_time",
    "updated_time",
)
CAMPAIGN_FIELDS = (
    *_SHARED,
    "objective",
    "buying_type",
    "bid_strategy",
    "daily_budget",
    "special_ad_categories",
    "start_time",
)
AD_SET_FIELDS = (
    *_SHARED,
    "campaign_id",
    "billing_event",
    "optimization_goal",
    "bid_amount",
    "bid_strategy",
    "attribution_spec",
    "start_time",
)
AD_FIELDS = (*_SHARED, "campaign_id", "adset_id", "creative")

REPORT_FIELDS = (
    "id",
    "account_id",
    "time_ref",
    "time_completed",
    "async_status",
    "async_percent_completion",
    "date_start",
    "date_stop",
    "is_running",
    "error_code",
    "error_subcode",
    "error_message",
    "error_user_title",
    "error_user_msg",
)

LEVELS = ("account", "campaign", "adset", "ad")
# The id column that a level adds to those of the levels above it.
LEVEL_COLUMNS = {"campaign": "campaign_id", "adset": "ad_group_id", "ad": "ad_id"}

ID_FIELDS = {"campaign_id": "campaign_id", "adset_id": "ad_group_id", "ad_id": "ad_id"}
NAME_FIELDS = {"campaign_name": "campaign_id", "adset_name": "ad_group_id", "ad_name": "ad_id"}
INSIGHTS_FIELDS = (
    "account_id",
    "account_name",
    "account_currency",
    *ID_FIELDS,
    *NAME_FIELDS,
    "date_start",
    "date_stop",
    "impressions",
    "clicks",
    "inline_link_clicks",
    "spend",
    "ctr",
    "cpc",
    "cpm",
    "actions",
    "action_values",
)
DEFAULT_INSIGHTS_FIELDS = ("account_id", "campaign_id", "impressions", "spend")

# 7d_view and 28d_view are still accepted, but have had no figures since 2026-01-12.
SIMULATED_WINDOWS = ("1d_click", "7d_click", "28d_click", "1d_view")
KNOWN_WINDOWS = (*SIMULATED_WINDOWS, "1d_ev", "7d_view", "28d_view", "default", "dda", "skan_click")
