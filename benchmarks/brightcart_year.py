"""A made-up BrightCart of any length, as vendors' answers in memory: 40,000 ad rows a day.

Four Google Ads accounts of 250 campaigns x 8 ad groups x 5 ads, and 2,740 orders a day. Figures are
functions of (account, day, age), so that the last 28 days differ a little from one day to the next.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import numpy as np

from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page, RequestTrace
from trueup.core.stream import Stream
from trueup.core.window import Window
from trueup.sources.google_ads.streams import STREAMS
from trueup.sources.records import split

START = date(2025, 6, 1)
ACCOUNTS = tuple(
    Account(account_id=f"900000000{n}", name=f"Account {n}", timezone="UTC", currency="USD")
    for n in range(1, 5)
)
CAMPAIGNS, GROUPS, ADS = 250, 8, 5
ROWS = CAMPAIGNS * GROUPS * ADS
RESTATED_DAYS = 28
_TRACE = RequestTrace(method="POST", url="memory", status=200)


def now_after(days: int) -> datetime:
    """The time of the run that has `days` days behind it."""
    return datetime.combine(START + timedelta(days=days), time(6), UTC)


@dataclass(frozen=True, slots=True)
class Figures:
    """One account's day: arrays of ROWS values."""

    impressions: np.ndarray
    clicks: np.ndarray
    cost_micros: np.ndarray


def figures(account: Account, day: date, now: datetime) -> Figures:
    """The day's figures as known at `now`; a day changes for 28 days and then no more."""
    age = min((now.date() - day).days, RESTATED_DAYS)
    seed = (int(account.account_id) * 100_003 + day.toordinal()) % (1 << 32)
    random = np.random.Generator(np.random.Philox(seed))
    impressions = random.integers(1, 4_000, ROWS)
    clicks = impressions * random.integers(0, 60, ROWS) // 1_000
    cents = clicks * random.integers(5, 300, ROWS)
    # Each day of age corrects a few rows, until the figures are final.
    corrected = (np.arange(ROWS) + age) % 97 < RESTATED_DAYS - age
    return Figures(impressions, clicks, (cents - corrected * (cents // 50)) * 10_000)


class GoogleInMemory:
    """A Source whose answers are made in memory; no HTTP, everything else as in a sync."""

    name = "google_ads"
    streams: tuple[Stream, ...] = tuple(s for s in STREAMS if s.name != "click_views")

    def __init__(self, now: datetime) -> None:
        self._now = now

    def accounts(self) -> list[Account]:
        return list(ACCOUNTS)

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        del bookmark
        if stream.day is None:
            yield Page(records=list(_entities(stream.name, account)), trace=_TRACE)
            return
        day = window.since.date()
        while day < window.until.date():
            found = figures(account, day, self._now)
            rows = _ad_rows if stream.name == "ad_days" else _campaign_rows
            body = b'{"results":[' + b",".join(rows(account, day, found)) + b"]}"
            yield Page(records=split(body, ("results",)).records, trace=_TRACE)
            day += timedelta(days=1)

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        if not stream.totals:
            return []
        found, day = [], window.since.date()
        while day < window.until.date():
            f = figures(account, day, self._now)
            whole = Window(_midnight(day), _midnight(day + timedelta(days=1)))
            sums = {
                "impressions": Decimal(int(f.impressions.sum())),
                "clicks": Decimal(int(f.clicks.sum())),
                "spend": Decimal(int(f.cost_micros.sum())).scaleb(-6),
            }
            found += [ControlTotal(window=whole, name=n, value=v) for n, v in sums.items()]
            day += timedelta(days=1)
        return found

    def vendor_time(self) -> datetime | None:
        """None: a made-up vendor has the run's clock."""
        return None

    def close(self) -> None:
        """Nothing: there is no connection."""


def _ad_rows(account: Account, day: date, f: Figures) -> list[bytes]:
    a = account.account_id
    return [
        (
            f'{{"customer":{{"resourceName":"customers/{a}","id":"{a}","currencyCode":"USD"}},'
            f'"campaign":{{"resourceName":"customers/{a}/campaigns/{a}{n // 40:04}",'
            f'"id":"{a}{n // 40:04}"}},"adGroup":{{"resourceName":"customers/{a}/adGroups/'
            f'{a}{n // 5:05}","id":"{a}{n // 5:05}"}},"adGroupAd":{{"resourceName":"customers/{a}'
            f'/adGroupAds/{a}{n // 5:05}~{a}{n:06}","ad":{{"resourceName":"customers/{a}/ads/'
            f'{a}{n:06}","id":"{a}{n:06}"}}}},"metrics":{{"clicks":"{clicks}","conversions":0.5,'
            f'"conversionsValue":12.5,"costMicros":"{cost}","impressions":"{impressions}"}},'
            f'"segments":{{"date":"{day}"}}}}'
        ).encode()
        for n, (impressions, clicks, cost) in enumerate(
            zip(f.impressions.tolist(), f.clicks.tolist(), f.cost_micros.tolist(), strict=True)
        )
    ]


def _campaign_rows(account: Account, day: date, f: Figures) -> list[bytes]:
    a = account.account_id
    sums = [x.reshape(CAMPAIGNS, -1).sum(axis=1).tolist() for x in (f.impressions, f.clicks)]
    cost = f.cost_micros.reshape(CAMPAIGNS, -1).sum(axis=1).tolist()
    return [
        (
            f'{{"customer":{{"resourceName":"customers/{a}","id":"{a}","currencyCode":"USD"}},'
            f'"campaign":{{"resourceName":"customers/{a}/campaigns/{a}{n:04}","id":"{a}{n:04}",'
            f'"advertisingChannelType":"SEARCH"}},"metrics":{{"clicks":"{sums[1][n]}",'
            f'"costMicros":"{cost[n]}","impressions":"{sums[0][n]}"}},'
            f'"segments":{{"date":"{day}"}}}}'
        ).encode()
        for n in range(CAMPAIGNS)
    ]


def _entities(stream: str, account: Account) -> Iterator[bytes]:
    a = account.account_id
    customer = f'"customer":{{"resourceName":"customers/{a}","id":"{a}"}}'
    if stream == "accounts":
        yield (
            f'{{"customer":{{"resourceName":"customers/{a}","id":"{a}","descriptiveName":'
            f'"{account.name}","currencyCode":"USD","timeZone":"UTC","status":"ENABLED"}}}}'
        ).encode()
        return
    counts = {"campaigns": CAMPAIGNS, "ad_groups": CAMPAIGNS * GROUPS, "ads": ROWS}
    for n in range(counts[stream]):
        campaign = n * CAMPAIGNS // counts[stream]
        parts = [customer, f'"campaign":{{"id":"{a}{campaign:04}"']
        if stream == "campaigns":
            parts[1] += (
                f',"name":"Campaign {n}","status":"ENABLED","advertisingChannelType":"SEARCH"'
            )
        parts[1] += "}"
        if stream == "ad_groups":
            parts.append(f'"adGroup":{{"id":"{a}{n:05}","name":"Group {n}","status":"ENABLED"}}')
        if stream == "ads":
            parts.append(f'"adGroup":{{"id":"{a}{n // 5:05}"}}')
            parts.append(
                f'"adGroupAd":{{"status":"ENABLED","ad":{{"id":"{a}{n:06}","name":"Ad {n}"}}}}'
            )
        yield ("{" + ",".join(parts) + "}").encode()


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
