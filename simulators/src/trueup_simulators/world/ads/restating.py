"""Reports of a day, and their restatements as the day ages."""

import math
from dataclasses import dataclass

import numpy as np

from trueup_simulators.world.randomness import Flags, Floats, Ints
from trueup_simulators.world.world_changes import Plant

FROZEN_AFTER_DAYS = 28
LATE_CONVERSION_SHARE = 0.55
LATE_CONVERSION_BEND = 2.2
CLICKS_SETTLE_AFTER_DAYS = 3

FOREVER = 1_000_000


@dataclass(slots=True, kw_only=True)
class Drawn:
    """True figures of one account's units on one day, before any reporting delay."""

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


def reported_of(drawn: Drawn, age: int, elapsed: float) -> Reported:
    """The day as reported at an age in days; `elapsed` is the share of it that is over."""
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


def disturb(reported: Reported, plant: Plant, chosen: Flags) -> None:
    """Make the chosen units report what a plant wants."""
    if plant.kind == "vanish":
        reported.present &= ~chosen
        return
    above, below = plant.factor.as_integer_ratio()
    reported.spend = np.where(chosen, reported.spend * above // below, reported.spend)
    grown = np.where(chosen, float(plant.factor), 1.0)
    reported.conversions = np.round(reported.conversions * grown, 2)
    reported.conversion_value = np.round(reported.conversion_value * grown, 2)
