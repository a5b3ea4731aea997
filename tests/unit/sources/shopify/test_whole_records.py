"""Nested connections that do not fit a page are read to their end, and bytes stay as sent."""

import re
from dataclasses import replace
from datetime import timedelta

import httpx
import msgspec
import pytest

from tests.unit.simulators.shopify.a_shop import (
    START,
    a_moment,
    a_payment,
    a_refund,
    an_order,
)
from tests.unit.sources.shopify.reading import a_world, reading
from trueup.errors import ContractError, TransientError
from trueup.sources.shopify.documents import document
from trueup.sources.shopify.nested import goes_on, replaced
from trueup.sources.shopify.streams import ORDERS
from trueup_simulators.faults import FaultRule


def test_an_order_of_600_lines_has_all_its_lines():
    with reading(a_world([an_order(1, lines=600)])) as shop:
        (record,) = shop.records(ORDERS)
        ids = [line["id"] for line in record["lineItems"]["nodes"]]
        assert len(set(ids)) == len(ids) == 600
        assert record["lineItems"]["pageInfo"]["hasNextPage"] is False


def test_a_refund_of_12_lines_and_3_payments_is_complete():
    refund = replace(
        a_refund(1, lines=12), transactions=tuple(a_payment(n, "REFUND") for n in (1, 2, 3))
    )
    with reading(a_world([an_order(1, lines=12, refunds=(a_refund(2), refund))])) as shop:
        (record,) = shop.records(ORDERS)
        small, large = record["refunds"]
        assert len(small["refundLineItems"]["nodes"]) == 1
        assert len(large["refundLineItems"]["nodes"]) == 12
        assert len(large["transactions"]["nodes"]) == 3


def test_a_journey_of_40_moments_is_complete():
    moments = tuple(a_moment(n) for n in range(40))
    with reading(a_world([an_order(1, journey=moments)])) as shop:
        (record,) = shop.records(ORDERS)
        assert len(record["customerJourneySummary"]["moments"]["nodes"]) == 40


def test_an_order_that_fits_is_kept_byte_for_byte():
    with reading(a_world([an_order(1)])) as shop:
        (page,) = shop.pages(ORDERS)
        variables = {"first": 25, "after": None, "search": ""}
        body = shop.respond(document("Orders"), variables).content
        assert bytes(page.records[0]) in body


def test_of_a_filled_order_every_line_is_kept_byte_for_byte():
    with reading(a_world([an_order(1, lines=30)])) as shop:
        (page,) = shop.pages(ORDERS)
        gid = "gid://shopify/Order/1"
        rest = shop.respond(
            document("OrderLines"), {"id": gid, "first": 250, "after": None}
        ).content
        lines = msgspec.json.decode(rest)["data"]["node"]["lineItems"]["nodes"]
        assert all(msgspec.json.encode(line) in bytes(page.records[0]) for line in lines)


class ChangingWorld(type(a_world())):
    """Changes its order between the page and the rest of it, `times` times."""

    def __init__(self, orders, times):
        super().__init__(orders)
        self.times = times
        self.loads = 0

    def order(self, order_id, at):
        order = super().order(order_id, at)
        self.loads += 1
        if self.loads >= 2 and self.times:
            self.times -= 1
            order = replace(order, updated_at=order.updated_at + timedelta(minutes=self.loads))
            self.all_orders[order_id] = order
        return order


def test_an_order_changed_between_its_pages_is_read_anew():
    world = ChangingWorld([an_order(1, lines=30)], times=1)
    with reading(world) as shop:
        (record,) = shop.records(ORDERS)
        assert len(record["lineItems"]["nodes"]) == 30
        assert record["updatedAt"] > START.isoformat()[:16]


def test_an_order_that_never_stands_still_is_left_for_later():
    world = ChangingWorld([an_order(1, lines=30)], times=1000)
    with reading(world) as shop, pytest.raises(TransientError, match="changed during each"):
        shop.pages(ORDERS)


class LosingCursors(httpx.BaseTransport):
    """Answers as the shop does, but for the cursors."""

    def __init__(self, inner):
        self.inner = inner

    def handle_request(self, request):
        response = self.inner.handle_request(request)
        body = re.sub(rb'"endCursor":"[^"]*"', b'"endCursor":null', response.read())
        response.close()
        return httpx.Response(200, content=body, headers={"x-shopify-api-version": "2026-10"})


def test_a_nested_page_without_cursor_is_an_error():
    with (
        reading(a_world([an_order(1, lines=30)]), wrap=LosingCursors) as shop,
        pytest.raises(ContractError, match="bookmark"),
    ):
        shop.pages(ORDERS)


@pytest.mark.parametrize("value", ["nan", "lone_surrogate", "no_key", "duplicate_key", "nul"])
def test_a_spoiled_record_is_handed_on_and_loses_no_sibling(value):
    rule = FaultRule(kind="bad_value", op="orders", params={"value": value})
    with reading(a_world([an_order(n) for n in (1, 2, 3)]), rule) as shop:
        (page,) = shop.pages(ORDERS)
        assert len(page.records) == 3
        assert shop.faults.fired() == {"bad_value": 1}


def test_a_text_that_looks_like_page_info_is_no_page_info():
    note = '{"hasNextPage":true}'
    with reading(a_world([an_order(1, note=note)])) as shop:
        (page,) = shop.pages(ORDERS)
        assert not goes_on(bytes(page.records[0]))


def test_replacing_a_value_keeps_the_bytes_of_all_others():
    text = b'{"a":1.50,"b":[{"c":"x"},{"c":"\\u00e9"}],"d":null}'
    changed = replaced(text, ("b", 0, "c"), lambda raw: raw + b"")
    assert changed == text
    assert replaced(text, ("b", 1, "c"), lambda _: b"2") == text.replace(b'"\\u00e9"', b"2")
