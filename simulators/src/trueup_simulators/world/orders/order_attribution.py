"""True attribution of each order: its channel and, for ads, its click; one shop day at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trueup_simulators.world.ads.clicks import AccountClicks, DayClicks
from trueup_simulators.world.calendar import MICROS_PER_SECOND
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.orders.heads import CREATED, NOBODY, Head
from trueup_simulators.world.people import REGIONS
from trueup_simulators.world.randomness import Flags, Floats, Ints, Stream, day_generator

CHANNELS = (
    "paid_search", "paid_social", "organic_search", "email", "referral", "direct", "marketplace",
)  # fmt: skip
PAID_SEARCH, PAID_SOCIAL, ORGANIC, EMAIL, REFERRAL, DIRECT, MARKETPLACE = range(7)
CHANNEL_ODDS = np.cumsum([0.27, 0.23, 0.18, 0.14, 0.06])

# A click on an ad that did not cause the order, but will look as if it did.
DECOY_SHARE = 0.10
MEDIAN_LATENCY_HOURS = 5.0
LATENCY_SPREAD = 1.9
MIN_LATENCY_SECONDS = 120
MAX_LATENCY_SECONDS = 12 * 86_400

# Neighbouring clicks compete, so that ads with a better conversion rate win more orders.
COMPETITORS = 6

ACCOUNT_CURRENCY = {"EUR": "EUR", "GBP": "EUR", "JPY": "JPY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Causes:
    """By order: the true channel, when it acted, and an ad click if there was one.

    click_account: place in the list of live accounts, NOBODY if no ad was clicked; click_unit:
    what of that account was clicked. The click is the cause where `is_cause`; elsewhere it is a
    decoy. evidence: (6, orders) draws that decide what of it the shop could see.
    """

    channel: Ints
    caused_at: Ints
    click_account: Ints
    click_unit: Ints
    click_id: NDArray[np.object_]  # None if no ad was clicked
    clicked_at: Ints
    is_cause: Flags
    evidence: Floats


def draw_causes(
    head: Head, region: Ints, accounts: Sequence[AccountClicks], config: WorldConfig
) -> Causes:
    """The causes of a day's orders; an order for which no ad click is at hand comes directly."""
    rng = day_generator(config.seed, Stream.ORDER_CAUSE, 0, head.day)
    orders = len(head.processed)
    channel = np.searchsorted(CHANNEL_ODDS, rng.random(orders), side="right").astype(np.int64)
    channel[head.test] = DIRECT
    channel[head.imported] = MARKETPLACE
    hours = MEDIAN_LATENCY_HOURS * np.exp(LATENCY_SPREAD * rng.standard_normal((2, orders)))
    seconds = np.clip(hours * 3600, MIN_LATENCY_SECONDS, MAX_LATENCY_SECONDS).astype(np.int64)
    when = head.events[:, CREATED] - seconds * MICROS_PER_SECOND
    paid = channel <= PAID_SOCIAL
    decoy = ~paid & ~head.test & ~head.imported & (rng.random(orders) < DECOY_SHARE)
    social = np.where(paid, channel == PAID_SOCIAL, rng.random(orders) < 0.5)
    wanted = np.where(paid, when[0], when[1])
    account = np.where(paid | decoy, _accounts_for(region, social, accounts), NOBODY)
    found = _find_clicks(account, wanted, accounts, rng.random((COMPETITORS, orders)))
    account = np.where(found[0] == NOBODY, NOBODY, account)
    channel[paid & (account == NOBODY)] = DIRECT
    is_cause = (channel <= PAID_SOCIAL) & (account != NOBODY)
    return Causes(
        channel=channel,
        caused_at=np.where(is_cause, found[2], when[0]),
        click_account=account,
        click_unit=found[3],
        click_id=_click_ids(account, found, accounts),
        clicked_at=found[2],
        is_cause=is_cause,
        evidence=rng.random((6, orders)),
    )


def _accounts_for(region: Ints, social: Flags, accounts: Sequence[AccountClicks]) -> Ints:
    """The account that advertises in each order's region: of its currency, else the dollar one."""
    places: dict[tuple[str, str], int] = {}
    for place, clicks in enumerate(accounts):
        account = clicks.days.units.catalog.account
        places[account.platform, account.currency] = place
    table = np.empty((2, len(REGIONS)), np.int64)
    for row, platform in enumerate(("google_ads", "meta_ads")):
        for column, home in enumerate(REGIONS):
            currency = ACCOUNT_CURRENCY.get(home.currency, "USD")
            dollars = places[platform, "USD"]
            table[row, column] = places.get((platform, currency), dollars)
    chosen: Ints = table[social.astype(np.int64), region]
    return chosen


def _find_clicks(
    account: Ints, wanted: Ints, accounts: Sequence[AccountClicks], draws: Floats
) -> Ints:
    """Rows (day, index, instant, unit): a click of the account shortly before `wanted`, or
    NOBODY."""
    found = np.full((4, len(account)), NOBODY, np.int64)
    for place, clicks in enumerate(accounts):
        mine = np.flatnonzero(account == place)
        days = clicks.days.local.day_of(wanted[mine])
        for day in np.unique(days):
            orders = mine[days == day]
            of_day = clicks.of_day(int(day))
            index = _best_before(clicks, of_day, wanted[orders], draws[:, orders])
            hit = index >= 0
            found[0, orders[hit]] = day
            found[1, orders[hit]] = index[hit]
            found[2, orders[hit]] = of_day.clicked_at[index[hit]]
            found[3, orders[hit]] = of_day.unit[index[hit]]
    return found


def _click_ids(
    account: Ints, found: Ints, accounts: Sequence[AccountClicks]
) -> NDArray[np.object_]:
    """The ids of the clicks that `_find_clicks` found; None for NOBODY's."""
    ids = np.full(len(account), None, object)
    for place, clicks in enumerate(accounts):
        mine = np.flatnonzero(account == place)
        ids[mine] = clicks.ids(found[0, mine], found[1, mine]).to_numpy(zero_copy_only=False)
    return ids


def _best_before(clicks: AccountClicks, of_day: DayClicks, wanted: Ints, draws: Floats) -> Ints:
    latest = np.searchsorted(of_day.clicked_at, wanted, side="right") - 1
    if not len(of_day.unit):
        return latest
    rivals = latest - np.arange(COMPETITORS)[:, None]
    appeal = clicks.days.units.conversion[of_day.unit[np.maximum(rivals, 0)]] * draws
    best = np.argmax(np.where(rivals >= 0, appeal, -1.0), axis=0)
    index: Ints = latest - best
    return index
