"""Lives of ad entities as columns: when each was created, renamed, paused, removed."""

from dataclasses import dataclass

import numpy as np

from trueup_simulators.world.calendar import (
    DAY_MICROS,
    MICROS_PER_SECOND,
    NEVER,
    PAST_DAYS,
    LocalDays,
    day_number,
)
from trueup_simulators.world.config import RUNWAY_DAYS, WorldConfig
from trueup_simulators.world.entities import Status
from trueup_simulators.world.randomness import Flags, Floats, Ints

NEW_SHARE = 0.2
REMOVED_SHARE = 0.10
PAUSED_SHARE = 0.15
PAUSED_FOR_GOOD_SHARE = 0.3
RENAMED_SHARE = 0.2
REBUDGETED_SHARE = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Lives of the entities of one kind, by index; microseconds UTC, NEVER if not at all."""

    created: Ints
    removed: Ints
    paused: Ints
    resumed: Ints
    renamed: Ints
    rebudgeted: Ints

    def status(self, index: int, at: int) -> Status:
        """The status at an instant."""
        if self.removed[index] <= at:
            return "REMOVED"
        return "PAUSED" if self.paused[index] <= at < self.resumed[index] else "ENABLED"

    def updated(self, at: int) -> Ints:
        """The last change of each at an instant; creation counts as one."""
        events = np.stack(
            [self.created, self.removed, self.paused, self.resumed, self.renamed, self.rebudgeted]
        )
        latest: Ints = np.where(events <= at, events, 0).max(axis=0)
        return latest

    def runs_on(self, day: int, local: LocalDays) -> Flags:
        """Mask of those that can deliver on a local day.

        Not on the day of creation or resumption, but still on the day of a pause or removal.
        """
        start = local.start(day)
        paused = (self.paused < start) & (self.resumed >= start)
        alive: Flags = (self.created < start) & (self.removed >= start) & ~paused
        return alive


def draw_history(rng: np.random.Generator, born_after: Ints, config: WorldConfig) -> History:
    """Random lives; nothing is created within an hour of its parent (`born_after`)."""
    count = len(born_after)
    start = day_number(config.start) * DAY_MICROS
    horizon = config.days + RUNWAY_DAYS
    shares = rng.random((5, count))
    spans = rng.random((6, count))
    age_days = np.where(shares[0] < NEW_SHARE, spans[0] * horizon, -10 - spans[0] * PAST_DAYS * 0.9)
    created = np.maximum(start + _days(age_days), born_after + 3600 * MICROS_PER_SECOND)
    base = np.maximum(created, start)

    def event(share: float, row: int) -> Ints:
        happens = shares[row] < share
        return np.where(happens, base + _days(1 + spans[row] * horizon), NEVER)

    removed = event(REMOVED_SHARE, 1)
    paused = _before(event(PAUSED_SHARE, 2), removed)
    back = np.where(paused == NEVER, 0, paused) + _days(2 + 18 * spans[5])
    for_good = (paused == NEVER) | (shares[2] < PAUSED_SHARE * PAUSED_FOR_GOOD_SHARE)
    return History(
        created=created,
        removed=removed,
        paused=paused,
        resumed=_before(np.where(for_good, NEVER, back), removed),
        renamed=_before(event(RENAMED_SHARE, 3), removed),
        rebudgeted=_before(event(REBUDGETED_SHARE, 4), removed),
    )


def settle_campaigns(history: History, config: WorldConfig) -> None:
    """Give the first campaigns of every account known fates, so that each kind of change is in
    every world: 0 renamed, 1 removed, 2 paused and resumed, 3 given another budget and renamed
    the day after the clock starts; a later one appears."""
    start = day_number(config.start) * DAY_MICROS

    def on(share_of_days: float, extra_days: float = 0.0) -> int:
        return start + int((share_of_days * config.days + extra_days) * 86_400) * MICROS_PER_SECOND

    columns = (history.removed, history.paused, history.resumed, history.renamed)
    for column in (*columns, history.rebudgeted):
        column[:4] = NEVER
    history.created[:4] = start - np.arange(30, 34) * DAY_MICROS
    history.renamed[0] = on(0.4)
    history.removed[1] = on(0.7)
    history.paused[2], history.resumed[2] = on(0.3), on(0.5)
    history.rebudgeted[3], history.renamed[3] = on(0.5), on(1.0, 1.4)
    if len(history.created) > 4:
        for column in columns:
            column[4] = NEVER
        history.created[4], history.rebudgeted[4] = on(0.45), NEVER


def _days(days: Floats) -> Ints:
    seconds: Ints = (days * 86_400).astype(np.int64)
    return seconds * MICROS_PER_SECOND


def _before(event: Ints, end: Ints) -> Ints:
    return np.where(event < end, event, NEVER)
