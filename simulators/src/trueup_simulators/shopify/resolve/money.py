"""Amounts in the shop's currency and in the customer's, and how they are written."""

from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

from trueup_simulators.shopify.resolve.getters import Table, values
from trueup_simulators.world import Order


class Bag(NamedTuple):
    """An amount in the shop's currency and in the customer's."""

    amount: Decimal
    order: Order


class Amount(NamedTuple):
    """An amount in one currency."""

    amount: Decimal
    currency: str


def with_tax(amount: Decimal, tax: Decimal, order: Order) -> Bag:
    """The world keeps amounts without tax; some orders were placed at prices that include it."""
    return Bag(amount + tax if order.taxes_included else amount, order)


def decimal_text(amount: Decimal) -> str:
    """Trailing zeros trimmed to one decimal place: 8.80 is "8.8", 7 is "7.0"."""
    text = format(amount, "f")
    if "." not in text:
        return f"{text}.0"
    text = text.rstrip("0")
    return f"{text}0" if text.endswith(".") else text


def presentment(bag: Bag) -> Amount:
    """The amount in the customer's currency, rounded to its minor unit."""
    order = bag.order
    if order.presentment_currency == order.currency:
        return Amount(bag.amount, order.currency)
    step = Decimal(1) if order.presentment_currency == "JPY" else Decimal("0.01")
    converted = (bag.amount * order.presentment_rate).quantize(step, rounding=ROUND_HALF_EVEN)
    return Amount(converted, order.presentment_currency)


OBJECTS: dict[str, Table] = {
    "MoneyBag": values(
        shopMoney=lambda bag: Amount(bag.amount, bag.order.currency), presentmentMoney=presentment
    ),
    "MoneyV2": values(
        amount=lambda money: decimal_text(money.amount), currencyCode=lambda money: money.currency
    ),
}
