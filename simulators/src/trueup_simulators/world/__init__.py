"""One seeded world: a retailer's ads, clicks, visits, orders and refunds, seen at any instant."""

from trueup_simulators.world.clock import SimulatedClock
from trueup_simulators.world.commerce import (
    Address,
    Customer,
    LineItem,
    Moment,
    Order,
    Refund,
    RefundLine,
    Transaction,
)
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.entities import (
    Ad,
    AdAccount,
    AdGroup,
    Campaign,
    Change,
    Product,
    Shop,
    Variant,
)
from trueup_simulators.world.truth import Truth
from trueup_simulators.world.world import World
from trueup_simulators.world.world_changes import HOSTILE_NAMES, Plant, huge_name

__all__ = [
    "HOSTILE_NAMES",
    "Ad",
    "AdAccount",
    "AdGroup",
    "Address",
    "Campaign",
    "Change",
    "Customer",
    "LineItem",
    "Moment",
    "Order",
    "Plant",
    "Product",
    "Refund",
    "RefundLine",
    "Shop",
    "SimulatedClock",
    "Transaction",
    "Truth",
    "Variant",
    "World",
    "WorldConfig",
    "huge_name",
]
