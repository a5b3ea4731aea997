"""Costs of queries, and limits of the bucket."""

import pytest

from tests.unit.simulators.shopify.a_shop import HandmadeWorld, an_order, serving
from trueup_simulators.shopify.cost import Bucket, connection_cost
from trueup_simulators.shopify.settings import ShopSettings

FLAT = "{ orders(first: 250) { nodes { id name } } }"
WITH_LINES = "{ orders(first: 250) { nodes { id lineItems(first: 250) { nodes { id } } } } }"
VARIANTS = """{ product(id: "gid://shopify/Product/1") {
  variants(first: 250) { nodes { product { id } } } } }"""


def requested(text, **settings):
    with serving(HandmadeWorld([an_order(1)]), settings=ShopSettings(**settings)) as shop:
        return shop.post(text)["extensions"]["cost"]["requestedQueryCost"]


# Requested costs that were measured on live shops and published.
@pytest.mark.parametrize(("text", "points"), [(FLAT, 13), (WITH_LINES, 156), (VARIANTS, 25)])
def test_requested_costs_are_those_measured_on_live_shops(text, points):
    assert requested(text) == points


def test_an_empty_page_costs_what_a_connection_costs():
    assert connection_cost(0, 40.0) == 2


def test_only_what_was_returned_is_charged():
    with serving(HandmadeWorld([an_order(1)])) as shop:
        cost = shop.post(WITH_LINES)["extensions"]["cost"]
    assert cost["actualQueryCost"] < 10 < cost["requestedQueryCost"]


def test_a_query_over_1000_points_never_runs_and_has_no_cost_block():
    part = "lineItems(first: 250) { nodes { id product { id } variant { id } } }"
    many = " ".join(f"p{n}: {part}" for n in range(4))
    with serving(HandmadeWorld([an_order(1)])) as shop:
        answer = shop.post(f"{{ orders(first: 250) {{ nodes {{ {many} }} }} }}")
    error = answer["errors"][0]["extensions"]
    assert (error["code"], error["maxCost"]) == ("MAX_COST_EXCEEDED", 1000)
    assert "extensions" not in answer


def test_a_throttled_answer_is_a_200_without_data_and_without_retry_after():
    time = [0.0]
    settings = ShopSettings(restore_rate=1.0, seconds=lambda: time[0])
    with serving(HandmadeWorld([an_order(1)]), settings=settings) as shop:
        answers = [shop.respond(FLAT) for _ in range(6)]
        throttled = answers[-1]
        assert (throttled.status_code, "retry-after" in throttled.headers) == (200, False)
        body = throttled.json()
        assert body["errors"][0]["extensions"]["code"] == "THROTTLED"
        assert "data" not in body
        assert body["extensions"]["cost"]["actualQueryCost"] is None
        time[0] += 20.0
        assert "data" in shop.post(FLAT)


def test_a_bucket_leaks_back_to_its_brim_and_not_over_it():
    time = [0.0]
    bucket = Bucket(100.0, lambda: time[0])
    bucket.take(1500.0)
    time[0] = 10.0
    assert bucket.admits(1500.0)
    assert not bucket.admits(1501.0)
    time[0] = 1000.0
    assert bucket.admits(2000.0)
    assert not bucket.admits(2000.5)
