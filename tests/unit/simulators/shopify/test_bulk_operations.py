"""Bulk operations: what they refuse, the states of a job, and the file."""

import json

import pytest

from tests.unit.simulators.shopify.a_shop import (
    JOB,
    HandmadeWorld,
    a_customer,
    a_product,
    an_order,
    serving,
)
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.bulk_rules import refusals

START = """mutation($q: String!, $grouped: Boolean!) {
  bulkOperationRunQuery(query: $q, groupObjects: $grouped) {
    bulkOperation { id status } userErrors { field message code } } }"""
CANCEL = """mutation($id: ID!) { bulkOperationCancel(id: $id) {
  bulkOperation { id status } userErrors { field message } } }"""
PRODUCTS = "{ products { edges { node { id variants { edges { node { id sku } } } } } } }"


def a_catalogue():
    return HandmadeWorld([an_order(1)], [a_customer(1)], [a_product(n, 3) for n in range(1, 6)])


def start(shop, query=PRODUCTS, *, grouped=False):
    return shop.post(START, q=query, grouped=grouped)["data"]["bulkOperationRunQuery"]


def lines(shop, job):
    return [json.loads(line) for line in shop.http.get(job["url"]).text.splitlines()]


def test_a_job_is_created_runs_and_completes():
    with serving(a_catalogue()) as shop:
        job = start(shop)["bulkOperation"]
        seen = [job["status"]]
        while seen[-1] != "COMPLETED":
            seen.append(shop.post(JOB, id=job["id"])["data"]["bulkOperation"]["status"])
    assert list(dict.fromkeys(seen)) == ["CREATED", "RUNNING", "COMPLETED"]


def test_counts_and_size_are_those_of_the_file():
    with serving(a_catalogue()) as shop:
        job = shop.finished_job(start(shop)["bulkOperation"]["id"])
        body = shop.http.get(job["url"]).content
    assert (job["objectCount"], job["rootObjectCount"]) == ("20", "5")
    assert int(job["fileSize"]) == len(body)
    assert len(body.splitlines()) == 20


def is_beside_parent(found):
    parent = None
    for line in found:
        if "__parentId" not in line:
            parent = line["id"]
        elif line["__parentId"] != parent:
            return False
    return True


def test_ungrouped_children_are_not_next_to_their_parent_and_grouped_ones_are():
    with serving(a_catalogue()) as shop:
        loose = lines(shop, shop.finished_job(start(shop)["bulkOperation"]["id"]))
        tight = start(shop, grouped=True)["bulkOperation"]["id"]
        grouped = lines(shop, shop.finished_job(tight))
    assert not is_beside_parent(loose)
    assert is_beside_parent(grouped)
    assert sorted(map(json.dumps, loose)) == sorted(map(json.dumps, grouped))


def test_a_result_without_rows_has_no_url():
    with serving(HandmadeWorld()) as shop:
        job = shop.finished_job(start(shop)["bulkOperation"]["id"])
    assert (job["status"], job["url"], job["objectCount"]) == ("COMPLETED", None, "0")


REFUSED = {
    "{ products { nodes { id } } }": "must select their contents using 'edges' > 'node'",
    "{ orders { edges { node { id refunds { id refundLineItems { edges { node { id } } } } } } } }":
        "connection field within a list field",
    "{ products { edges { node { title variants { edges { node { id } } } } } } }":
        "must select the 'id' field",
    '{ node(id: "gid://shopify/Order/1") { id } }': "top level `node`",
    "{ shop { id } }": "at least one connection",
    "mutation { bulkOperationCancel(id: 1) { userErrors { message } } }": "Only `query`",
    "{ orders {": "Invalid bulk query",
}  # fmt: skip


@pytest.mark.parametrize(("query", "told"), REFUSED.items())
def test_what_cannot_run_in_bulk_is_refused_in_the_vendors_words(query, told):
    with serving(a_catalogue()) as shop:
        payload = start(shop, query)
    assert payload["bulkOperation"] is None
    assert any(told in error["message"] for error in payload["userErrors"])
    assert {error["code"] for error in payload["userErrors"]} == {"INVALID"}


def test_six_connections_are_too_many():
    part = " ".join(f"c{n}: lineItems {{ edges {{ node {{ id }} }} }}" for n in range(5))
    assert refusals(f"{{ orders {{ edges {{ node {{ id {part} }} }} }} }}") == [
        "Bulk queries cannot contain more than 5 connections."
    ]


def test_a_sixth_job_has_to_wait():
    with serving(a_catalogue()) as shop:
        for _ in range(5):
            assert start(shop)["bulkOperation"]
        payload = start(shop)
    assert payload["bulkOperation"] is None
    assert payload["userErrors"][0]["code"] == "OPERATION_IN_PROGRESS"


def test_a_cancelled_job_is_canceling_before_it_is_canceled():
    with serving(a_catalogue()) as shop:
        number = start(shop)["bulkOperation"]["id"]
        payload = shop.post(CANCEL, id=number)["data"]["bulkOperationCancel"]
        assert payload["bulkOperation"]["status"] == "CANCELING"
        assert shop.finished_job(number)["status"] == "CANCELED"
        again = shop.post(CANCEL, id=number)["data"]["bulkOperationCancel"]
        assert "cannot be canceled when it is canceled" in again["userErrors"][0]["message"]


def test_a_failed_job_has_a_partial_file_and_an_error_code():
    rule = FaultRule(kind="bulk_failed", params={"error_code": "TIMEOUT", "partial": 0.5})
    with serving(a_catalogue(), rule) as shop:
        job = shop.finished_job(start(shop)["bulkOperation"]["id"])
        assert (job["status"], job["errorCode"], job["url"]) == ("FAILED", "TIMEOUT", None)
        assert len(shop.http.get(job["partialDataUrl"]).text.splitlines()) == 10
        assert shop.faults.fired() == {"bulk_failed": 1}


def test_a_result_is_gone_after_seven_days():
    with serving(a_catalogue()) as shop:
        job = shop.finished_job(start(shop)["bulkOperation"]["id"])
        shop.clock.set(shop.clock.now().replace(day=9))
        assert shop.post(JOB, id=job["id"])["data"]["bulkOperation"]["status"] == "EXPIRED"
        assert shop.http.get(job["url"]).status_code == 404


def test_lost_lines_are_missing_from_the_file_and_not_from_the_counts():
    rule = FaultRule(kind="bulk_lines_lost", params={"lines": 2})
    with serving(a_catalogue(), rule) as shop:
        job = shop.finished_job(start(shop)["bulkOperation"]["id"])
        assert job["objectCount"] == "20"
        assert len(lines(shop, job)) == 18
