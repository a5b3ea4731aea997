"""Google Ads: accounts, campaigns, ad groups, ads, clicks, and figures by day."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import AccessError, AccountUnavailableError, ConfigError, ContractError
from trueup.sources.adaptive_size import AdaptiveSizes
from trueup.sources.context import SourceContext
from trueup.sources.google_ads.accounts import ClientRow, account_of, unavailable
from trueup.sources.google_ads.client import GoogleAdsApi, Search, decoded
from trueup.sources.google_ads.config import GoogleAdsConfig
from trueup.sources.google_ads.streams import (
    CLICK_VIEWS,
    CLIENTS_QUERY,
    STREAMS,
    GoogleAdsStream,
    query_of,
    totals_query,
)
from trueup.sources.http import AskForLessError

__all__ = ["GoogleAdsConfig", "GoogleAdsSource", "create", "streams_for"]


class _Metrics(msgspec.Struct, rename="camel"):
    # Zeros are left out.
    impressions: int = 0
    clicks: int = 0
    cost_micros: int = 0


class _Segments(msgspec.Struct):
    date: date


class _TotalRow(msgspec.Struct):
    segments: _Segments
    metrics: _Metrics


class GoogleAdsSource:
    """One credential and the clients within its reach."""

    name = "google_ads"

    def __init__(self, config: GoogleAdsConfig, context: SourceContext) -> None:
        self.streams: tuple[Stream, ...] = streams_for(config)
        self._config = config
        self._now = context.now
        self._api = GoogleAdsApi(config, context)
        self._lock = threading.Lock()
        self._days = AdaptiveSizes()
        self._login_ids: dict[str, str] = {}

    def accounts(self) -> list[Account]:
        """Every client within reach, through all managers; managers have no figures of their own.

        Raises AccessError when no manager lets the credential in, and ConfigError when none of
        the accounts of the settings is within reach.
        """
        found: dict[str, Account] = {}
        refusals: list[AccountUnavailableError] = []
        roots = self._roots()
        for root_id in roots:
            try:
                clients = self._clients(root_id)
            except AccountUnavailableError as error:
                refusals.append(error)
                found.setdefault(root_id, unavailable(root_id, error.hint))
                continue
            for client in clients:
                found.setdefault(client.account_id, client)
                self._login_ids.setdefault(client.account_id, root_id)
        if refusals and len(refusals) == len(roots):
            raise AccessError(refusals[0].message, hint=refusals[0].hint, code="TUP-403")
        return self._chosen(found)

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        """The pages of a query over all days of `window`; a snapshot takes no days."""
        if not isinstance(stream, GoogleAdsStream):
            raise TypeError(f"{stream.name} is not a stream of {self.name}")
        if bookmark is not None:
            raise ContractError(
                f"{self.name}.{stream.name}: pages cannot be resumed",
                hint="This is a defect of the connector: please report it with this message.",
                code="TUP-535",
            )
        if not stream.day:
            yield from self._api.search(self._search(account, query_of(stream, ()), stream.key))
            return
        days = window.days(ZoneInfo(account.timezone))
        size = self._days.of(f"{stream.name} {account.account_id}", stream.days_per_request)
        while days:
            part = days[: size.now]
            search = self._search(account, query_of(stream, part), stream.key)
            try:
                yield from self._api.search(replace(search, can_shrink=len(part) > 1))
            except AskForLessError:
                # Whoever reads begins again, and asks for fewer days then.
                size.shrink(len(part))
                raise
            size.worked(len(part))
            days = days[len(part) :]

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        """The account's own spend, impressions and clicks for each finished day of `window`."""
        zone = ZoneInfo(account.timezone)
        today = self._now.astimezone(zone).date()
        days = [day for day in window.days(zone) if day < today] if stream.totals else []
        if not days:
            return []
        by_day = {day: _Metrics() for day in days}
        for page in self._api.rows(self._search(account, totals_query(days), ("segments.date",))):
            for record in page.records:
                row = decoded(record, _TotalRow, page.trace.url)
                by_day[row.segments.date] = row.metrics
        return [
            ControlTotal(window=Window.of_day(day, zone), name=name, value=value)
            for day, metrics in by_day.items()
            for name, value in _figures(metrics).items()
        ]

    def close(self) -> None:
        """End the connections."""
        self._api.close()

    def _roots(self) -> list[str]:
        if self._config.login_customer_id:
            return [self._config.login_customer_id]
        return self._api.accessible_customers()

    def _clients(self, root_id: str) -> list[Account]:
        search = Search(
            customer_id=root_id,
            login_id=root_id,
            query=CLIENTS_QUERY,
            key=("customerClient.id",),
        )
        rows = [
            decoded(record, ClientRow, page.trace.url).customer_client
            for page in self._api.rows(search)
            for record in page.records
        ]
        return [account_of(client) for client in rows if not client.manager]

    def _chosen(self, found: dict[str, Account]) -> list[Account]:
        wanted = self._config.accounts
        if not wanted:
            return list(found.values())
        if not found.keys() & set(wanted):
            raise ConfigError(
                f"{self.name}: accounts: none of {', '.join(wanted)} is within reach",
                hint=f"Within reach: {', '.join(found) or 'none'}.",
                code="TUP-326",
            )
        missing = "not among the accounts within reach"
        return [found.get(one) or unavailable(one, missing) for one in wanted]

    def _search(self, account: Account, query: str, key: tuple[str, ...]) -> Search:
        with self._lock:
            if account.account_id not in self._login_ids:
                self.accounts()
            login_id = self._login_ids.setdefault(account.account_id, account.account_id)
        return Search(customer_id=account.account_id, login_id=login_id, query=query, key=key)


def create(config: GoogleAdsConfig, context: SourceContext) -> GoogleAdsSource:
    """The source behind one credential."""
    return GoogleAdsSource(config, context)


def streams_for(config: GoogleAdsConfig) -> tuple[GoogleAdsStream, ...]:
    """The streams with the lookbacks of the settings."""

    def configured(stream: GoogleAdsStream) -> GoogleAdsStream:
        if stream.kind is not StreamKind.REPORT:
            return stream
        is_clicks = stream.name == CLICK_VIEWS.name
        days = config.click_lookback_days if is_clicks else config.lookback_days
        return replace(stream, lookback=timedelta(days=days))

    return tuple(configured(stream) for stream in STREAMS)


def _figures(metrics: _Metrics) -> dict[str, Decimal]:
    """By name, amounts in major units of the account's currency."""
    return {
        "spend": Decimal(metrics.cost_micros).scaleb(-6),
        "impressions": Decimal(metrics.impressions),
        "clicks": Decimal(metrics.clicks),
    }
