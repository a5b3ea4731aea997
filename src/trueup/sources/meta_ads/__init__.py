"""Meta Ads (GraphClient API v26.0): accounts, campaigns, ad sets, ads, and the days of ads."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from trueup.core.account import Account, AccountStatus
from trueup.core.page import ControlTotal, Page
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import AccessError, AccountUnavailableError, RestartReadError
from trueup.sources.context import SourceContext
from trueup.sources.meta_ads.async_reports import ReportRuns
from trueup.sources.meta_ads.client import Announced, Edge, GraphClient
from trueup.sources.meta_ads.config import MetaAdsConfig
from trueup.sources.meta_ads.errors import PERMISSION, unknown_form
from trueup.sources.meta_ads.reports import AdDayReports, Slice
from trueup.sources.meta_ads.streams import ACCOUNTS, STREAMS, MetaStream
from trueup.sources.whole_reads import whole_read

__all__ = ["STREAMS", "MetaAdsConfig", "MetaAdsSource", "create"]

# 1 active, 3 unsettled, 7 and 8 in review, 9 in grace, 100 closing: all still deliver.
_ENDED = {2: "disabled", 101: "closed", 202: "closed"}


class _AdAccount(msgspec.Struct):
    account_id: str
    currency: str
    timezone_name: str
    account_status: int
    name: str = ""


class MetaAdsSource:
    """Every ad account that one token reaches."""

    name = "meta_ads"

    def __init__(self, config: MetaAdsConfig, context: SourceContext) -> None:
        self._config = config
        self._graph = GraphClient(config, context)
        runs = ReportRuns(self._graph, config, context)
        self._context = context
        self._reports = AdDayReports(self._graph, runs, config.sync_days)
        self.streams: tuple[Stream, ...] = tuple(_as_configured(s, config) for s in STREAMS)

    def accounts(self) -> list[Account]:
        """Every account of the token, or those the settings name, missing ones as unavailable."""
        found = {account.account_id: account for account in self._reachable()}
        if not found:
            raise _nothing_reached()
        wanted = self._config.accounts or tuple(found)
        return [found.get(account_id) or _missing(account_id) for account_id in wanted]

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        """The pages of a snapshot, or of the days of `window`, as they come.

        They are proved complete only at their end, so there is no bookmark between them, and none
        may be handed in. A read that is not complete is worth another one a moment later.
        """
        if bookmark is not None:
            raise ValueError(f"meta_ads: {stream.name} gives no bookmarks, got {bookmark!r}")
        known = next(item for item in STREAMS if item.name == stream.name)
        try:
            with _last_days(account):
                if stream.kind is StreamKind.REPORT:
                    yield from self._reports.read(known, _slice(account, window))
                else:
                    yield from self._snapshot(known, account)
        except RestartReadError:
            self._context.sleep(self._config.recheck_seconds)
            raise

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        """Impressions, link clicks and spend of the account by day, 0 for days without delivery."""
        if stream.kind is not StreamKind.REPORT:
            return []
        zone, whole = ZoneInfo(account.timezone), _slice(account, window)
        with _last_days(account):
            figures = self._reports.figures(whole)
        totals = []
        for day in whole.days:
            row = figures.get(day)
            values: list[Decimal | int] = [0, 0, 0]
            if row:
                values = [row.impressions, row.inline_link_clicks, row.spend]
            totals += [
                ControlTotal(window=Window.of_day(day, zone), name=name, value=Decimal(value))
                for name, value in zip(stream.totals, values, strict=True)
            ]
        return totals

    def close(self) -> None:
        """End the connections."""
        self._graph.close()

    def _reachable(self) -> list[Account]:
        params = {"fields": ",".join(ACCOUNTS.fields)}
        pages = whole_read(
            lambda: self._account_pages(params), self._context, self._config.recheck_seconds
        )
        return [_account(record) for page in pages for record in page.records]

    def _snapshot(self, stream: MetaStream, account: Account) -> Iterator[Page]:
        """All objects of an edge.

        What appears or goes while the pages are read makes their count differ from the one
        announced; the next reading usually meets it.
        """
        params = {"fields": ",".join(stream.fields)}
        if not stream.per_account:
            yield from self._account_pages(params)
            return
        params["effective_status"] = msgspec.json.encode(stream.statuses).decode()
        edge = Edge(
            f"act_{account.account_id}/{stream.edge}", account.account_id, params, stream.key
        )
        yield from self._graph.pages(edge, announced=Announced.ALWAYS)

    def _account_pages(self, params: dict[str, str]) -> Iterator[Page]:
        is_empty = True
        edge = Edge("me/adaccounts", "me", params)
        for page in self._graph.pages(edge, announced=Announced.IF_TOLD):
            is_empty = is_empty and not page.records
            yield page
        if is_empty:
            raise _nothing_reached()


def create(settings: MetaAdsConfig, context: SourceContext) -> MetaAdsSource:
    """The source behind one token."""
    return MetaAdsSource(settings, context)


def _as_configured(stream: MetaStream, config: MetaAdsConfig) -> MetaStream:
    if stream.kind is not StreamKind.REPORT:
        return stream
    lookback = timedelta(days=config.lookback_days)
    return replace(stream, lookback=lookback, days_per_request=config.days_per_request)


def _account(record: bytes) -> Account:
    try:
        seen = msgspec.json.decode(record, type=_AdAccount)
        ZoneInfo(seen.timezone_name)
    except (msgspec.MsgspecError, ZoneInfoNotFoundError, ValueError) as error:
        raise unknown_form("GET /me/adaccounts", error) from None
    ended = _ENDED.get(seen.account_status)
    return Account(
        account_id=seen.account_id,
        name=seen.name,
        timezone=seen.timezone_name,
        currency=seen.currency,
        reason=f"the account is {ended} (account_status {seen.account_status})" if ended else "",
    )


@contextmanager
def _last_days(account: Account) -> Iterator[None]:
    """An account that has ended is read like others, since its last days are still restated.

    Once Meta refuses that, it is unavailable, and its siblings go on.
    """
    try:
        yield
    except AccessError as refused:
        if not account.reason:
            raise
        raise AccountUnavailableError(
            f"{refused.message}: {account.reason}", hint=refused.hint
        ) from refused


def _missing(account_id: str) -> Account:
    return Account(
        account_id=account_id,
        status=AccountStatus.UNAVAILABLE,
        reason=f"the token does not reach act_{account_id}: share it with {PERMISSION}",
    )


def _nothing_reached() -> AccessError:
    return AccessError(
        "GET /me/adaccounts: the token reaches no ad account",
        hint=f"Assign ad accounts to the system user, with the permission {PERMISSION}.",
        code="TUP-403",
    )


def _slice(account: Account, window: Window) -> Slice:
    days = window.days(ZoneInfo(account.timezone))
    return Slice(account_id=account.account_id, first=days[0], last=days[-1])
