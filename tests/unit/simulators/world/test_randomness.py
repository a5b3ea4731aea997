"""One key gives what it gives in a column, however large or negative it is."""

import numpy as np
import pytest

from trueup_simulators.world.people import REGIONS, person, regions_of
from trueup_simulators.world.randomness import Stream, hashed, hashed_one, uniform, uniform_one

KEYS = [0, 1, 7, -1, -(2**63), 2**63 - 1, 1 << 40, *range(1_000, 100_000, 997)]


@pytest.mark.parametrize("seed", [7, 0, -5, 2**64 - 1])
@pytest.mark.parametrize("salt", [0, 6])
def test_one_key_gives_what_it_gives_in_a_column(seed, salt):
    column = np.array(KEYS, np.int64)
    words = hashed(seed, Stream.PERSON, column, salt).tolist()
    assert [hashed_one(seed, Stream.PERSON, key, salt) for key in KEYS] == words
    draws = uniform(seed, Stream.PERSON, column, salt).tolist()
    assert [uniform_one(seed, Stream.PERSON, key, salt) for key in KEYS] == draws


def test_people_live_where_the_columns_of_orders_say():
    numbers = np.arange(500, dtype=np.int64)
    homes = [REGIONS[place] for place in regions_of(7, numbers)]
    addresses = [person(7, number).address for number in numbers.tolist()]
    assert [(a.country_code, a.city) for a in addresses] == [(h.country, h.city) for h in homes]
