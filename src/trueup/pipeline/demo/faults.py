"""Faults that `trueup demo --break NAME` plants after a good run, and what should come of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from trueup.errors import ConfigError, known_names
from trueup.pipeline.demo.folder import publish_rates
from trueup.pipeline.demo.simulators import Simulators

FACTOR = "1.37"
RESTATED_AGE = timedelta(days=6)
# Rates are carried over weekends and holidays for five days: a longer gap cannot be bridged.
MISSING_RATES = 12
ALWAYS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where a fault is planted."""

    folder: Path
    vendors: Simulators
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What was done, in words; `account` and `day` where one account's day was changed."""

    told: str
    account: str = ""
    day: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """`plant` does it and returns what was done; `expected` is what should come of it."""

    name: str
    expected: str
    plant: Callable[[Scene], "Deed"]
    strikes: bool = False
    """Whether a vendor misbehaves in its answers, and so can tell how often it did.

    A day passes first, so that it misbehaves over records that were never read before.
    """
    spoils_rates: bool = False


def find_break(name: str) -> Break:
    """The fault called `name`; raises ConfigError that lists the known ones."""
    known = {planted.name: planted for planted in BREAKS}
    if name in known:
        return known[name]
    raise ConfigError(
        f"no fault named {name!r}",
        hint=known_names(name, known, "faults"),
        code="TUP-352",
    )


def _spend_restated(scene: Scene) -> Deed:
    account = _account(scene, "meta_ads", "EUR")
    day = (scene.now - RESTATED_AGE).date().isoformat()
    rule = {"kind": "restate", "account_id": account, "day": day, "factor": FACTOR}
    scene.vendors.plant([rule])
    told = f"meta_ads {account} now reports {FACTOR} times the spend of {day}"
    return Deed(told=told, account=account, day=day)


def _rows_vanished(scene: Scene) -> Deed:
    account = _account(scene, "google_ads", "USD")
    day = (scene.now - RESTATED_AGE).date().isoformat()
    scene.vendors.plant([{"kind": "vanish", "account_id": account, "day": day}])
    told = f"google_ads {account} no longer has any row for {day}"
    return Deed(told=told, account=account, day=day)


def _last_page_lost(scene: Scene) -> Deed:
    scene.vendors.plant(
        [{"kind": "last_page_lost", "match": "insights", "times": 1, "name": "last_page_lost"}]
    )
    return Deed(told="a day later, meta_ads ends one ad report a page early, with a cheerful 200")


def _currency_missing(scene: Scene) -> Deed:
    publish_rates(scene.folder, scene.now, without=("EUR", MISSING_RATES))
    return Deed(told=f"the rates file lacks EUR for its newest {MISSING_RATES} working days")


def _duplicate_delivery(scene: Scene) -> Deed:
    scene.vendors.plant(
        [{"kind": "duplicate_delivery", "times": ALWAYS, "name": "duplicate_delivery"}]
    )
    return Deed(told="a day later, every vendor sends a record twice on every page")


BREAKS = (
    Break(
        name="spend-restated",
        expected="the changed day is read again and replaced whole",
        plant=_spend_restated,
    ),
    Break(
        name="rows-vanished",
        expected="the day is replaced by an empty one: complete, 0 rows",
        plant=_rows_vanished,
    ),
    Break(
        name="last-page-lost",
        expected="the short report is noticed and read again; nothing short is committed",
        plant=_last_page_lost,
        strikes=True,
    ),
    Break(
        name="currency-missing",
        expected="amounts without a rate stay unknown, and a gate holds back what needs them",
        plant=_currency_missing,
        spoils_rates=True,
    ),
    Break(
        name="duplicate-delivery",
        expected="every repeat is dropped and counted",
        plant=_duplicate_delivery,
        strikes=True,
    ),
)


def _account(scene: Scene, platform: str, currency: str) -> str:
    return next(
        str(account["account_id"])
        for account in scene.vendors.accounts
        if account["platform"] == platform
        and account["currency"] == currency
        and account["status"] == "ENABLED"
        and not account["is_manager"]
    )
