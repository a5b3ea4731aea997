"""Single ad clicks: who clicked what when, with the click id that the landing page got."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa

from trueup_simulators.world.ads.days import AccountDays
from trueup_simulators.world.calendar import MICROS_PER_SECOND, seconds_of_day
from trueup_simulators.world.randomness import (
    Ints,
    Stream,
    Words,
    day_generator,
    hashed,
    mix,
)

ALPHABET = np.frombuffer(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", np.uint8
)
PREFIX = {"google_ads": b"Cj0KCQjw", "meta_ads": b"IwY2xjawM"}
SUFFIX = {"google_ads": b"BwE", "meta_ads": b""}
CHARACTERS_PER_WORD = 11  # of 6 bits: enough for all 64, so that distinct words stay distinct

SCHEMA = pa.schema(
    [
        ("click_id", pa.string()),
        ("ad_id", pa.string()),
        ("ad_group_id", pa.string()),
        ("campaign_id", pa.string()),
        ("clicked_at", pa.timestamp("us", tz="UTC")),
    ]
)


@dataclass(frozen=True, slots=True)
class DayClicks:
    """The clicks of one account day by time: when, and on which unit."""

    clicked_at: Ints
    unit: Ints


class AccountClicks:
    """The clicks of one account. Their number by ad is the settled one of the ad figures."""

    def __init__(self, days: AccountDays, number: int, seed: int) -> None:
        self.days = days
        self._number = number
        self._seed = seed
        self.of_day = lru_cache(maxsize=48)(self._of_day)

    def _of_day(self, day: int) -> DayClicks:
        settled = self.days.settled_clicks(day)
        rng = day_generator(self._seed, Stream.CLICK_DAY, self._number, day)
        unit = rng.permutation(np.repeat(np.arange(len(settled)), settled))
        if not len(unit):
            return DayClicks(np.zeros(0, np.int64), np.zeros(0, np.int64))
        seconds = seconds_of_day(rng.random(len(unit)), self.days.local.seconds(day))
        return DayClicks(self.days.local.start(day) + seconds * MICROS_PER_SECOND, unit)

    def ids(self, day: Ints, index: Ints) -> pa.Array:
        """Click ids by account day and position within the day; unique in the world."""
        keys = (np.int64(self._number) << 56) | (day << 32) | index
        words = [mix(keys.astype(np.uint64))]
        words += [hashed(self._seed, Stream.CLICK_ID, keys, salt) for salt in range(3)]
        platform = self.days.units.catalog.account.platform
        return _texts(PREFIX[platform], words, SUFFIX[platform])

    def table(self, day: int, at: int) -> pa.Table:
        """Rows of SCHEMA for the clicks of a local day up to `at` (microseconds UTC)."""
        clicks = self.of_day(day)
        count = int(np.searchsorted(clicks.clicked_at, at, side="right"))
        unit = pa.array(clicks.unit[:count])
        campaign, group, ad = (column.take(unit) for column in self.days.units.id_columns)
        index = np.arange(count, dtype=np.int64)
        ids = self.ids(np.full(count, day, np.int64), index)
        times = pa.array(clicks.clicked_at[:count], pa.int64()).cast(SCHEMA.field(4).type)
        return pa.Table.from_arrays([ids, ad, group, campaign, times], schema=SCHEMA)


def _texts(prefix: bytes, words: list[Words], suffix: bytes) -> pa.Array:
    count = len(words[0])
    shifts = np.arange(CHARACTERS_PER_WORD, dtype=np.uint64) * np.uint64(6)
    parts = [np.broadcast_to(np.frombuffer(prefix, np.uint8), (count, len(prefix)))]
    parts += [ALPHABET[(word[:, None] >> shifts) & np.uint64(63)] for word in words]
    parts.append(np.broadcast_to(np.frombuffer(suffix, np.uint8), (count, len(suffix))))
    text = np.ascontiguousarray(np.concatenate(parts, axis=1))
    width = text.shape[1]
    ends = pa.py_buffer((np.arange(count + 1, dtype=np.int32) * width).tobytes())
    return pa.Array.from_buffers(pa.string(), count, [None, ends, pa.py_buffer(text.tobytes())])
