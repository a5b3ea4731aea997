"""Ad figures by account and day."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa

from trueup_simulators.world.ads.catalog import Catalog
from trueup_simulators.world.ads.restating import FOREVER, Drawn, Reported, disturb, reported_of
from trueup_simulators.world.ads.units import Units, lognormal
from trueup_simulators.world.calendar import EPOCH_DAY, LocalDays, day_number, demand
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.randomness import Flags, Ints, Stream, day_generator, stochastic_round
from trueup_simulators.world.world_changes import Plant

DELIVERY_RATE = 0.97
INVALID_CLICK_RATE = 0.04
VANISH_RATE = 0.004
LATE_RATE = 0.005
# Platforms claim more than the shop sees, and a quarter of it for views alone.
CLAIM_FACTOR = 1.1
VIEW_RATIO = 0.25

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
        """True when the day is within the life of the world."""
        return day_number(self._config.start) <= day < day_number(self._config.end)

    def draw(self, day: int) -> Drawn:
        """True figures of a day, independent of earlier or later requests."""
        units, count = self.units, len(self.units.campaign)
        rng = day_generator(self._config.seed, Stream.AD_DAY, self._number, day)
        normal = rng.standard_normal((4, count))
        even = rng.random((9, count))
        mean = units.clicks * demand(EPOCH_DAY + timedelta(days=day), self._config)
        clicks = stochastic_round(mean * lognormal(normal[0], 0.35), even[0])
        shown = (mean / units.click_through * lognormal(normal[1], 0.2)).astype(np.int64)
        invalid = stochastic_round(clicks * INVALID_CLICK_RATE * 2 * even[1], even[2])
        invalid = np.minimum(invalid, clicks)
        price = units.click_price * lognormal(normal[2], 0.1)
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
            purchase_value=(units.purchase_value * lognormal(normal[3], 0.3)).astype(np.int64),
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
        reported = reported_of(self.draw(day), age, elapsed)
        for plant in _standing(plants, day):
            disturb(reported, plant, self._planted(plant))
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


def _standing(plants: Iterable[Plant], day: int) -> Iterator[Plant]:
    for plant in plants:
        if plant.day is None or day_number(plant.day) == day:
            yield plant


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
