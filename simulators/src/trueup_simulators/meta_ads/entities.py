"""Accounts, campaigns, ad sets and ads as the vendor shows them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from trueup_simulators.meta_ads.errors import invalid_parameter
from trueup_simulators.meta_ads.fields import AD_FIELDS, AD_SET_FIELDS, CAMPAIGN_FIELDS
from trueup_simulators.meta_ads.params import Filter, holds, refuse_unknown
from trueup_simulators.world import Ad, AdAccount, AdGroup, Campaign, World

HIDDEN_STATUSES = frozenset({"ARCHIVED", "DELETED"})
EDGE_FIELDS = {"campaigns": CAMPAIGN_FIELDS, "adsets": AD_SET_FIELDS, "ads": AD_FIELDS}
NODE_TYPES = {"campaigns": "Campaign", "adsets": "AdSet", "ads": "Ad"}
# What may be asked for by edge; more than is simulated.
_EFFECTIVE_STATUSES = {
    "campaigns": {"ACTIVE", "PAUSED", "IN_PROCESS", "WITH_ISSUES", *HIDDEN_STATUSES},
}
_EFFECTIVE_STATUSES["adsets"] = _EFFECTIVE_STATUSES["campaigns"] | {"CAMPAIGN_PAUSED"}
_EFFECTIVE_STATUSES["ads"] = _EFFECTIVE_STATUSES["adsets"] | {
    "ADSET_PAUSED",
    "DISAPPROVED",
    "PENDING_BILLING_INFO",
    "PENDING_REVIEW",
    "PREAPPROVED",
}
_SINGULAR = {"campaigns": "campaign", "adsets": "adset", "ads": "ad"}
_ACTIVE, _CLOSED = 1, 101
_BILLING = {"OUTCOME_SALES": "OFFSITE_CONVERSIONS", "OUTCOME_TRAFFIC": "LINK_CLICKS"}

Entity = Campaign | AdGroup | Ad


def account_node(account: AdAccount, at: datetime) -> dict[str, Any]:
    """Every field of an ad account; `account_status` 101 is closed."""
    offset = at.astimezone(ZoneInfo(account.timezone)).utcoffset()
    return {
        "account_id": account.account_id,
        "name": account.name,
        "currency": account.currency,
        "timezone_name": account.timezone,
        "timezone_offset_hours_utc": offset.total_seconds() / 3600 if offset else 0,
        "account_status": _ACTIVE if account.status == "ENABLED" else _CLOSED,
        "disable_reason": 0,
        "id": f"act_{account.account_id}",
    }


class Edges:
    """The three lists below an account, at one instant."""

    def __init__(self, world: World, account: AdAccount, at: datetime) -> None:
        self._account = account
        self._zone = ZoneInfo(account.timezone)
        self._campaigns = {item.id: item for item in world.campaigns(account.account_id, at)}
        self._groups = {item.id: item for item in world.ad_groups(account.account_id, at)}
        self._ads = {item.id: item for item in world.ads(account.account_id, at)}

    def entities(self, edge: str) -> Sequence[Entity]:
        """The entities of an edge, deleted ones included, by id."""
        if edge == "campaigns":
            return list(self._campaigns.values())
        return list(self._groups.values() if edge == "adsets" else self._ads.values())

    def names(self, edge: str) -> dict[str, str]:
        """Name by id."""
        return {entity.id: entity.name for entity in self.entities(edge)}

    def statuses(self, edge: str) -> dict[str, str]:
        """Effective status by id."""
        return {entity.id: self.effective_status(entity) for entity in self.entities(edge)}

    def effective_status(self, entity: Entity) -> str:
        """Effective status: its own state and that of its parents; deleted outranks paused."""
        chain = self._chain(entity)
        for item in chain:
            if item.status == "REMOVED":
                return removed_status(item.id)
        if entity.status == "PAUSED":
            return "PAUSED"
        paused = {type(item) for item in chain[1:] if item.status == "PAUSED"}
        if Campaign in paused:
            return "CAMPAIGN_PAUSED"
        return "ADSET_PAUSED" if AdGroup in paused else "ACTIVE"

    def node(self, entity: Entity) -> dict[str, Any]:
        """Every field of an entity. Budgets and bids are whole minor units."""
        own = own_status(entity)
        shared: dict[str, Any] = {
            "account_id": self._account.account_id,
            "name": entity.name,
            "status": own,
            "configured_status": own,
            "effective_status": self.effective_status(entity),
            "created_time": self._time(entity.created_at),
            "updated_time": self._time(entity.updated_at),
            "id": entity.id,
        }
        if isinstance(entity, Campaign):
            return shared | self._campaign_fields(entity)
        if isinstance(entity, AdGroup):
            return shared | self._ad_set_fields(entity)
        parents = {"campaign_id": entity.campaign_id, "adset_id": entity.ad_group_id}
        return shared | parents | {"creative": {"id": f"9{entity.id}"}}

    def _chain(self, entity: Entity) -> list[Entity]:
        chain: list[Entity] = [entity]
        if isinstance(entity, Ad):
            chain.append(self._groups[entity.ad_group_id])
        if not isinstance(entity, Campaign):
            chain.append(self._campaigns[entity.campaign_id])
        return chain

    def _campaign_fields(self, campaign: Campaign) -> dict[str, Any]:
        return {
            "objective": campaign.objective,
            "buying_type": "AUCTION",
            "bid_strategy": "LOWEST_COST_WITHOUT_CAP",
            "daily_budget": str(campaign.budget_micros // self._account.minor_micros),
            "special_ad_categories": [],
            "start_time": self._time(campaign.created_at),
        }

    def _ad_set_fields(self, group: AdGroup) -> dict[str, Any]:
        objective = self._campaigns[group.campaign_id].objective
        return {
            "campaign_id": group.campaign_id,
            "billing_event": "IMPRESSIONS",
            "optimization_goal": _BILLING.get(objective, "REACH"),
            "bid_amount": group.cpc_bid_micros // self._account.minor_micros,
            "bid_strategy": "LOWEST_COST_WITH_BID_CAP",
            "attribution_spec": [
                {"event_type": "CLICK_THROUGH", "window_days": 7},
                {"event_type": "VIEW_THROUGH", "window_days": 1},
            ],
            "start_time": self._time(group.created_at),
        }

    def _time(self, instant: datetime) -> str:
        return instant.astimezone(self._zone).strftime("%Y-%m-%dT%H:%M:%S%z")


def removed_status(entity_id: str) -> str:
    """Removed things were archived or deleted; which one depends on the id alone."""
    return "ARCHIVED" if int(entity_id[-6:]) % 3 else "DELETED"


def own_status(entity: Entity) -> str:
    """The status set on the entity itself."""
    if entity.status == "REMOVED":
        return removed_status(entity.id)
    return "ACTIVE" if entity.status == "ENABLED" else "PAUSED"


def matching(edges: Edges, edge: str, conditions: Iterable[Filter]) -> list[Entity]:
    """The entities that meet every condition; archived and deleted ones only when a condition
    names effective statuses."""
    wanted = [(_plain_field(edge, item.field), item) for item in conditions]
    by_status = [item for field, item in wanted if field == "effective_status"]
    for condition in by_status:
        check_statuses(edge, condition)
    found = []
    for entity in edges.entities(edge):
        have = _filterable(edges, entity)
        if not by_status and have["effective_status"] in HIDDEN_STATUSES:
            continue
        if all(holds(condition, have[field]) for field, condition in wanted):
            found.append(entity)
    return found


def check_statuses(edge: str, condition: Filter) -> None:
    """Raises GraphError for effective statuses that things of this edge cannot have."""
    given = condition.value if isinstance(condition.value, list) else [condition.value]
    text = f"Invalid effective_status {{}} for {_SINGULAR[edge]}"
    refuse_unknown(given, _EFFECTIVE_STATUSES[edge], text)


def picked(node: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """The wanted fields in the order they were asked for, and the id, which always comes."""
    chosen = {name: node[name] for name in fields if name != "id"}
    return chosen | {"id": node["id"]}


def _filterable(edges: Edges, entity: Entity) -> dict[str, Any]:
    return {
        "id": entity.id,
        "name": entity.name,
        "effective_status": edges.effective_status(entity),
        "updated_time": int(entity.updated_at.timestamp()),
        "created_time": int(entity.created_at.timestamp()),
    }


def _plain_field(edge: str, field: str) -> str:
    plain = field.removeprefix(f"{_SINGULAR[edge]}.")
    if plain not in {"id", "name", "effective_status", "updated_time", "created_time"}:
        raise invalid_parameter(f"Filtering field '{field}' is invalid")
    return plain
