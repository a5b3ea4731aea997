"""Fixed entities of the world: accounts, the ad hierarchy, the shop and its products."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

Platform = Literal["google_ads", "meta_ads"]
Status = Literal["ENABLED", "PAUSED", "REMOVED"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AdAccount:
    """An ad account; Google ids have ten digits, Meta ids come without `act_`.

    `manager_id` is the manager above a Google client, None elsewhere. A manager and an account
    that is not ENABLED have no campaigns and no figures.
    """

    platform: Platform
    account_id: str
    name: str
    currency: str
    timezone: str
    status: Literal["ENABLED", "CANCELED"] = "ENABLED"
    is_manager: bool = False
    manager_id: str | None = None

    @property
    def minor_micros(self) -> int:
        """Micros of the smallest amount the currency has: a yen or a cent."""
        return 1_000_000 if self.currency == "JPY" else 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Campaign:
    """A campaign as its vendor shows it at one instant. `budget_micros` is a day's."""

    id: str
    account_id: str
    name: str
    status: Status
    channel_type: str  # Google: SEARCH, DISPLAY, SHOPPING, VIDEO, PERFORMANCE_MAX; Meta: META
    objective: str  # Meta: OUTCOME_SALES, OUTCOME_TRAFFIC, OUTCOME_AWARENESS; Google: SALES
    budget_micros: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AdGroup:
    """An ad group (Google) or ad set (Meta) as shown at one instant."""

    id: str
    campaign_id: str
    account_id: str
    name: str
    status: Status
    cpc_bid_micros: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ad:
    """An ad as shown at one instant."""

    id: str
    ad_group_id: str
    campaign_id: str
    account_id: str
    name: str
    status: Status
    ad_type: str
    headline: str
    final_url: str
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one entity, for change logs; `old` and `new` as texts."""

    changed_at: datetime
    account_id: str
    entity: Literal["campaign", "ad_group", "ad"]
    entity_id: str
    campaign_id: str
    ad_group_id: str | None
    field: Literal["created", "name", "status", "budget_micros"]
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Shop:
    """The one shop of the world."""

    domain: str = "brightcart.myshopify.com"
    name: str = "BrightCart"
    iana_timezone: str = "America/New_York"
    currency: str = "USD"
    id: int = 62_400_000_001
    storefront: str = "https://brightcart.example"


@dataclass(frozen=True, slots=True, kw_only=True)
class Variant:
    """A sellable variant of a product; price in the shop's currency."""

    id: int
    product_id: int
    sku: str
    title: str
    price: Decimal
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product as shown at one instant."""

    id: int
    title: str
    handle: str
    vendor: str
    product_type: str
    status: Literal["ACTIVE", "ARCHIVED", "DRAFT"]
    variants: tuple[Variant, ...]
    created_at: datetime
    updated_at: datetime
