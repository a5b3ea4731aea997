"""Units that can spend in an account, and their performance."""

from functools import cached_property

import numpy as np
import pyarrow as pa

from trueup_simulators.world.ads.catalog import Catalog
from trueup_simulators.world.calendar import LocalDays
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.randomness import Flags, Floats, Ints, Stream, day_generator

CONVERSION_RATE = 0.022
PERFORMANCE_MAX_CLICKS = 6.0

CLICK_THROUGH = {"google_ads": 0.04, "meta_ads": 0.012}
# Minor units per click and per purchase.
CLICK_PRICE = {"USD": 90.0, "EUR": 74.0, "JPY": 110.0}
PURCHASE_VALUE = {"USD": 8_200.0, "EUR": 7_400.0, "JPY": 12_500.0}


class Units:
    """Units that can spend in an account: its ads, then Performance Max, which has no ads."""

    def __init__(self, catalog: Catalog, number: int, config: WorldConfig) -> None:
        self.catalog = catalog
        bare = [len(catalog.campaign_ids) - 1] if catalog.has_performance_max else []
        self.campaign: Ints = np.append(catalog.group_campaign[catalog.ad_group], bare).astype(
            np.int64
        )
        self.ads = len(catalog.ad_group)
        count = len(self.campaign)
        normal = day_generator(config.seed, Stream.UNITS, number, 0).standard_normal((5, count))
        self.clicks = config.figures.clicks_per_ad_day * lognormal(normal[0], 0.7)
        self.clicks[self.ads :] *= PERFORMANCE_MAX_CLICKS
        currency = catalog.account.currency
        self.click_through = CLICK_THROUGH[catalog.account.platform] * lognormal(normal[1], 0.3)
        self.click_price = CLICK_PRICE[currency] * lognormal(normal[2], 0.4)
        self.conversion = CONVERSION_RATE * lognormal(normal[3], 0.5)
        self.purchase_value = PURCHASE_VALUE[currency] * lognormal(normal[4], 0.2)

    def run_on(self, day: int, local: LocalDays) -> Flags:
        """Mask of units that can deliver that day: every level above must be running too."""
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


def lognormal(normal: Floats, sigma: float) -> Floats:
    """A factor with mean 1."""
    return np.exp(sigma * normal - sigma * sigma / 2)
