"""The GraphClient API under one token: addresses, signatures, budgets and chains of pages."""

import hashlib
import hmac
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from urllib.parse import urlencode

import httpx

from trueup.core.page import Page
from trueup.errors import IncompleteReadError
from trueup.sources import records
from trueup.sources.adaptive_size import AdaptiveSizes
from trueup.sources.context import SourceContext
from trueup.sources.http import Answer, AskForLessError, HttpClient
from trueup.sources.key_set import RecordKeys
from trueup.sources.meta_ads.config import MetaAdsConfig
from trueup.sources.meta_ads.errors import Classifier, TooMuchDataError
from trueup.sources.meta_ads.rate_limit_headers import read_usage
from trueup.sources.pagination import PageChain
from trueup.sources.rate_limits import RateLimit

API_VERSION = "v26.0"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Edge:
    """A list: its address below the API, who pays for it, what is asked, and its records' key.

    With `can_split`, whoever asks can ask for fewer days or campaigns.
    """

    path: str
    account_id: str
    params: Params
    key: tuple[str, ...] = ("id",)
    can_split: bool = False

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


class Announced(Enum):
    """An edge's total_count: not asked for, believed where it comes, or needed."""

    NEVER = "never"
    IF_TOLD = "if told"
    ALWAYS = "always"


class GraphClient:
    """Calls under one token. Thread-safe; an account that must pause holds back no other."""

    def __init__(self, config: MetaAdsConfig, context: SourceContext) -> None:
        self._config = config
        self._context = context
        rate = config.requests_per_second
        self._budget = RateLimit(
            context, rate_per_second=rate, burst=max(1.0, rate), name="meta_ads"
        )
        token = config.access_token.get_secret_value()
        self._proof = _proof(config, token)
        # As a header the token stays out of addresses, and so out of logs and traces.
        self._http = HttpClient(
            f"{config.base_url.rstrip('/')}/{API_VERSION}",
            context=context,
            headers={"Authorization": f"Bearer {token}"},
            budget=self._budget,
            classify=Classifier(config.throttle_wait_seconds),
        )
        self._sizes = AdaptiveSizes()
        self._lock = threading.Lock()
        self._accounts: dict[str, RateLimit] = {}

    def close(self) -> None:
        """End the connections."""
        self._http.close()

    def get(self, path: str, account_id: str, params: Params) -> Answer:
        """One object or one page."""
        return self._call("GET", Edge(path, account_id, params))

    def post(self, path: str, account_id: str, form: Params) -> Answer:
        """A form, so that long conditions do not end up in the address."""
        return self._call("POST", Edge(path, account_id, {}), urlencode(dict(form)).encode())

    def pages(self, edge: Edge, *, announced: Announced = Announced.NEVER) -> Iterator[Page]:
        """All pages of an edge; raises IncompleteReadError when the chain proves incomplete.

        The next page is asked for by cursor, not by the vendor's link, which repeats the token.
        Whether there is one, only the link tells: short pages have successors, and the last
        page has a cursor too. The vendor's own count must be met by distinct keys: a page that
        comes twice, in place of another, has as many records.
        """
        chain, keys = PageChain(f"GET /{edge.path}"), RecordKeys(edge.key)
        summary = {} if announced is Announced.NEVER else {"summary": "total_count"}
        asked = {**edge.params, **summary}
        while True:
            answer = self._page(edge, asked)
            found = records.split(answer.body, ("data",))
            cursor = _next_cursor(found.rest)
            total = _total(found.rest)
            if total is None and announced is Announced.ALWAYS:
                raise _no_total(answer)
            chain.page(keys(found.records), bookmark=cursor, announced=total)
            yield Page(records=found.records, trace=answer.trace)
            if cursor is None:
                chain.finish()
                return
            asked["after"] = cursor

    def _page(self, edge: Edge, asked: dict[str, str]) -> Answer:
        """One page, with fewer records while the vendor says that they are too many."""
        size = self._sizes.of(f"{edge.name} {edge.account_id}", self._config.page_size)
        can_split = edge.can_split and "after" not in asked
        while True:
            limit = size.now
            question = replace(edge, params={**asked, "limit": str(limit)})
            try:
                answer = self._call("GET", question, can_shrink=can_split or limit > 1)
            except (TooMuchDataError, AskForLessError) as error:
                if can_split or not size.shrink(limit):
                    raise TooMuchDataError(error.message, hint=error.hint) from error
                continue
            size.worked(limit)
            return answer

    def _call(
        self, method: str, edge: Edge, content: bytes | None = None, *, can_shrink: bool = False
    ) -> Answer:
        account_budget = self._account_budget(edge.account_id)
        account_budget.acquire()
        params = dict(edge.params) | self._proof
        headers = _FORM if content else None
        answer = self._http.request(
            method,
            edge.path,
            params=params,
            body=content,
            headers=headers,
            can_shrink=can_shrink,
        )
        self._obey(answer.headers, account_budget)
        return answer

    def _obey(self, headers: httpx.Headers, account_budget: RateLimit) -> None:
        """Pause before the vendor refuses: its budgets are percentages, and known only here."""
        usage, limit = read_usage(headers), self._config.usage_percent
        seconds = usage.pause_seconds or self._config.usage_pause_seconds
        if usage.account_percent >= limit:
            account_budget.pause(seconds)
        if usage.app_percent >= limit:
            self._budget.pause(seconds)

    def _account_budget(self, account_id: str) -> RateLimit:
        with self._lock:
            if account_id not in self._accounts:
                rate = self._config.requests_per_second
                self._accounts[account_id] = RateLimit(
                    self._context,
                    rate_per_second=rate,
                    burst=max(1.0, rate),
                    name=f"meta_ads act_{account_id}",
                )
            return self._accounts[account_id]


def _proof(config: MetaAdsConfig, token: str) -> dict[str, str]:
    if config.app_secret is None:
        return {}
    secret = config.app_secret.get_secret_value().encode()
    return {"appsecret_proof": hmac.new(secret, token.encode(), hashlib.sha256).hexdigest()}


def _next_cursor(rest: object) -> str | None:
    """The cursor of the next page, "" if one is announced without, None on the last page."""
    paging = rest.get("paging") if isinstance(rest, dict) else None
    if not isinstance(paging, dict) or not paging.get("next"):
        return None
    cursors = paging.get("cursors")
    return str(cursors.get("after") or "") if isinstance(cursors, dict) else ""


def _total(rest: object) -> int | None:
    summary = rest.get("summary") if isinstance(rest, dict) else None
    total = summary.get("total_count") if isinstance(summary, dict) else None
    return total if isinstance(total, int) else None


def _no_total(answer: Answer) -> IncompleteReadError:
    return IncompleteReadError(
        f"{answer.where}: no total_count in the summary that was asked for",
        why="An empty list then cannot be told from a list that may not be seen.",
    )
