"""The ad hierarchy of one account with its whole history, and how it looks at an instant."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cached_property

import numpy as np

from trueup_simulators.world.ads.history import History, draw_history, settle_campaigns
from trueup_simulators.world.calendar import DAY_MICROS, NEVER, day_number, instant, micros
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.entities import Ad, AdAccount, AdGroup, Campaign
from trueup_simulators.world.randomness import Ints, Stream, day_generator
from trueup_simulators.world.world_changes import HOSTILE_NAMES

GOOGLE_CHANNELS = ("SEARCH", "SHOPPING", "DISPLAY", "SEARCH", "VIDEO")
META_OBJECTIVES = ("OUTCOME_SALES", "OUTCOME_TRAFFIC", "OUTCOME_SALES", "OUTCOME_AWARENESS")
THEMES = (
    "Brand", "Lighting", "Kitchen", "Café & Bar", "Kids' Room", "Garden", "Office", "Clearance",
    "Gifts 🎁", "Spring", "New Arrivals", "Retargeting",
)  # fmt: skip
AUDIENCES = ("Broad", "Lookalike 1%", "Cart abandoners", "Past buyers", "In-market", "Generic")
HOOKS = ("Free shipping", "Made to last", "As seen on TV", "20 % off", "New in", "Bestseller")

FIRST_ID: Mapping[str, int] = {
    "google_ads": 20_000_000_000,
    "meta_ads": 120_200_000_000_000_000,
}
# Room for each account and kind, so that no two entities of the world share an id.
ACCOUNT_ROOM = 400_000_000
KIND_ROOM = 100_000_000
ID_STRIDE = 37


class Catalog:
    """Campaigns, ad groups and ads by index; a Google account's last campaign is Performance Max.

    `group_campaign` and `ad_group` give parents by index. Performance Max has no children.
    """

    def __init__(self, account: AdAccount, number: int, config: WorldConfig) -> None:
        self.account = account
        self._number = number
        self._hostile = config.hostile_names
        figures = config.figures
        self.has_performance_max = account.platform == "google_ads"
        parents = figures.campaigns
        total = parents + self.has_performance_max
        self.group_campaign: Ints = np.repeat(np.arange(parents), figures.ad_groups_per_campaign)
        self.ad_group: Ints = np.repeat(
            np.arange(len(self.group_campaign)), figures.ads_per_ad_group
        )
        rng = day_generator(config.seed, Stream.CATALOG, number, 0)
        nothing = np.zeros(total, np.int64)
        self.campaign_history = draw_history(rng, nothing, config)
        settle_campaigns(self.campaign_history, config)
        if self.has_performance_max:
            self._settle_performance_max(config)
        born = self.campaign_history.created[self.group_campaign]
        self.group_history = draw_history(rng, born, config)
        born = self.group_history.created[self.ad_group]
        self.ad_history = draw_history(rng, born, config)
        self.budget_units: Ints = rng.integers(20, 400, total) * 5

    def _settle_performance_max(self, config: WorldConfig) -> None:
        history = self.campaign_history
        for column in (history.removed, history.paused, history.resumed):
            column[-1] = NEVER
        history.created[-1] = (day_number(config.start) - 60) * DAY_MICROS

    @cached_property
    def campaign_ids(self) -> list[str]:
        """Ids by campaign index, ascending."""
        return self._ids(0, len(self.campaign_history.created))

    @cached_property
    def group_ids(self) -> list[str]:
        """Ids by ad group index, ascending."""
        return self._ids(1, len(self.group_campaign))

    @cached_property
    def ad_ids(self) -> list[str]:
        """Ids by ad index, ascending."""
        return self._ids(2, len(self.ad_group))

    def campaigns(self, at: datetime, names: Mapping[str, str]) -> list[Campaign]:
        """Campaigns created by `at`; `names` overrules, by id."""
        now, history = micros(at), self.campaign_history
        updated = history.updated(now)
        return [
            Campaign(
                id=self.campaign_ids[index],
                account_id=self.account.account_id,
                name=names.get(self.campaign_ids[index]) or self.campaign_name(index, now),
                status=history.status(index, now),
                channel_type=self._channel(index),
                objective=self._objective(index),
                budget_micros=self.budget_micros(index, now),
                created_at=instant(history.created[index]),
                updated_at=instant(updated[index]),
            )
            for index in _created(history, now)
        ]

    def ad_groups(self, at: datetime, names: Mapping[str, str]) -> list[AdGroup]:
        """Ad groups created by `at`; `names` overrules, by id."""
        now, history = micros(at), self.group_history
        updated = history.updated(now)
        return [
            AdGroup(
                id=self.group_ids[index],
                campaign_id=self.campaign_ids[self.group_campaign[index]],
                account_id=self.account.account_id,
                name=names.get(self.group_ids[index]) or self.group_name(index, now),
                status=history.status(index, now),
                cpc_bid_micros=self.account.minor_micros * (40 + index % 60),
                created_at=instant(history.created[index]),
                updated_at=instant(updated[index]),
            )
            for index in _created(history, now)
        ]

    def ads(self, at: datetime, names: Mapping[str, str]) -> list[Ad]:
        """Ads created by `at`; `names` overrules, by id."""
        now, history = micros(at), self.ad_history
        updated = history.updated(now)
        return [
            Ad(
                id=self.ad_ids[index],
                ad_group_id=self.group_ids[self.ad_group[index]],
                campaign_id=self.campaign_ids[self.group_campaign[self.ad_group[index]]],
                account_id=self.account.account_id,
                name=names.get(self.ad_ids[index]) or self.ad_name(index, now),
                status=history.status(index, now),
                ad_type=self._ad_type(index),
                headline=HOOKS[index % len(HOOKS)],
                final_url=f"https://brightcart.example/collections/c{index % 12}",
                created_at=instant(history.created[index]),
                updated_at=instant(updated[index]),
            )
            for index in _created(history, now)
        ]

    def campaign_name(self, index: int, at: int) -> str:
        """The campaign's name at an instant."""
        theme = THEMES[index % len(THEMES)]
        kind = self._channel(index).replace("_", " ").title()
        return self._named(f"{kind} | {theme} | {index:03d}", self.campaign_history, index, at)

    def group_name(self, index: int, at: int) -> str:
        """The ad group's name at an instant."""
        name = f"{AUDIENCES[index % len(AUDIENCES)]} {index:04d}"
        return self._named(name, self.group_history, index, at)

    def ad_name(self, index: int, at: int) -> str:
        """The ad's name at an instant."""
        return self._named(f"{HOOKS[index % len(HOOKS)]} #{index:05d}", self.ad_history, index, at)

    def budget_micros(self, index: int, at: int) -> int:
        """The campaign's daily budget at an instant; raised by a quarter when it changes."""
        units = int(self.budget_units[index])
        if self.campaign_history.rebudgeted[index] <= at:
            units = units * 5 // 4
        scale = 150 if self.account.currency == "JPY" else 1
        return units * scale * 1_000_000

    def _named(self, name: str, history: History, index: int, at: int) -> str:
        if self._hostile:
            name = HOSTILE_NAMES[(index + self._number) % len(HOSTILE_NAMES)]
        return f"{name} (v2)" if history.renamed[index] <= at else name

    def _channel(self, index: int) -> str:
        if self.account.platform == "meta_ads":
            return "META"
        if index == len(self.campaign_history.created) - 1:
            return "PERFORMANCE_MAX"
        return GOOGLE_CHANNELS[index % len(GOOGLE_CHANNELS)]

    def _objective(self, index: int) -> str:
        if self.account.platform == "meta_ads":
            return META_OBJECTIVES[index % len(META_OBJECTIVES)]
        return "SALES"

    def _ad_type(self, index: int) -> str:
        if self.account.platform == "meta_ads":
            return ("IMAGE", "VIDEO", "CAROUSEL")[index % 3]
        return "RESPONSIVE_SEARCH_AD"

    def _ids(self, kind: int, count: int) -> list[str]:
        first = FIRST_ID[self.account.platform] + self._number * ACCOUNT_ROOM + kind * KIND_ROOM
        return [str(first + 1009 + ID_STRIDE * index) for index in range(count)]


def _created(history: History, at: int) -> Iterator[int]:
    return (int(index) for index in np.flatnonzero(history.created <= at))
