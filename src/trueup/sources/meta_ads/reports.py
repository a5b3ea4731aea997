"""Reads a report of ads and days: asks, splits what is too much, and proves that all is there."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import msgspec

from trueup.core.page import Page
from trueup.errors import AccessError
from trueup.sources.adaptive_size import AdaptiveSize, AdaptiveSizes
from trueup.sources.meta_ads.async_reports import ReportFailedError, ReportRuns
from trueup.sources.meta_ads.client import Announced, Edge, GraphClient
from trueup.sources.meta_ads.errors import PERMISSION, TooMuchDataError
from trueup.sources.meta_ads.reconciliation import DayFigures, RowSums, account_days, refuse
from trueup.sources.meta_ads.streams import ATTRIBUTION_WINDOWS, CAMPAIGNS, MetaStream


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Part of a report: days from `first` to `last`, both included; campaigns, None for all."""

    account_id: str
    first: date
    last: date
    campaign_ids: tuple[str, ...] | None = None

    @property
    def days(self) -> list[date]:
        """Every day of the slice."""
        count = (self.last - self.first).days + 1
        return [self.first + timedelta(days=n) for n in range(count)]

    def parts(self, size: int) -> list["Slice"]:
        """The slice in parts of at most `size` days."""
        firsts = self.days[::size]
        lasts = [*(first - timedelta(days=1) for first in firsts[1:]), self.last]
        pairs = zip(firsts, lasts, strict=True)
        return [replace(self, first=first, last=last) for first, last in pairs]

    def halves(self, all_campaign_ids: Callable[[], tuple[str, ...]]) -> list["Slice"]:
        """Two smaller slices, by days, then by campaigns; empty for what cannot be split."""
        if self.first < self.last:
            middle = self.first + (self.last - self.first) // 2
            return [replace(self, last=middle), replace(self, first=middle + timedelta(days=1))]
        ids = all_campaign_ids() if self.campaign_ids is None else self.campaign_ids
        half = len(ids) // 2
        parts = (ids[:half], ids[half:]) if half else ()
        return [replace(self, campaign_ids=part) for part in parts]


@dataclass(frozen=True, slots=True)
class AdDayReports:
    """Reads the days of an account's ads."""

    graph: GraphClient
    runs: ReportRuns
    sync_days: int
    sizes: AdaptiveSizes = field(default_factory=AdaptiveSizes)

    def read(self, stream: MetaStream, whole: Slice) -> Iterator[Page]:
        """The pages of the slice as they come; ends only when they are proved to hold every row.

        Raises IncompleteReadError when they do not.
        """
        before, sums = self.figures(whole), RowSums(stream.key)
        size = self.sizes.of(whole.account_id, stream.days_per_request)
        for part in whole.parts(size.now):
            for page in self._pages(stream, part, size):
                sums.add(page.records)
                yield page
        if sums.misfit(whole.days, before, before):
            misfit = sums.misfit(whole.days, before, self.figures(whole))
            if misfit:
                raise refuse(misfit, f"insights of act_{whole.account_id}")
        if not sums.by_day and not sums.unreadable:
            self._prove_access(whole.account_id)

    def figures(self, whole: Slice) -> dict[date, DayFigures]:
        """The account's own figures by day; days without delivery are absent.

        Without a condition on statuses: at this level, archived and deleted ads are counted in.
        """
        params = _question(whole, "account", ("impressions", "inline_link_clicks", "spend"))
        path = f"act_{whole.account_id}/insights"
        try:
            can_split = whole.first < whole.last
            edge = Edge(path, whole.account_id, params, ("date_start",), can_split=can_split)
            pages = list(self.graph.pages(edge))
        except TooMuchDataError:
            if whole.first == whole.last:
                raise
            first, second = whole.halves(tuple)
            return self.figures(first) | self.figures(second)
        records = [record for page in pages for record in page.records]
        return account_days(records, f"GET /{path}")

    def _pages(self, stream: MetaStream, part: Slice, size: AdaptiveSize) -> Iterator[Page]:
        """The pages of a part; one that is too much before its first page is split."""
        pages = self._unsplit(stream, part)
        try:
            first = next(pages, None)
        except (TooMuchDataError, ReportFailedError) as error:
            halves = part.halves(lambda: self._campaign_ids(part.account_id))
            if not halves:
                error.hint = "Not even one campaign's day can be read: ask the vendor's support."
                raise
            size.shrink(len(part.days))
            for half in halves:
                yield from self._pages(stream, half, size)
            return
        if first is not None:
            yield first
            yield from pages
            size.worked(len(part.days))

    def _unsplit(self, stream: MetaStream, part: Slice) -> Iterator[Page]:
        question = _ad_question(stream, part)
        if len(part.days) <= self.sync_days and part.campaign_ids is None:
            path = f"act_{part.account_id}/insights"
            edge = Edge(path, part.account_id, question, stream.key, can_split=True)
            pages = self.graph.pages(edge)
            try:
                first = next(pages)
            except TooMuchDataError:
                # A report run is allowed to be larger than a call that is answered at once.
                pass
            else:
                yield first
                yield from pages
                return
        yield from self.runs.read(part.account_id, question, stream.key)

    def _campaign_ids(self, account_id: str) -> tuple[str, ...]:
        params = {"fields": "id", "effective_status": _json(CAMPAIGNS.statuses)}
        edge = Edge(f"act_{account_id}/campaigns", account_id, params)
        pages = self.graph.pages(edge, announced=Announced.ALWAYS)
        return tuple(_id(record) for page in pages for record in page.records)

    def _prove_access(self, account_id: str) -> None:
        """Nothing at all may be true, or be what an account looks like that may not be seen."""
        answer = self.graph.get(f"act_{account_id}", account_id, {"fields": "account_id"})
        shown = answer.json()
        if not isinstance(shown, dict) or shown.get("account_id") != account_id:
            raise AccessError(
                f"{answer.where}: the account shows nothing of itself",
                hint=f"Share act_{account_id} with the system user, with {PERMISSION}.",
                code="TUP-412",
            )


def _ad_question(stream: MetaStream, part: Slice) -> dict[str, str]:
    # Below the account's level, rows of archived and deleted ads are left out by default.
    conditions: list[dict[str, object]] = [
        {"field": "ad.effective_status", "operator": "IN", "value": stream.statuses}
    ]
    if part.campaign_ids is not None:
        conditions.append({"field": "campaign.id", "operator": "IN", "value": part.campaign_ids})
    return _question(part, "ad", stream.fields) | {
        "action_attribution_windows": _json(ATTRIBUTION_WINDOWS),
        "use_unified_attribution_setting": "true",
        "filtering": _json(conditions),
    }


def _question(part: Slice, level: str, fields: tuple[str, ...]) -> dict[str, str]:
    span = {"since": part.first.isoformat(), "until": part.last.isoformat()}
    return {
        "level": level,
        "time_increment": "1",
        "time_range": _json(span),
        "fields": ",".join(fields),
    }


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _id(record: bytes) -> str:
    return str(msgspec.json.decode(record)["id"])
