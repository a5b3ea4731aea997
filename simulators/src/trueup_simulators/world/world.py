"""The world: everything in it is a function of its configuration and the instant it is seen at."""

from datetime import date, datetime
from functools import lru_cache, partial

import pyarrow as pa

from trueup_simulators.world.ads.accounts import ACCOUNTS
from trueup_simulators.world.ads.catalog import Catalog
from trueup_simulators.world.ads.changes import changes
from trueup_simulators.world.ads.clicks import SCHEMA as CLICKS
from trueup_simulators.world.ads.clicks import AccountClicks
from trueup_simulators.world.ads.days import SCHEMA as AD_DAYS
from trueup_simulators.world.ads.days import AccountDays
from trueup_simulators.world.calendar import LocalDays, day_number, micros
from trueup_simulators.world.commerce import Customer, Order
from trueup_simulators.world.config import WorldConfig
from trueup_simulators.world.customers import Customers
from trueup_simulators.world.entities import Ad, AdAccount, AdGroup, Campaign, Change, Product, Shop
from trueup_simulators.world.orders.build import build_order
from trueup_simulators.world.orders.days import Orders, sequence_of
from trueup_simulators.world.truth import Truth
from trueup_simulators.world.truth_tables import ad_spend, order_table, refund_table, without_orders
from trueup_simulators.world.world_changes import Plant

ORDERS_KEPT = 20_000
"""So many orders of an instant are made once, though listed, counted and read one after another."""


class World:
    """One retailer. `at` is always an aware instant; windows are half-open.

    Accounts that are managers or not enabled exist, but have neither entities nor figures.
    """

    def __init__(self, config: WorldConfig) -> None:
        self.config = config
        self.shop = Shop()
        self.accounts: tuple[AdAccount, ...] = ACCOUNTS
        self._plants: tuple[Plant, ...] = ()
        self._catalogs: dict[str, Catalog] = {}
        self._clicks: dict[str, AccountClicks] = {}
        for number, account in enumerate(ACCOUNTS):
            if account.is_manager or account.status != "ENABLED":
                continue
            catalog = Catalog(account, number, config)
            days = AccountDays(catalog, number, config)
            self._catalogs[account.account_id] = catalog
            self._clicks[account.account_id] = AccountClicks(days, number, config.seed)
        shop_days = LocalDays(self.shop.iana_timezone, config)
        self._orders = Orders(config, shop_days, tuple(self._clicks.values()))
        self._customers = Customers(self._orders)
        self._order = lru_cache(ORDERS_KEPT)(partial(build_order, self._orders))

    def account(self, account_id: str) -> AdAccount:
        """The account; KeyError if the world has none of that id."""
        for account in self.accounts:
            if account.account_id == account_id:
                return account
        raise KeyError(account_id)

    def plant(self, plant: Plant) -> None:
        """Disturb the world from `plant.known_from` on."""
        self._plants = (*self._plants, plant)

    @property
    def plants(self) -> tuple[Plant, ...]:
        """The disturbances so far, oldest first."""
        return self._plants

    def campaigns(self, account_id: str, at: datetime) -> list[Campaign]:
        """All campaigns created by `at`, removed ones included, by id."""
        catalog = self._catalog(account_id)
        return catalog.campaigns(at, self._names(at)) if catalog else []

    def ad_groups(self, account_id: str, at: datetime) -> list[AdGroup]:
        """All ad groups created by `at`, removed ones included, by id."""
        catalog = self._catalog(account_id)
        return catalog.ad_groups(at, self._names(at)) if catalog else []

    def ads(self, account_id: str, at: datetime) -> list[Ad]:
        """All ads created by `at`, removed ones included, by id."""
        catalog = self._catalog(account_id)
        return catalog.ads(at, self._names(at)) if catalog else []

    def changes(self, account_id: str, since: datetime, until: datetime) -> list[Change]:
        """Changes of entities with since <= changed_at < until, oldest first."""
        catalog = self._catalog(account_id)
        return changes(catalog, since, until) if catalog else []

    def ad_days(self, account_id: str, since: date, until: date, at: datetime) -> pa.Table:
        """One row per (campaign_id, ad_group_id, ad_id, day) with since <= day < until, days in
        the account's zone, by day and then ids, as reported at `at`.

        campaign_id, ad_group_id, ad_id: string, the last two null for Performance Max; day:
        date32; impressions, clicks, spend_micros (account currency times 10^6), purchases_7d_click,
        purchases_1d_view: int64; conversions, conversion_value: float64; purchase_value:
        decimal128(18, 2) in the account's currency.
        """
        clicks = self._account_clicks(account_id)
        if clicks is None:
            return AD_DAYS.empty_table()
        return clicks.days.table(since, until, micros(at), self._ad_plants(account_id, at))

    def clicks(self, account_id: str, day: date, at: datetime) -> pa.Table:
        """One row per click of that account day up to `at`, by time: click_id, ad_id, ad_group_id,
        campaign_id (string), clicked_at (timestamp[us, UTC])."""
        clicks = self._account_clicks(account_id)
        if clicks is None:
            return CLICKS.empty_table()
        return clicks.table(day_number(day), micros(at))

    def order_ids_updated(self, since: datetime, until: datetime, at: datetime) -> list[int]:
        """Orders with since <= updated_at (as of `at`) < until, by (updated_at, id)."""
        found = self._orders.ids_updated(micros(since), micros(until), micros(at))
        return self._without_deleted(found, at)

    def order_ids_created(self, since: datetime, until: datetime, at: datetime) -> list[int]:
        """Orders visible at `at` with since <= created_at < until, by (created_at, id)."""
        found = self._orders.ids_created(micros(since), micros(until), micros(at))
        return self._without_deleted(found, at)

    def order(self, order_id: int, at: datetime) -> Order:
        """The order as seen at `at`; KeyError if there is none yet, or no longer."""
        if order_id in self._deleted_orders(at):
            raise KeyError(order_id)
        return self._order(order_id, micros(at))

    def order_index(self, order_id: int, at: datetime) -> int | None:
        """The order's place among those of its customer, from 1; None for guests and tests."""
        day, place = self._orders.find(order_id)
        gone = frozenset(map(sequence_of, self._deleted_orders(at)))
        return int(self._orders.ranks.of_day(day, gone)[place]) or None

    def customers(self, at: datetime) -> list[Customer]:
        """All customers who ordered by `at`, by id."""
        now = micros(at)
        return [self._customers.view(identity, now) for identity in self._customers.known(now)]

    def customer(self, customer_id: int, at: datetime) -> Customer:
        """The customer as seen at `at`; KeyError if there is none yet."""
        gone = frozenset(map(sequence_of, self._deleted_orders(at)))
        return self._customers.view(customer_id, micros(at), gone)

    def customer_ids_updated(self, since: datetime, until: datetime, at: datetime) -> list[int]:
        """Customers with since <= updated_at (as of `at`) < until, by (updated_at, id)."""
        return self._customers.ids_updated(micros(since), micros(until), micros(at))

    def products(self, at: datetime) -> list[Product]:
        """All products created by `at`, by id."""
        return self._orders.assortment.products(micros(at), self._names(at))

    def truth(self, at: datetime) -> Truth:
        """The sealed truth as of `at`: for tests and for scoring only."""
        now, currency = micros(at), self.shop.currency
        deleted = self._deleted_orders(at)
        days = (self.config.start, self.config.end)
        return Truth(
            ad_spend=ad_spend(self.accounts, self.ad_days, days, at),
            orders=without_orders(order_table(self._orders, currency, now, deleted), deleted),
            refunds=without_orders(refund_table(self._orders, currency, now), deleted),
        )

    def _catalog(self, account_id: str) -> Catalog | None:
        return self._catalogs.get(self.account(account_id).account_id)

    def _account_clicks(self, account_id: str) -> AccountClicks | None:
        return self._clicks.get(self.account(account_id).account_id)

    def _names(self, at: datetime) -> dict[str, str]:
        return {
            plant.entity_id: plant.name
            for plant in self._plants
            if plant.kind == "name" and plant.known_from <= at and plant.entity_id and plant.name
        }

    def _deleted_orders(self, at: datetime) -> frozenset[int]:
        return frozenset(
            int(plant.entity_id)
            for plant in self._plants
            if plant.kind == "delete_order" and plant.known_from <= at and plant.entity_id
        )

    def _without_deleted(self, order_ids: list[int], at: datetime) -> list[int]:
        deleted = self._deleted_orders(at)
        return [number for number in order_ids if number not in deleted] if deleted else order_ids

    def _ad_plants(self, account_id: str, at: datetime) -> list[Plant]:
        return [
            plant
            for plant in self._plants
            if plant.kind in ("restate", "vanish")
            and plant.known_from <= at
            and plant.account_id in (None, account_id)
        ]
