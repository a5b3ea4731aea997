"""The shop's products: what exists when, and at what price."""

from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

import numpy as np

from trueup_simulators.world.calendar import DAY_MICROS, NEVER, LocalDays, day_number, instant
from trueup_simulators.world.config import RUNWAY_DAYS, WorldConfig
from trueup_simulators.world.entities import Product, Variant
from trueup_simulators.world.randomness import Floats, Ints, Stream, day_generator
from trueup_simulators.world.world_changes import HOSTILE_NAMES

KINDS = (
    ("Desk Lamp", "Lighting", 4900), ("Floor Lamp", "Lighting", 12900),
    ("Pendant “Lune”", "Lighting", 8900), ("Espresso Cup", "Kitchen", 1400),
    ("Chef's Knife", "Kitchen", 7900), ("Cast-Iron Pan", "Kitchen", 6500),
    ("Linen Towel", "Kitchen", 1900), ("Wool Blanket", "Living", 9900),
    ("Cushion", "Living", 2900), ("Wall Clock", "Living", 3900),
    ("Plant Pot", "Garden", 2400), ("Watering Can", "Garden", 3200),
    ("Notebook", "Office", 1200), ("Pencil Set", "Office", 900),
    ("Monitor Stand", "Office", 5900), ("Sticker Sheet", "Gifts", 0),
    ("Gift Box", "Gifts", 500), ("Candle", "Gifts", 2200),
)  # fmt: skip
EDITIONS = ("", " II")
OPTIONS = ("Small", "Medium", "Large")

FIRST_PRODUCT_ID = 8_100_000_000_000
FIRST_VARIANT_ID = 45_000_000_000_000
NEW_SHARE = 0.15
REPRICED_SHARE = 0.4


class Article(NamedTuple):
    """A variant as it stands in the line of an order."""

    product_id: int
    variant_id: int
    sku: str
    title: str


class Assortment:
    """Variants as columns by index, prices in cents. A price changes at most once, at a shop
    midnight; a product that comes later can be bought from the day after its creation."""

    def __init__(self, config: WorldConfig, local: LocalDays) -> None:
        rng = day_generator(config.seed, Stream.PRODUCT, 0, 0)
        self._local = local
        self._hostile = config.hostile_names
        count = len(KINDS) * len(EDITIONS)
        start = day_number(config.start)
        horizon = config.days + RUNWAY_DAYS
        late = rng.random(count) < NEW_SHARE
        late[: len(KINDS)] = False
        day = np.where(late, start + rng.integers(2, horizon, count), start - 100)
        self.created_day: Ints = day.astype(np.int64)
        options = 1 + np.arange(count) % len(OPTIONS)
        self.product: Ints = np.repeat(np.arange(count), options)
        self.option: Ints = np.concatenate([np.arange(size) for size in options])
        base = np.array([KINDS[index % len(KINDS)][2] for index in self.product], np.int64)
        self.first_price: Ints = base * (10 + 3 * self.option) // 10
        self.second_price: Ints = self.first_price * rng.choice([90, 105, 110], len(base)) // 100
        repriced = rng.random(len(base)) < REPRICED_SHARE
        change = np.maximum(start + rng.integers(3, horizon, len(base)), self._born + 1)
        self.price_day: Ints = np.where(repriced, change, NEVER)
        self.weight: Floats = rng.random(len(base)) ** 2 + 0.05

    @property
    def _born(self) -> Ints:
        return self.created_day[self.product]

    def prices(self, day: int) -> Ints:
        """Cents by variant on a shop day."""
        return np.where(self.price_day <= day, self.second_price, self.first_price)

    def odds(self, day: int) -> Floats:
        """Cumulated odds of each variant to be bought on a shop day."""
        cumulated: Floats = np.cumsum(np.where(self._born < day, self.weight, 0.0))
        odds: Floats = cumulated / cumulated[-1]
        return odds

    def sku(self, variant: int) -> str:
        """The variant's stock keeping unit."""
        return f"BC-{self.product[variant]:03d}-{OPTIONS[self.option[variant]][0]}"

    def title(self, product: int) -> str:
        """The product's title."""
        if self._hostile:
            return HOSTILE_NAMES[product % len(HOSTILE_NAMES)]
        return KINDS[product % len(KINDS)][0] + EDITIONS[product // len(KINDS)]

    @cached_property
    def articles(self) -> list[Article]:
        """By variant."""
        return [
            Article(
                self.product_id(variant),
                self.variant_id(variant),
                self.sku(variant),
                self.title(product),
            )
            for variant, product in enumerate(self.product.tolist())
        ]

    def product_id(self, variant: int) -> int:
        """The id of the variant's product."""
        return FIRST_PRODUCT_ID + int(self.product[variant]) * 4096

    def variant_id(self, variant: int) -> int:
        """The variant's id."""
        return FIRST_VARIANT_ID + variant * 4096

    def products(self, at: int, names: dict[str, str]) -> list[Product]:
        """Products created by `at` (microseconds UTC); `names` overrules titles, by id."""
        return [
            self._product(product, at, names)
            for product in range(len(self.created_day))
            if self._created(product) <= at
        ]

    def _created(self, product: int) -> int:
        return self._local.start(int(self.created_day[product])) + DAY_MICROS * 3 // 8

    def _product(self, product: int, at: int, names: dict[str, str]) -> Product:
        created = instant(self._created(product))
        numbers = [int(index) for index in np.flatnonzero(self.product == product)]
        variants = tuple(self._variant(number, at, created) for number in numbers)
        kind = KINDS[product % len(KINDS)][1]
        identity = self.product_id(numbers[0])
        return Product(
            id=identity,
            title=names.get(str(identity)) or self.title(product),
            handle=f"product-{product:03d}",
            vendor="BrightCart" if product % 3 else "Maison Élan",
            product_type=kind,
            status="ACTIVE",
            variants=variants,
            created_at=created,
            updated_at=max(variant.updated_at for variant in variants),
        )

    def _variant(self, variant: int, at: int, created: datetime) -> Variant:
        change = int(self.price_day[variant])
        changed_at = NEVER if change == NEVER else self._local.start(change)
        repriced = changed_at <= at
        cents = (self.second_price if repriced else self.first_price)[variant]
        return Variant(
            id=self.variant_id(variant),
            product_id=self.product_id(variant),
            sku=self.sku(variant),
            title=OPTIONS[self.option[variant]],
            price=Decimal(int(cents)).scaleb(-2),
            created_at=created,
            updated_at=instant(changed_at) if repriced else created,
        )
