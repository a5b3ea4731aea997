"""Random numbers that can be drawn for any day, or any single thing, without drawing the others."""

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


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
    words = (words ^ (words >> np.uint64(30))) * _FIRST
    words = (words ^ (words >> np.uint64(27))) * _SECOND
    return words ^ (words >> np.uint64(31))


def hashed(seed: int, stream: Stream, keys: Ints, salt: int = 0) -> Words:
    """A random word for each key. Distinct keys get distinct words."""
    start = np.full(1, (seed * 1_000_003 + stream * 8191 + salt) & 0xFFFFFFFFFFFFFFFF, np.uint64)
    return mix(keys.astype(np.uint64) * _GOLDEN ^ mix(start + _GOLDEN))


def uniform(seed: int, stream: Stream, keys: Ints, salt: int = 0) -> Floats:
    """A number in [0, 1) for each key."""
    return (hashed(seed, stream, keys, salt) >> np.uint64(11)).astype(np.float64) / 2.0**53


def stochastic_round(means: Floats, draws: Floats) -> Ints:
    """Whole numbers with these means, by draws in [0, 1)."""
    return np.floor(means + draws).astype(np.int64)
