"""Meaning of errors, and the wait before a retry."""

import pytest

from tests.unit.simulators.shopify.a_shop import a_customer, an_order
from tests.unit.sources.shopify.reading import OwnTime, a_world, reading
from trueup.errors import (
    AccessError,
    AccountUnavailableError,
    ConfigError,
    ContractError,
    TransientError,
)
from trueup.sources.shopify.errors import throttle_seconds
from trueup.sources.shopify.streams import CUSTOMERS, ORDERS
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.settings import SCOPES, ShopSettings

ORDERS_SHOP = a_world([an_order(n, lines=8) for n in range(1, 101)])


def test_a_throttled_shop_still_delivers_every_order():
    with reading(ORDERS_SHOP, FaultRule(kind="throttle", times=3, every=2)) as shop:
        assert len(shop.ids(ORDERS)) == 100
        assert shop.faults.fired() == {"throttle": 3}


def test_outages_are_ridden_out():
    rules = (
        FaultRule(kind="status", params={"code": 503}),
        FaultRule(kind="graphql_error"),
        FaultRule(kind="html_200"),
        FaultRule(kind="truncate"),
        FaultRule(kind="disconnect"),
        FaultRule(kind="garbage"),
    )
    with reading(ORDERS_SHOP, *rules, max_attempts=8) as shop:
        assert len(shop.ids(ORDERS)) == 100
        assert set(shop.faults.fired().values()) == {1}
        assert len(shop.faults.fired()) == len(rules)


def test_waiting_before_a_request_avoids_throttling():
    # 60 points a second hold 1,200: a page is announced at 884, and the bucket soon runs dry.
    time = OwnTime()
    settings = ShopSettings(restore_rate=60.0, seconds=time.monotonic)
    with reading(ORDERS_SHOP, settings=settings, time=time) as shop:
        assert len(shop.ids(ORDERS)) == 100
        assert time.seconds > 5
        assert len(shop.faults.requests) == 5


def test_the_wait_is_what_is_missing_by_the_restore_rate():
    cost = {
        "requestedQueryCost": 862,
        "actualQueryCost": None,
        "throttleStatus": {"currentlyAvailable": 572, "restoreRate": 200.0},
    }
    assert throttle_seconds(cost) == pytest.approx(1.45)
    assert throttle_seconds({}) is None


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (401, AccessError, "TUP-401"),
        (403, AccessError, "TUP-411"),
        (404, AccessError, "TUP-404"),
        (402, AccountUnavailableError, "TUP-410"),
        (423, AccountUnavailableError, "TUP-410"),
        (400, ContractError, "TUP-500"),
    ],
)
def test_statuses_say_who_acts(status, error, code):
    rule = FaultRule(kind="status", params={"code": status})
    with reading(ORDERS_SHOP, rule) as shop, pytest.raises(error) as refused:
        shop.pages(ORDERS)
    assert "shpat" not in str(refused.value)
    assert refused.value.code == code


def test_a_wrong_token_is_an_access_error():
    with reading(ORDERS_SHOP, access_token="shpat_of_somebody") as shop, pytest.raises(AccessError):
        shop.source.accounts()


@pytest.mark.parametrize("scope", sorted(SCOPES))
def test_a_missing_scope_is_named_before_anything_is_read(scope):
    settings = ShopSettings(scopes=SCOPES - {scope})
    with reading(ORDERS_SHOP, settings=settings) as shop, pytest.raises(AccessError, match=scope):
        shop.source.accounts()


def test_sixty_days_can_be_accepted():
    settings = ShopSettings(scopes=SCOPES - {"read_all_orders"})
    with reading(ORDERS_SHOP, settings=settings, accept_sixty_days=True) as shop:
        (account,) = shop.source.accounts()
        assert (account.currency, account.timezone) == ("USD", "America/New_York")


def test_another_shops_token_is_refused():
    with (
        reading(ORDERS_SHOP, shop="other.myshopify.com") as shop,
        pytest.raises(ConfigError, match=r"brightcart\.myshopify\.com"),
    ):
        shop.source.accounts()


def test_a_denied_connection_is_not_no_rows():
    rule = FaultRule(kind="access_denied", op="orders")
    with reading(ORDERS_SHOP, rule) as shop, pytest.raises(AccessError) as refused:
        shop.pages(ORDERS)
    assert "read_orders" in refused.value.hint


def test_a_denied_field_inside_records_is_not_an_empty_field():
    settings = ShopSettings(protected_data=False)
    world = a_world(customers=[a_customer(1)])
    with reading(world, settings=settings) as shop, pytest.raises(AccessError) as refused:
        shop.pages(CUSTOMERS)
    assert "protected customer data" in refused.value.hint


def test_another_version_than_the_one_asked_for_is_refused():
    rule = FaultRule(kind="wrong_version", params={"version": "2027-01"})
    with reading(ORDERS_SHOP, rule) as shop, pytest.raises(ContractError, match="2027-01"):
        shop.pages(ORDERS)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("SHOP_INACTIVE", AccountUnavailableError),
        ("MAX_COST_EXCEEDED", ContractError),
        ("undefinedField", ContractError),
    ],
)
def test_codes_say_who_acts(code, error):
    rule = FaultRule(kind="graphql_error", params={"code": code})
    with reading(ORDERS_SHOP, rule) as shop, pytest.raises(error):
        shop.pages(ORDERS)


def test_an_internal_error_that_stays_is_transient():
    rule = FaultRule(kind="graphql_error", times=None)
    with reading(ORDERS_SHOP, rule) as shop, pytest.raises(TransientError):
        shop.pages(ORDERS)
