"""Random numbers that can be drawn for any day, or any single thing, without drawing the others."""

from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_GOLDEN = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_WORD = 0xFFFFFFFFFFFFFFFF

STARTS_KEPT = 256


class Stream(IntEnum):
    """One per use, so that adding draws to one leaves the others as they were."""

    CATALOG = 1
    UNITS = 2
    AD_DAY = 3
    CLICK_DAY = 4
    CLICK_ID = 5
    ORDER_COUNT = 6
    ORDER_HEAD = 7
    ORDER_LINES = 8
    ORDER_CAUSE = 9
    PERSON = 10
    PRODUCT = 11


def day_generator(seed: int, stream: Stream, owner: int, day: int) -> np.random.Generator:
    """The generator of one (stream, owner, day); `day` counts from 1970-01-01.

    Philox is counter-based: a key is a stream of its own, so no day depends on another.
    """
    key = np.array([seed & 0xFFFFFFFFFFFFFFFF, (stream << 48) | (owner << 32) | day], np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def mix(words: Words) -> Words:
    """The finaliser of splitmix64: a bijection of 64-bit words that scatters them."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(_FIRST)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(_SECOND)
    return words ^ (words >> np.uint64(31))


def mix_one(word: int) -> int:
    """`mix` of one word: for that, a column costs twenty times as much."""
    word = (word ^ (word >> 30)) * _FIRST & _WORD
    word = (word ^ (word >> 27)) * _SECOND & _WORD
    return word ^ (word >> 31)


@lru_cache(maxsize=STARTS_KEPT)
def _start(seed: int, stream: Stream, salt: int) -> int:
    return mix_one((seed * 1_000_003 + stream * 8191 + salt + _GOLDEN) & _WORD)


def hashed(seed: int, stream: Stream, keys: Ints, salt: int = 0) -> Words:
    """A random word for each key. Distinct keys get distinct words."""
    start = np.uint64(_start(seed, stream, salt))
    return mix(keys.astype(np.uint64) * np.uint64(_GOLDEN) ^ start)


def hashed_one(seed: int, stream: Stream, key: int, salt: int = 0) -> int:
    """The random word of one key, as in a column."""
    return mix_one((key * _GOLDEN & _WORD) ^ _start(seed, stream, salt))


def uniform(seed: int, stream: Stream, keys: Ints, salt: int = 0) -> Floats:
    """A number in [0, 1) for each key."""
    return (hashed(seed, stream, keys, salt) >> np.uint64(11)).astype(np.float64) / 2.0**53


def uniform_one(seed: int, stream: Stream, key: int, salt: int = 0) -> float:
    """The number in [0, 1) of one key, as in a column."""
    return float(hashed_one(seed, stream, key, salt) >> 11) / 2.0**53


def stochastic_round(means: Floats, draws: Floats) -> Ints:
    """Whole numbers with these means, by draws in [0, 1)."""
    return np.floor(means + draws).astype(np.int64)
