"""Resolvers for each field of each type."""

from trueup_simulators.shopify.resolve import (
    connections,
    customers,
    journeys,
    money,
    orders,
    payments,
    products,
    refunds,
    shop,
)
from trueup_simulators.shopify.resolve.getters import Table

OBJECTS: dict[str, Table] = (
    orders.OBJECTS
    | payments.OBJECTS
    | refunds.OBJECTS
    | journeys.OBJECTS
    | customers.OBJECTS
    | products.OBJECTS
    | shop.OBJECTS
    | money.OBJECTS
    | connections.OBJECTS
)
