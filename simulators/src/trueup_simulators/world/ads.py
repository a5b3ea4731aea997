"""Ad figures by account and day, and how platforms restate them while they age."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa

from trueup_simulators.world.calendar import EPOCH_DAY, LocalDays, day_number, demand
from trueup_simulators.world.catalog import Catalog
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.plants import Plant
from trueup_simulators.world.randomness import (
    Flags,
    Floats,
    Ints,
    Stream,
    day_generator,
    stochastic_round,
)

FROZEN_AFTER_DAYS = 28
LATE_CONVERSION_SHARE = 0.55
LATE_CONVERSION_BEND = 2.2
CLICKS_SETTLE_AFTER_DAYS = 3

DELIVERY_RATE = 0.97
INVALID_CLICK_RATE = 0.04
VANISH_RATE = 0.004
LATE_RATE = 0.005
CONVERSION_RATE = 0.022
# Platforms claim more than the shop sees, and a quarter of it for views alone.
CLAIM_FACTOR = 1.1
VIEW_RATIO = 0.25
PERFORMANCE_MAX_CLICKS = 6.0

CLICK_THROUGH = {"google_ads": 0.04, "meta_ads": 0.012}
# Minor units per click and per purchase.
CLICK_PRICE = {"USD": 90.0, "EUR": 74.0, "JPY": 110.0}
PURCHASE_VALUE = {"USD": 8_200.0, "EUR": 7_400.0, "JPY": 12_500.0}

SCHEMA = pa.schema(
    [
        ("campaign_id", pa.string()),
        ("ad_group_id", pa.string()),
        ("ad_id", pa.string()),
        ("day", pa.date32()),
        ("impressions", pa.int64()),
        ("clicks", pa.int64()),
        ("spend_micros", pa.int64()),
        ("conversions", pa.float64()),
        ("conversion_value", pa.float64()),
        ("purchases_7d_click", pa.int64()),
        ("purchases_1d_view", pa.int64()),
        ("purchase_value", pa.decimal128(18, 2)),
    ]
)


@dataclass(slots=True, kw_only=True)
class Drawn:
    """What one account's units really did on one day, whoever reports it when."""

    runs: Flags
    impressions: Ints
    clicks: Ints
    invalid: Ints
    spend: Ints  # minor units of the currency, before credits for invalid clicks
    credit: Ints
    click_purchases: Ints
    view_purchases: Ints
    purchase_value: Ints  # minor units, each
    fraction: Floats  # the share of a purchase that Google credits
    threshold: Floats
    vanish_age: Ints  # the row is gone from this age on; FOREVER if not
    late_age: Ints  # the row is missing before this age


FOREVER = 1_000_000


class Units:
    """What can spend in an account: its ads, then Performance Max, which has no ads."""

    def __init__(self, catalog: Catalog, number: int, config: WorldConfig) -> None:
        self.catalog = catalog
        bare = [len(catalog.campaign_ids) - 1] if catalog.has_performance_max else []
        self.campaign: Ints = np.append(catalog.group_campaign[catalog.ad_group], bare).astype(
            np.int64
        )
        self.ads = len(catalog.ad_group)
        count = len(self.campaign)
        normal = day_generator(config.seed, Stream.UNITS, number, 0).standard_normal((5, count))
        self.clicks = config.figures.clicks_per_ad_day * _lognormal(normal[0], 0.7)
        self.clicks[self.ads :] *= PERFORMANCE_MAX_CLICKS
        currency = catalog.account.currency
        self.click_through = CLICK_THROUGH[catalog.account.platform] * _lognormal(normal[1], 0.3)
        self.click_price = CLICK_PRICE[currency] * _lognormal(normal[2], 0.4)
        self.conversion = CONVERSION_RATE * _lognormal(normal[3], 0.5)
        self.purchase_value = PURCHASE_VALUE[currency] * _lognormal(normal[4], 0.2)

    def run_on(self, day: int, local: LocalDays) -> Flags:
        """Which units can deliver that day: every level above must be running too."""
        campaigns = self.catalog.campaign_history.runs_on(day, local)
        groups = self.catalog.group_history.runs_on(day, local)[self.catalog.ad_group]
        runs = campaigns[self.campaign]
        runs[: self.ads] &= groups & self.catalog.ad_history.runs_on(day, local)
        return runs

    @cached_property
    def id_columns(self) -> tuple[pa.Array, pa.Array, pa.Array]:
        """Campaign, ad group and ad ids by unit."""
        catalog, bare = self.catalog, [None] * (len(self.campaign) - self.ads)
        return (
            pa.array(catalog.campaign_ids, pa.string()).take(pa.array(self.campaign)),
            pa.array([catalog.group_ids[group] for group in catalog.ad_group] + bare, pa.string()),
            pa.array(catalog.ad_ids + bare, pa.string()),
        )


class AccountDays:
    """The ad figures of one account."""

    def __init__(self, catalog: Catalog, number: int, config: WorldConfig) -> None:
        self.local = LocalDays(catalog.account.timezone, config)
        self._number = number
        self._config = config
        self._catalog = catalog

    @cached_property
    def units(self) -> Units:
        """The units, made when first needed."""
        return Units(self._catalog, self._number, self._config)

    def knows(self, day: int) -> bool:
        """Whether the day is within the life of the world."""
        return day_number(self._config.start) <= day < day_number(self._config.end)

    def draw(self, day: int) -> Drawn:
        """What really happened on a day; the same whatever is asked before or after."""
        units, count = self.units, len(self.units.campaign)
        rng = day_generator(self._config.seed, Stream.AD_DAY, self._number, day)
        normal = rng.standard_normal((4, count))
        even = rng.random((9, count))
        mean = units.clicks * demand(EPOCH_DAY + timedelta(days=day), self._config)
        clicks = stochastic_round(mean * _lognormal(normal[0], 0.35), even[0])
        shown = (mean / units.click_through * _lognormal(normal[1], 0.2)).astype(np.int64)
        invalid = stochastic_round(clicks * INVALID_CLICK_RATE * 2 * even[1], even[2])
        invalid = np.minimum(invalid, clicks)
        price = units.click_price * _lognormal(normal[2], 0.1)
        claims = (clicks - invalid) * units.conversion * CLAIM_FACTOR
        fate = even[8]
        return Drawn(
            runs=units.run_on(day, self.local) & (even[3] < DELIVERY_RATE),
            impressions=np.maximum(shown, clicks),
            clicks=clicks,
            invalid=invalid,
            spend=(clicks * price).astype(np.int64),
            credit=(invalid * price).astype(np.int64),
            click_purchases=stochastic_round(claims, even[4]),
            view_purchases=stochastic_round(claims * VIEW_RATIO, even[5]),
            purchase_value=(units.purchase_value * _lognormal(normal[3], 0.3)).astype(np.int64),
            fraction=0.6 + 0.4 * even[6],
            threshold=even[7],
            vanish_age=np.where(fate < VANISH_RATE, 2 + (even[6] * 4).astype(np.int64), FOREVER),
            late_age=np.where(fate > 1 - LATE_RATE, 1 + (even[6] * 3).astype(np.int64), -1),
        )

    def settled_clicks(self, day: int) -> Ints:
        """Clicks by unit once credits and vanished rows are through: what people really clicked."""
        if not self.knows(day):
            return np.zeros(0, np.int64)
        drawn = self.draw(day)
        stays = drawn.runs & (drawn.vanish_age == FOREVER) & (drawn.impressions > 0)
        return np.where(stays, drawn.clicks - drawn.invalid, 0)

    def table(self, since: date, until: date, at: int, plants: Iterable[Plant]) -> pa.Table:
        """Rows of SCHEMA with since <= day < until as reported at `at` (microseconds UTC)."""
        days = range(day_number(since), day_number(until))
        standing = tuple(plants)
        batches = [self._batch(day, at, standing) for day in days if self._begun(day, at)]
        return pa.Table.from_batches(batches, schema=SCHEMA)

    def _begun(self, day: int, at: int) -> bool:
        return self.knows(day) and self.local.start(day) < at

    def _batch(self, day: int, at: int, plants: tuple[Plant, ...]) -> pa.RecordBatch:
        age = self.local.age(day, at)
        elapsed = 1.0
        if age < 0:
            elapsed = (at - self.local.start(day)) / (self.local.seconds(day) * 1e6)
        reported = _reported(self.draw(day), age, elapsed)
        for plant in _standing(plants, day):
            _apply(plant, reported, self._planted(plant))
        rows = np.flatnonzero(reported.present & (reported.impressions > 0))
        return _as_batch(self, day, reported, rows)

    def _planted(self, plant: Plant) -> Flags:
        everywhere = np.ones(len(self.units.campaign), np.bool_)
        if plant.campaign_id is None:
            return everywhere
        if plant.campaign_id not in self._catalog.campaign_ids:
            return ~everywhere
        chosen: Flags = self.units.campaign == self._catalog.campaign_ids.index(plant.campaign_id)
        return chosen


@dataclass(slots=True, kw_only=True)
class Reported:
    """One day as the platform shows it at one age; by unit."""

    present: Flags
    impressions: Ints
    clicks: Ints
    spend: Ints
    conversions: Floats
    conversion_value: Floats
    click_purchases: Ints
    view_purchases: Ints
    purchase_value: Ints  # minor units, in all


def conversions_reported(age_days: int) -> float:
    """The share of a day's conversions that is reported when the day ended `age_days` ago."""
    if age_days >= FROZEN_AFTER_DAYS:
        return 1.0
    still_open = float(1.0 - max(age_days, 0) / FROZEN_AFTER_DAYS)
    return 1.0 - LATE_CONVERSION_SHARE * math.pow(still_open, LATE_CONVERSION_BEND)


def _reported(drawn: Drawn, age: int, elapsed: float) -> Reported:
    # Credits come in three steps: at the end of the first, second and third day.
    credited = min(max(age, 0), CLICKS_SETTLE_AFTER_DAYS)
    invalid = drawn.invalid * credited // CLICKS_SETTLE_AFTER_DAYS
    credit = drawn.credit * credited // CLICKS_SETTLE_AFTER_DAYS
    share = conversions_reported(age) * elapsed
    of_clicks = _part(drawn.click_purchases, share, drawn.threshold)
    of_views = _part(drawn.view_purchases, share, drawn.threshold)
    conversions = np.round(drawn.click_purchases * drawn.fraction * share, 2)
    return Reported(
        present=drawn.runs & (drawn.vanish_age > age) & (drawn.late_age <= age),
        impressions=(drawn.impressions * elapsed).astype(np.int64),
        clicks=(drawn.clicks * elapsed).astype(np.int64) - invalid,
        spend=(drawn.spend * elapsed).astype(np.int64) - credit,
        conversions=conversions,
        conversion_value=np.round(conversions * drawn.purchase_value / 100.0, 2),
        click_purchases=of_clicks,
        view_purchases=of_views,
        purchase_value=(of_clicks + of_views) * drawn.purchase_value,
    )


def _part(whole: Ints, share: float, threshold: Floats) -> Ints:
    """A whole part of each that grows with the share and is everything at share 1."""
    return np.minimum(np.floor(whole * share + threshold).astype(np.int64), whole)


def _standing(plants: Iterable[Plant], day: int) -> Iterator[Plant]:
    for plant in plants:
        if plant.day is None or day_number(plant.day) == day:
            yield plant


def _apply(plant: Plant, reported: Reported, chosen: Flags) -> None:
    if plant.kind == "vanish":
        reported.present &= ~chosen
        return
    above, below = plant.factor.as_integer_ratio()
    reported.spend = np.where(chosen, reported.spend * above // below, reported.spend)
    grown = np.where(chosen, float(plant.factor), 1.0)
    reported.conversions = np.round(reported.conversions * grown, 2)
    reported.conversion_value = np.round(reported.conversion_value * grown, 2)


def _as_batch(account: AccountDays, day: int, reported: Reported, rows: Ints) -> pa.RecordBatch:
    taken = pa.array(rows)
    ids = [column.take(taken) for column in account.units.id_columns]
    minor_micros = account.units.catalog.account.minor_micros
    cents = reported.purchase_value[rows] * (minor_micros // 10_000)
    figures = [
        pa.array(reported.impressions[rows]),
        pa.array(reported.clicks[rows]),
        pa.array(reported.spend[rows] * minor_micros),
        pa.array(reported.conversions[rows]),
        pa.array(reported.conversion_value[rows]),
        pa.array(reported.click_purchases[rows]),
        pa.array(reported.view_purchases[rows]),
        decimals(cents, SCHEMA.field("purchase_value").type),
    ]
    days = pa.array(np.full(len(rows), day, np.int32), pa.int32()).cast(pa.date32())
    return pa.RecordBatch.from_arrays([*ids, days, *figures], schema=SCHEMA)


def decimals(minor: Ints, kind: pa.Decimal128Type) -> pa.Array:
    """Whole counts of the type's last decimal place as decimals, without a Python object each."""
    words = np.empty((len(minor), 2), np.int64)
    words[:, 0] = minor
    words[:, 1] = minor >> 63  # sign extension to 128 bits
    return pa.Array.from_buffers(kind, len(minor), [None, pa.py_buffer(words.tobytes())])


def _lognormal(normal: Floats, sigma: float) -> Floats:
    """A factor with mean 1."""
    return np.exp(sigma * normal - sigma * sigma / 2)
