"""The shop answers, and refuses, as the vendor does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.unit.simulators.shopify.a_shop import (
    NOW,
    HandmadeWorld,
    a_customer,
    an_order,
    serving,
)
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.settings import SCOPES, ShopSettings

PAGE = """query($n: Int, $after: String, $q: String, $key: OrderSortKeys, $reverse: Boolean) {
  orders(first: $n, after: $after, query: $q, sortKey: $key, reverse: $reverse) {
    nodes { id } pageInfo { hasNextPage endCursor } } }"""
TEN = [an_order(n) for n in range(1, 11)]


def ids(answer):
    return [int(n["id"].rpartition("/")[2]) for n in answer["data"]["orders"]["nodes"]]


def code(answer):
    return answer["errors"][0]["extensions"]["code"]


def test_a_wrong_token_gets_401_before_any_graphql():
    with serving(HandmadeWorld()) as shop:
        answer = shop.respond("{ shop { id } }", token="shpat_other")
        assert answer.status_code == 401
        assert isinstance(answer.json()["errors"], str)


def test_the_version_that_answered_is_in_a_header():
    with serving(HandmadeWorld()) as shop:
        assert shop.respond("{ shop { id } }").headers["X-Shopify-API-Version"] == "2026-10"


def test_pages_follow_cursors_to_the_end():
    found, after = [], None
    with serving(HandmadeWorld(TEN)) as shop:
        while True:
            answer = shop.post(PAGE, n=3, after=after, key="UPDATED_AT")
            found += ids(answer)
            info = answer["data"]["orders"]["pageInfo"]
            after = info["endCursor"]
            if not info["hasNextPage"]:
                break
    assert found == list(range(1, 11))


def test_a_reversed_sort_pages_from_the_newest():
    with serving(HandmadeWorld(TEN)) as shop:
        first = shop.post(PAGE, n=4, key="CREATED_AT", reverse=True)
        cursor = first["data"]["orders"]["pageInfo"]["endCursor"]
        second = shop.post(PAGE, n=4, after=cursor, key="CREATED_AT", reverse=True)
    assert ids(first) + ids(second) == [10, 9, 8, 7, 6, 5, 4, 3]


def test_an_order_updated_between_pages_moves_forward_and_none_is_skipped():
    world = HandmadeWorld(TEN)
    with serving(world) as shop:
        first = shop.post(PAGE, n=4, key="UPDATED_AT")
        world.all_orders[2] = replace(world.all_orders[2], updated_at=NOW)
        cursor = first["data"]["orders"]["pageInfo"]["endCursor"]
        rest = shop.post(PAGE, n=10, after=cursor, key="UPDATED_AT")
    assert ids(rest) == [5, 6, 7, 8, 9, 10, 2]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("updated_at:>='2026-07-01T12:03:00Z' AND updated_at:<'2026-07-01T12:05:00Z'", [3, 4]),
        ("updated_at:>'2026-07-01T12:03:00Z' updated_at:<=2026-07-01T12:05:00Z", [4, 5]),
        ("created_at:'2026-07-01T12:07:00Z'", [7]),
        ("id:8", [8]),
        ("test:true", [10]),
    ],
)
def test_searches_filter(search, found):
    orders = [*TEN[:-1], replace(TEN[-1], test=True)]
    with serving(HandmadeWorld(orders)) as shop:
        assert ids(shop.post(PAGE, n=10, q=search)) == found
        counted = shop.post("query($q: String) { ordersCount(query: $q) { count } }", q=search)
        assert counted["data"]["ordersCount"]["count"] == len(found)


def test_an_unknown_search_field_is_ignored_and_told_in_extensions_only():
    with serving(HandmadeWorld(TEN)) as shop:
        answer = shop.post(PAGE, n=10, q="updatedat:>2027")
    assert len(ids(answer)) == 10
    (told,) = answer["extensions"]["search"]
    assert told["warnings"][0] == {
        "field": "updatedat",
        "message": "Invalid search field for this query.",
        "code": "invalid_field",
    }


def test_a_count_beyond_its_limit_is_at_least():
    text = "{ ordersCount(limit: 4) { count precision } }"
    with serving(HandmadeWorld(TEN)) as shop:
        count = shop.post(text)["data"]["ordersCount"]
    assert count == {"count": 4, "precision": "AT_LEAST"}


def test_cursors_reach_only_so_far():
    settings = ShopSettings(objects_per_paging=5)
    with serving(HandmadeWorld(TEN), settings=settings) as shop:
        cursor = shop.post(PAGE, n=4)["data"]["orders"]["pageInfo"]["endCursor"]
        assert "narrow the search" in shop.post(PAGE, n=4, after=cursor)["errors"][0]["message"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ orders(first: 1) { nodes { sum } } }", "Field 'sum' doesn't exist on type 'Order'"),
        ("{ orders(top: 1) { nodes { id } } }", "doesn't accept argument 'top'"),
        ("{ orders { nodes { id } } }", "you must provide one of first or last"),
        ("{ orders(first: 251) { nodes { id } } }", "between 0 and 250"),
        ("{ orders(first: 1) { nodes { id }", "Syntax Error"),
        ('{ orders(first: 1, after: "x") { nodes { id } } }', "Invalid cursor"),
        ('{ node(id: "x") { id } }', "Invalid id"),
    ],
)
def test_what_the_vendor_refuses_is_refused(text, told):
    with serving(HandmadeWorld(TEN)) as shop:
        answer = shop.post(text)
    assert told in answer["errors"][0]["message"]
    assert "data" not in answer


def test_an_undefined_field_has_its_code_and_names():
    with serving(HandmadeWorld()) as shop:
        extensions = shop.post("{ shop { id sum } }")["errors"][0]["extensions"]
    assert extensions == {"code": "undefinedField", "typeName": "Shop", "fieldName": "sum"}


def test_without_the_scope_data_is_null_and_the_error_names_it():
    settings = ShopSettings(scopes=SCOPES - {"read_orders"})
    with serving(HandmadeWorld(TEN), settings=settings) as shop:
        answer = shop.post("{ orders(first: 1) { nodes { id } } shop { id } }")
    assert answer["data"] is None
    assert code(answer) == "ACCESS_DENIED"
    assert "read_orders" in answer["errors"][0]["extensions"]["requiredAccess"]


def test_a_denied_field_leaves_the_rest_of_the_data():
    settings = ShopSettings(scopes=SCOPES - {"read_customers"})
    world = HandmadeWorld(TEN[:2], [a_customer(1)])
    with serving(world, settings=settings) as shop:
        answer = shop.post("{ orders(first: 2) { nodes { id customer { id } } } }")
    assert [node["customer"] for node in answer["data"]["orders"]["nodes"]] == [None, None]
    assert [error["path"] for error in answer["errors"]] == [
        ["orders", "nodes", n, "customer"] for n in (0, 1)
    ]


def test_personal_fields_are_denied_only_where_there_are_rows():
    text = "{ orders(first: 5) { nodes { id email } } }"
    settings = ShopSettings(protected_data=False)
    with serving(HandmadeWorld(), settings=settings) as empty:
        assert "errors" not in empty.post(text)
    with serving(HandmadeWorld(TEN[:1]), settings=settings) as shop:
        answer = shop.post(text)
        assert code(answer) == "ACCESS_DENIED"
        assert answer["data"]["orders"]["nodes"][0]["email"] is None


def test_without_read_all_orders_old_orders_do_not_exist():
    settings = ShopSettings(scopes=SCOPES - {"read_all_orders"})
    old = NOW - timedelta(days=61)
    world = HandmadeWorld([TEN[0], replace(TEN[1], created_at=old)])
    with serving(world, settings=settings) as shop:
        assert ids(shop.post(PAGE, n=10)) == [1]
        assert shop.post("{ ordersCount { count } }")["data"]["ordersCount"]["count"] == 1
        assert shop.post('{ node(id: "gid://shopify/Order/2") { id } }')["data"]["node"] is None


def test_amounts_are_texts_without_trailing_zeros():
    text = "{ orders(first: 1) { nodes { totalShippingPriceSet { shopMoney { amount } } } } }"
    for amount, shown in (("4.90", "4.9"), ("7", "7.0"), ("0.00", "0.0"), ("12.34", "12.34")):
        order = replace(TEN[0], shipping=type(TEN[0].shipping)(amount))
        with serving(HandmadeWorld([order])) as shop:
            (node,) = shop.post(text)["data"]["orders"]["nodes"]
            assert node["totalShippingPriceSet"]["shopMoney"]["amount"] == shown


@pytest.mark.parametrize(
    ("rule", "status"),
    [(FaultRule(kind="status", params={"code": c}), c) for c in (401, 402, 423, 429, 500, 503)],
)
def test_faults_answer_in_the_vendors_form(rule, status):
    with serving(HandmadeWorld(), rule) as shop:
        answer = shop.respond("{ shop { id } }")
        assert answer.status_code == status
        assert isinstance(answer.json()["errors"], str)
        assert shop.respond("{ shop { id } }").status_code == 200
        assert shop.faults.fired() == {"status": 1}
