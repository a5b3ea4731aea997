"""Queries sent, whole results received: paging, restarts, proof that nothing is missing."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from trueup.core.page import Page
from trueup.errors import ContractError
from trueup.sources.auth import AccessToken, BearerAuth
from trueup.sources.context import SourceContext
from trueup.sources.google_ads.config import GoogleAdsConfig
from trueup.sources.google_ads.errors import classify, classify_token
from trueup.sources.google_ads.streams import selected_fields
from trueup.sources.http import Answer, HttpClient
from trueup.sources.key_set import RecordKeys
from trueup.sources.pagination import PageChain
from trueup.sources.rate_limits import RateLimit
from trueup.sources.records import split
from trueup.sources.whole_reads import whole_read

T = TypeVar("T")

API_VERSION = "v26"
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class _Customers(msgspec.Struct, rename="camel"):
    resource_names: list[str] = []


class _Grant(msgspec.Struct):
    access_token: str
    expires_in: float


class _Rest(msgspec.Struct, rename="camel"):
    """Fields beside the results. The vendor leaves zeros out, a count of zero too."""

    next_page_token: str | None = None
    total_results_count: int = 0
    field_mask: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One query to one customer, through the manager `login_id`.

    `key` are the paths that tell the rows of its result apart. With `can_shrink`, whoever asks can
    ask for less.
    """

    customer_id: str
    login_id: str
    query: str
    key: tuple[str, ...]
    can_shrink: bool = False

    @property
    def where(self) -> str:
        """The query's place in messages."""
        return f"google_ads {self.customer_id}: FROM {self.query.partition(' FROM ')[2]}"


class GoogleAdsApi:
    """The API under one credential. Thread-safe."""

    def __init__(self, config: GoogleAdsConfig, context: SourceContext) -> None:
        self._config = config
        self._context = context
        self._tokens = HttpClient(config.token_url, context=context, classify=classify_token)
        self._http = HttpClient(
            config.base_url,
            context=context,
            headers={"developer-token": config.developer_token.get_secret_value()},
            budget=RateLimit(
                context,
                rate_per_second=config.requests_per_second,
                burst=2 * config.requests_per_second,
                daily_limit=config.daily_requests,
                name="google_ads",
            ),
            classify=classify,
            auth=BearerAuth(self._access_token, context.monotonic),
        )

    def close(self) -> None:
        """End the connections, those for tokens too."""
        self._http.close()
        self._tokens.close()

    def accessible_customers(self) -> list[str]:
        """Ids that the credential reaches by itself: managers, and clients without one."""
        answer = self._http.get(f"{API_VERSION}/customers:listAccessibleCustomers")
        found = decoded(answer.body, _Customers, answer.where)
        return [name.removeprefix("customers/") for name in found.resource_names]

    def rows(self, search: Search) -> list[Page]:
        """All pages of a small result, proved complete."""
        return whole_read(lambda: self.search(search), self._context)

    def search(self, search: Search) -> Iterator[Page]:
        """The pages of a query's result as they come; ends only when they are proved complete.

        Otherwise it raises RestartReadError: pages are missing or repeated, or a page token went
        stale while pages were being worked on. The same query must then begin again.
        """
        chain, keys = PageChain(search.where), RecordKeys(search.key)
        token: str | None = None
        while True:
            answer = self._page(search, token)
            found = split(answer.body, ("results",))
            rest = _rest(found.rest, search)
            _check_mask(search, rest)
            token = rest.next_page_token
            chain.page(keys(found.records), bookmark=token, announced=rest.total_results_count)
            yield Page(records=found.records, trace=answer.trace)
            if token is None:
                chain.finish()
                return

    def _page(self, search: Search, token: str | None) -> Answer:
        # A page size must never be sent: it is refused. Pages have 10,000 rows.
        body: dict[str, Any] = {
            "query": search.query,
            "searchSettings": {"returnTotalResultsCount": True},
        }
        if token is not None:
            body["pageToken"] = token
        return self._http.request(
            "POST",
            f"{API_VERSION}/customers/{search.customer_id}/googleAds:search",
            # Otherwise each payload comes, and is kept, with its line breaks and indentation.
            params={"prettyPrint": "false"},
            body=body,
            headers={"login-customer-id": search.login_id},
            can_shrink=search.can_shrink,
        )

    def _access_token(self) -> AccessToken:
        form = {
            "client_id": self._config.client_id,
            "client_secret": self._config.client_secret.get_secret_value(),
            "refresh_token": self._config.refresh_token.get_secret_value(),
            "grant_type": "refresh_token",
        }
        answer = self._tokens.request(
            "POST", self._config.token_url, body=urlencode(form).encode(), headers=_FORM
        )
        grant = decoded(answer.body, _Grant, answer.where)
        return AccessToken(grant.access_token, grant.expires_in)


def decoded(text: bytes, kind: type[T], where: str) -> T:
    """JSON as `kind`; whole numbers may come as text. Raises ContractError."""
    try:
        return msgspec.json.decode(text, type=kind, strict=False)
    except msgspec.MsgspecError as error:
        raise _unknown_form(where, error) from None


def _rest(rest: object, search: Search) -> _Rest:
    try:
        return msgspec.convert(rest, _Rest, strict=False)
    except msgspec.MsgspecError as error:
        raise _unknown_form(search.where, error) from None


def _unknown_form(where: str, error: Exception) -> ContractError:
    hint = "The API changed: the connector must be adapted."
    return ContractError(f"{where}: {error}", hint=hint, code="TUP-532")


def _check_mask(search: Search, rest: _Rest) -> None:
    """Zeros are left out of rows, so only the mask tells a zero from a field not answered."""
    asked = {_camel(field) for field in selected_fields(search.query)}
    answered = set(rest.field_mask.split(","))
    if missing := sorted(asked - answered):
        raise ContractError(
            f"{search.where}: not answered: {', '.join(missing)}",
            why="A missing field would be taken for zero.",
            hint="The API changed: the connector must be adapted.",
            code="TUP-533",
        )


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)
