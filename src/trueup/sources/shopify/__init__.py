"""Shopify: orders with their lines, refunds and journeys, customers, products, the shop."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from trueup.core.account import Account
from trueup.core.page import ControlTotal, Page
from trueup.core.source import Source
from trueup.core.stream import Stream, StreamKind
from trueup.core.window import Window
from trueup.errors import AccessError, ConfigError, ContractError
from trueup.sources.context import SourceContext
from trueup.sources.shopify.bulk_operations import BulkRead, BulkTooLargeError
from trueup.sources.shopify.client import GraphqlApi
from trueup.sources.shopify.deletion_detection import check_sight, is_out_of_sight, read_listing
from trueup.sources.shopify.errors import SCOPES
from trueup.sources.shopify.paged import PagedRead, read_snapshot
from trueup.sources.shopify.search_queries import count_of, window_search
from trueup.sources.shopify.streams import LISTED_ORDERS, ORDERS, SHOP, STREAMS, ShopStream
from trueup.sources.shopify.totals import day_totals


class ShopifyConfig(BaseModel):
    """Settings of one shop."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]*\.myshopify\.com$",
        description="The shop's permanent name: name.myshopify.com.",
    )
    access_token: SecretStr = Field(description="The app's offline Admin API access token.")
    base_url: str | None = Field(
        default=None, description="Where the API answers, if not at the shop's own name."
    )
    accept_sixty_days: bool = Field(
        default=False,
        description="Go on without read_all_orders: orders older than 60 days stay unseen.",
    )
    late_order_days: int = Field(
        default=7,
        ge=0,
        le=90,
        description="Days after its end in which a day may still get orders, such as those that "
        "are imported from marketplaces; until then it is provisional.",
    )
    bulk_from: int = Field(
        default=10_000,
        ge=0,
        description="From so many customers or products on, read by a bulk operation.",
    )


class ShopifySource:
    """One shop. Orders are read in pages: a bulk operation cannot carry the lines of refunds."""

    name = "shopify"

    def __init__(self, config: ShopifyConfig, context: SourceContext) -> None:
        self.streams: tuple[Stream, ...] = streams_for(config)
        self._config = config
        self._context = context
        base_url = config.base_url or f"https://{config.shop}"
        self._api = GraphqlApi(base_url, config.access_token.get_secret_value(), context)

    def accounts(self) -> list[Account]:
        """The one shop of the token.

        Raises AccessError that names a missing scope, and ConfigError when another shop answers.
        """
        data = self._api.call("Access", {}).data
        shop = data["shop"]
        _check_scopes(_granted(data), accept_sixty_days=self._config.accept_sixty_days)
        if shop["myshopifyDomain"] != self._config.shop:
            raise ConfigError(
                f"shop {self._config.shop!r}: the token belongs to {shop['myshopifyDomain']!r}",
                hint="Set `shop` to the name that the shop was created with.",
                code="TUP-342",
            )
        return [
            Account(
                account_id=shop["myshopifyDomain"],
                name=shop["name"],
                timezone=shop["ianaTimezone"],
                currency=shop["currencyCode"],
            )
        ]

    def read(
        self, stream: Stream, account: Account, window: Window, *, bookmark: str | None = None
    ) -> Iterator[Page]:
        """As the protocol says; `account` is the shop of the token, whichever is given.

        Days of a listing are days of its zone.
        """
        assert isinstance(stream, ShopStream)
        if stream is SHOP:
            return self._shop()
        if stream is LISTED_ORDERS:
            return self._listing(window, ZoneInfo(account.timezone))
        if bookmark is None and self._is_bulky(stream, window):
            return self._in_bulk(stream, window)
        return self._in_pages(stream, window, bookmark)

    def totals(self, stream: Stream, account: Account, window: Window) -> list[ControlTotal]:
        """Per local day: how many orders were created, test and cancelled ones too, and the sum
        of their `totalPriceSet`, which refunds do not change and edits do."""
        if stream.name != ORDERS.name:
            return []
        return day_totals(self._api, window, ZoneInfo(account.timezone))

    def close(self) -> None:
        """End the connections."""
        self._api.close()

    def _in_bulk(self, stream: ShopStream, window: Window) -> Iterator[Page]:
        search = window_search(stream, window)
        try:
            yield from BulkRead(self._api, stream, search, self._context).pages()
        except BulkTooLargeError as error:  # before its first page
            self._context.on_incomplete_read(error.message)
            yield from self._in_pages(stream, window)

    def _in_pages(
        self, stream: ShopStream, window: Window, bookmark: str | None = None
    ) -> Iterator[Page]:
        if stream.kind is StreamKind.SNAPSHOT:
            return read_snapshot(self._api, stream)
        return PagedRead(self._api, stream, window).pages(bookmark)

    def _listing(self, window: Window, zone: ZoneInfo) -> Iterator[Page]:
        now = self._context.now
        if is_out_of_sight(window, now):
            check_sight(window, _granted(self._api.call("Access", {}).data))
        return read_listing(self._api, window, zone, now)

    def _shop(self) -> Iterator[Page]:
        reply = self._api.call(SHOP.operation, {})
        record = reply.object_bytes(SHOP.root)
        if record is None:
            raise ContractError(f"{reply.answer.where}: the shop is null", code="TUP-545")
        yield Page(records=[record], trace=reply.answer.trace)

    def _is_bulky(self, stream: ShopStream, window: Window) -> bool:
        if stream.bulk is None or stream.count is None:
            return False
        return (
            count_of(self._api, stream.count, window_search(stream, window))
            >= self._config.bulk_from
        )


def _granted(data: dict[str, Any]) -> set[str]:
    return {scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]}


def _check_scopes(granted: set[str], *, accept_sixty_days: bool) -> None:
    missing = [scope for scope in SCOPES if scope not in granted]
    if accept_sixty_days:
        missing = [scope for scope in missing if scope != "read_all_orders"]
    if not missing:
        return
    why = ""
    if "read_all_orders" in missing:
        why = "Without read_all_orders, orders older than 60 days and their refunds stay unseen."
    raise AccessError(
        f"the token lacks the scopes {', '.join(missing)}",
        why=why,
        hint="Grant them to the app and install it again.",
        code="TUP-411",
    )


def streams_for(config: ShopifyConfig) -> tuple[ShopStream, ...]:
    """The streams with the settings' days of late orders."""
    late = timedelta(days=config.late_order_days)
    return tuple(
        replace(stream, lookback=late) if stream.name == ORDERS.name else stream
        for stream in STREAMS
    )


def create(settings: ShopifyConfig, context: SourceContext) -> Source:
    """The connector of one shop."""
    return ShopifySource(settings, context)
