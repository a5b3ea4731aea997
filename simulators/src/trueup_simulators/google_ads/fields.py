"""The field catalogue: which fields there are, of which kind, and how the world answers them.

Names and kinds follow the v26 protos (a test holds every line against them). What is not listed
is refused as the vendor refuses an unknown field, even where the vendor knows it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from trueup_simulators.world.entities import Ad, AdAccount, AdGroup, Campaign


class Kind(StrEnum):
    """Kind of value: its comparison and its format."""

    INT64 = "int64"  # a string in JSON
    INT32 = "int32"  # a number in JSON
    DOUBLE = "double"
    STRING = "string"
    DATE = "date"  # text, YYYY-MM-DD
    DATE_TIME = "date_time"  # text, YYYY-MM-DD HH:MM:SS in the account's zone
    BOOL = "bool"
    ENUM = "enum"
    STRINGS = "strings"
    MESSAGES = "messages"  # selectable, never filtered
    MESSAGE = "message"  # only its parts can be selected


def always(value: Any) -> Callable[[Any], Any]:
    """A getter that gives the same value for every object."""
    return lambda _thing: value


_NOTHING = always(None)


@dataclass(frozen=True, slots=True)
class Field:
    """One name of the catalogue; `get` reads it from the world's object of its resource."""

    name: str
    kind: Kind
    get: Callable[[Any], Any] = _NOTHING
    constants: frozenset[str] = frozenset()

    @property
    def resource(self) -> str:
        """The first part of the name."""
        return self.name.partition(".")[0]

    @property
    def selectable(self) -> bool:
        return self.kind is not Kind.MESSAGE

    @property
    def filterable(self) -> bool:
        return self.kind not in {Kind.MESSAGE, Kind.MESSAGES}

    @property
    def sortable(self) -> bool:
        return self.kind not in {Kind.MESSAGE, Kind.MESSAGES, Kind.STRINGS}


@dataclass(frozen=True, slots=True)
class ClientLink:
    """A client as its manager sees it; level 0 is the manager itself."""

    manager: AdAccount
    client: AdAccount

    @property
    def level(self) -> int:
        return 0 if self.manager.account_id == self.client.account_id else 1


@dataclass(frozen=True, slots=True)
class Resource:
    """Resource after FROM: the resources whose fields it includes, and whether it has metrics."""

    name: str
    attributed: tuple[str, ...] = ()
    has_metrics: bool = False


RESOURCES = {
    resource.name: resource
    for resource in (
        Resource("customer", (), has_metrics=True),
        Resource("customer_client", ("customer",)),
        Resource("campaign", ("customer", "campaign_budget"), has_metrics=True),
        Resource("campaign_budget", ("customer",)),
        Resource("ad_group", ("customer", "campaign"), has_metrics=True),
        Resource("ad_group_ad", ("customer", "campaign", "ad_group"), has_metrics=True),
        Resource("click_view", ("customer", "campaign", "ad_group"), has_metrics=True),
    )
}

# click_view counts clicks and nothing else.
METRICS_OF_CLICK_VIEW = frozenset({"metrics.clicks"})
CORE_DATES = ("segments.date", "segments.week", "segments.month", "segments.quarter")
SEGMENTS_OF_CLICK_VIEW = frozenset({"segments.date", "segments.month", "segments.week"})

_STATUS = frozenset({"UNKNOWN", "ENABLED", "PAUSED", "REMOVED"})
_CUSTOMER_STATUS = frozenset(
    {"UNSPECIFIED", "UNKNOWN", "ENABLED", "CANCELED", "SUSPENDED", "CLOSED"}
)
_CHANNELS = frozenset({"SEARCH", "DISPLAY", "SHOPPING", "VIDEO", "PERFORMANCE_MAX", "DEMAND_GEN"})
_BUDGET_STATUS = frozenset({"ENABLED", "REMOVED"})
# The world has no budgets of their own: each campaign has one, numbered beside it.
_BUDGET_ID_OFFSET = 5_000_000_000_000


def budget_id(campaign: Campaign) -> int:
    """The id of the one budget of a campaign."""
    return int(campaign.id) + _BUDGET_ID_OFFSET


def _name(account_id: str, collection: str, *ids: object) -> str:
    return f"customers/{account_id}/{collection}/{'~'.join(str(part) for part in ids)}"


def campaign_name(campaign: Campaign) -> str:
    """The resource name of a campaign."""
    return _name(campaign.account_id, "campaigns", campaign.id)


def _budget_name(campaign: Campaign) -> str:
    return _name(campaign.account_id, "campaignBudgets", budget_id(campaign))


def _ad_group_name(group: AdGroup) -> str:
    return _name(group.account_id, "adGroups", group.id)


def ad_group_ad_name(account_id: str, ad_group_id: str, ad_id: str) -> str:
    """The resource name of an ad in its group."""
    return _name(account_id, "adGroupAds", ad_group_id, ad_id)


def _ad_name(ad: Ad) -> str:
    return ad_group_ad_name(ad.account_id, ad.ad_group_id, ad.id)


def local_text(instant: datetime, timezone: str) -> str:
    """An instant as the vendor writes date-times: the account's wall clock, no offset."""
    return instant.astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M:%S")


def _customer_fields() -> list[Field]:
    return [
        Field("customer.resource_name", Kind.STRING, lambda a: f"customers/{a.account_id}"),
        Field("customer.id", Kind.INT64, lambda a: int(a.account_id)),
        Field("customer.descriptive_name", Kind.STRING, lambda a: a.name),
        Field("customer.currency_code", Kind.STRING, lambda a: a.currency),
        Field("customer.time_zone", Kind.STRING, lambda a: a.timezone),
        Field("customer.manager", Kind.BOOL, lambda a: a.is_manager),
        Field("customer.test_account", Kind.BOOL, always(value=False)),
        Field("customer.auto_tagging_enabled", Kind.BOOL, lambda a: not a.is_manager),
        Field("customer.status", Kind.ENUM, lambda a: a.status, _CUSTOMER_STATUS),
        Field("customer.conversion_tracking_setting", Kind.MESSAGE),
    ]


def _client_fields() -> list[Field]:
    def resource_name(link: ClientLink) -> str:
        return _name(link.manager.account_id, "customerClients", link.client.account_id)

    of = "customer_client."
    return [
        Field(of + "resource_name", Kind.STRING, resource_name),
        Field(of + "client_customer", Kind.STRING, lambda k: f"customers/{k.client.account_id}"),
        Field(of + "id", Kind.INT64, lambda k: int(k.client.account_id)),
        Field(of + "descriptive_name", Kind.STRING, lambda k: k.client.name),
        Field(of + "currency_code", Kind.STRING, lambda k: k.client.currency),
        Field(of + "time_zone", Kind.STRING, lambda k: k.client.timezone),
        Field(of + "level", Kind.INT64, lambda k: k.level),
        Field(of + "manager", Kind.BOOL, lambda k: k.client.is_manager),
        Field(of + "hidden", Kind.BOOL, always(value=False)),
        Field(of + "test_account", Kind.BOOL, always(value=False)),
        Field(of + "status", Kind.ENUM, lambda k: k.client.status, _CUSTOMER_STATUS),
    ]


def _campaign_fields() -> list[Field]:
    of = "campaign."
    return [
        Field(of + "resource_name", Kind.STRING, campaign_name),
        Field(of + "id", Kind.INT64, lambda c: int(c.id)),
        Field(of + "name", Kind.STRING, lambda c: c.name),
        Field(of + "status", Kind.ENUM, lambda c: c.status, _STATUS),
        Field(of + "advertising_channel_type", Kind.ENUM, lambda c: c.channel_type, _CHANNELS),
        Field(of + "campaign_budget", Kind.STRING, _budget_name),
        # Times of creation have no field; the start is the nearest the vendor shows.
        Field(
            of + "start_date_time",
            Kind.DATE_TIME,
            lambda c: c.created_at.strftime("%Y-%m-%d 00:00:00"),
        ),
        Field(of + "network_settings", Kind.MESSAGE),
    ]


def _budget_fields() -> list[Field]:
    def status(campaign: Campaign) -> str:
        return "REMOVED" if campaign.status == "REMOVED" else "ENABLED"

    of = "campaign_budget."
    return [
        Field(of + "resource_name", Kind.STRING, _budget_name),
        Field(of + "id", Kind.INT64, budget_id),
        Field(of + "name", Kind.STRING, lambda c: f"Budget of {c.id}"),
        Field(of + "amount_micros", Kind.INT64, lambda c: c.budget_micros),
        Field(of + "status", Kind.ENUM, status, _BUDGET_STATUS),
        Field(of + "period", Kind.ENUM, always("DAILY"), frozenset({"DAILY"})),
        Field(of + "explicitly_shared", Kind.BOOL, always(value=False)),
        Field(of + "reference_count", Kind.INT64, lambda c: int(c.status != "REMOVED")),
    ]


def _ad_group_fields() -> list[Field]:
    of = "ad_group."
    return [
        Field(of + "resource_name", Kind.STRING, _ad_group_name),
        Field(of + "id", Kind.INT64, lambda g: int(g.id)),
        Field(of + "name", Kind.STRING, lambda g: g.name),
        Field(of + "status", Kind.ENUM, lambda g: g.status, _STATUS),
        Field(
            of + "campaign",
            Kind.STRING,
            lambda g: _name(g.account_id, "campaigns", g.campaign_id),
        ),
        Field(of + "cpc_bid_micros", Kind.INT64, lambda g: g.cpc_bid_micros),
        Field(of + "targeting_setting", Kind.MESSAGE),
    ]


def _ad_fields() -> list[Field]:
    of = "ad_group_ad."
    ad_types = frozenset({"RESPONSIVE_SEARCH_AD", "RESPONSIVE_DISPLAY_AD", "SHOPPING_PRODUCT_AD"})
    return [
        Field(of + "resource_name", Kind.STRING, _ad_name),
        Field(of + "status", Kind.ENUM, lambda a: a.status, _STATUS),
        Field(
            of + "ad_group", Kind.STRING, lambda a: _name(a.account_id, "adGroups", a.ad_group_id)
        ),
        Field(of + "ad", Kind.MESSAGE),
        Field(of + "ad.resource_name", Kind.STRING, lambda a: _name(a.account_id, "ads", a.id)),
        Field(of + "ad.id", Kind.INT64, lambda a: int(a.id)),
        Field(of + "ad.name", Kind.STRING, lambda a: a.name),
        Field(of + "ad.type", Kind.ENUM, lambda a: a.ad_type, ad_types),
        Field(of + "ad.final_urls", Kind.STRINGS, lambda a: [a.final_url]),
        Field(of + "ad.responsive_search_ad", Kind.MESSAGE),
        Field(
            of + "ad.responsive_search_ad.headlines",
            Kind.MESSAGES,
            lambda a: [{"text": a.headline}],
        ),
    ]


# Figures and segments come from tables, not from one object; so do the parts of a click.
_TABLE_FIELDS = [
    Field("metrics.impressions", Kind.INT64),
    Field("metrics.clicks", Kind.INT64),
    Field("metrics.cost_micros", Kind.INT64),
    Field("metrics.conversions", Kind.DOUBLE),
    Field("metrics.conversions_value", Kind.DOUBLE),
    Field("metrics.ctr", Kind.DOUBLE),
    Field("metrics.average_cpc", Kind.DOUBLE),
    Field("segments.date", Kind.DATE),
    Field("segments.week", Kind.DATE),
    Field("segments.month", Kind.DATE),
    Field("segments.quarter", Kind.DATE),
    Field("segments.year", Kind.INT32),
    Field("click_view.resource_name", Kind.STRING),
    Field("click_view.gclid", Kind.STRING),
    Field("click_view.ad_group_ad", Kind.STRING),
    Field("click_view.area_of_interest", Kind.MESSAGE),
]

FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        *_customer_fields(),
        *_client_fields(),
        *_campaign_fields(),
        *_budget_fields(),
        *_ad_group_fields(),
        *_ad_fields(),
        *_TABLE_FIELDS,
    )
}
