"""The official schema accepts every query that is sent and every answer that is served."""

import json
from decimal import Decimal

import pytest
from graphql import DocumentNode

from tests.judges.shopify import judge
from tests.unit.simulators.shopify.a_shop import HandmadeWorld as World
from tests.unit.simulators.shopify.a_shop import (
    a_customer,
    a_moment,
    a_payment,
    a_product,
    a_refund,
    an_order,
    serving,
)
from trueup.sources.shopify.documents import BULK_FILES, bulk_document, document, operations
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.schema import SCHEMA, checked_document
from trueup_simulators.shopify.settings import ShopSettings
from trueup_simulators.world import World as SeededWorld
from trueup_simulators.world import WorldConfig

ORDER, REFUND, PRODUCT = (f"gid://shopify/{kind}" for kind in ("Order", "Refund", "Product"))
SEARCH = "updated_at:>='2026-01-01T00:00:00Z' AND updated_at:<'2027-01-01T00:00:00Z'"
OF_ORDER = ("OrderAgain", "OrderLines", "OrderShippingLines", "OrderMoments")
OF_REFUND = ("RefundLines", "RefundShippingLines", "RefundAdjustments", "RefundTransactions")
VARIABLES = {
    "Orders": {"first": 25, "search": SEARCH},
    "OrdersCount": {"search": SEARCH},
    "OrderTotals": {"search": SEARCH.replace("updated_at", "created_at")},
    "ListedOrders": {"first": 250, "search": SEARCH.replace("updated_at", "created_at")},
    **{operation: {"id": f"{ORDER}/1"} for operation in OF_ORDER},
    **{operation: {"id": f"{REFUND}/5001"} for operation in OF_REFUND},
    "Customers": {"first": 250, "search": SEARCH},
    "CustomersCount": {"search": SEARCH},
    "Products": {"first": 250, "search": ""},
    "ProductsCount": {"search": ""},
    "ProductAgain": {"id": f"{PRODUCT}/1"},
    "ProductVariants": {"id": f"{PRODUCT}/1"},
    "Shop": {},
    "Access": {},
    "StartBulk": {"query": bulk_document("bulk_products", "")},
    "BulkJob": {"id": "gid://shopify/BulkOperation/990000000001"},
    "UnfinishedBulkJobs": {"search": "operation_type:query"},
    "CancelBulk": {"id": "gid://shopify/BulkOperation/990000000001"},
}


def a_full_world():
    orders = [
        an_order(1, lines=12, refunds=(a_refund(1, lines=6),), cancel_reason="CUSTOMER"),
        an_order(2, customer_id=None, email=None, journey=None, client_ip=None),
        an_order(3, presentment_currency="JPY", presentment_rate=judge_rate()),
        an_order(4, journey=(a_moment(1, utm=None, referrer_url=None), a_moment(2))),
        an_order(6, taxes_included=True, tip=Decimal("2.00"), duties=Decimal("3.50")),
        an_order(5, test=True, transactions=(a_payment(1, "AUTHORIZATION"),)),
    ]
    return World(orders, [a_customer(n) for n in (1, 2)], [a_product(n) for n in (1, 2)])


def judge_rate():
    return an_order(1).presentment_rate * 150


def test_every_operation_is_judged():
    assert set(VARIABLES) == set(operations())


@pytest.mark.parametrize("operation", operations())
def test_the_official_schema_accepts_the_query(operation):
    assert judge.query_faults(document(operation)) == []


@pytest.mark.parametrize("name", BULK_FILES)
def test_the_official_schema_accepts_the_bulk_query(name):
    assert judge.query_faults(bulk_document(name, SEARCH)) == []


def test_the_official_schema_accepts_every_answer():
    with serving(a_full_world()) as shop:
        for operation, variables in VARIABLES.items():
            sized = {"first": 50} if "$first:" in document(operation) else {}
            answer = shop.post(document(operation), **sized | variables)
            assert "errors" not in answer, operation
            assert judge.answer_faults(document(operation), answer["data"]) == [], operation


@pytest.mark.parametrize("operation", ["Orders", "Customers", "Products"])
def test_the_official_schema_accepts_the_seeded_world_with_hostile_names(operation):
    config = WorldConfig(scale="small", days=10, hostile_names=True)
    variables = VARIABLES[operation] | {"search": ""}
    faults, after = [], None
    with serving(SeededWorld(config), now=config.clock_start) as shop:
        while True:
            data = shop.post(document(operation), **variables, after=after)["data"]
            faults += judge.answer_faults(document(operation), data)
            info = next(iter(data.values()))["pageInfo"]
            after = info["endCursor"]
            if not info["hasNextPage"]:
                break
    assert faults == []


@pytest.mark.parametrize("name", BULK_FILES)
@pytest.mark.parametrize("grouped", ["true", "false"])
def test_the_official_schema_accepts_every_line_of_a_bulk_result(name, grouped):
    text = bulk_document(name, "")
    start = document("StartBulk").replace("false", grouped)
    with serving(a_full_world()) as shop:
        job = shop.post(start, query=text)["data"]["bulkOperationRunQuery"]["bulkOperation"]
        url = shop.finished_job(job["id"])["url"]
        lines = [json.loads(line) for line in shop.http.get(url).text.splitlines()]
    assert len(lines) >= 2
    assert [fault for line in lines for fault in judge.bulk_line_faults(text, line)] == []


def test_jobs_that_ended_badly_are_answered_in_the_official_form():
    rule = FaultRule(kind="bulk_failed", params={"error_code": "TIMEOUT"})
    with serving(a_full_world(), rule, settings=ShopSettings(bulk_polls=0)) as shop:
        shop.post(document("StartBulk"), **VARIABLES["StartBulk"])
        answer = shop.post(document("BulkJob"), **VARIABLES["BulkJob"])
    assert answer["data"]["bulkOperation"]["status"] == "FAILED"
    assert judge.answer_faults(document("BulkJob"), answer["data"]) == []


def test_every_type_and_field_of_the_simulators_schema_is_the_vendors():
    official = judge.schema().type_map
    wrong = []
    for name, kind in SCHEMA.type_map.items():
        for field, found in getattr(kind, "fields", {}).items():
            told = getattr(official.get(name), "fields", {}).get(field)
            if name.startswith("__") or (told is not None and str(told.type) == str(found.type)):
                continue
            wrong.append(f"{name}.{field}: {found.type}")
    assert wrong == []


def test_what_the_simulator_refuses_the_official_schema_refuses():
    text = "{ orders(first: 1) { nodes { id sum } } }"
    assert judge.query_faults(text)
    assert not isinstance(checked_document(text), DocumentNode)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda node: node.pop("updatedAt"), "missing"),
        (lambda node: node.update(subtotal="1.0"), "unknown"),
        (lambda node: node.update(name=None), "null"),
        (lambda node: node.update(displayFinancialStatus="SETTLED"), "no OrderDisplay"),
        (lambda node: node["totalPriceSet"]["shopMoney"].update(amount=1.5), "no Decimal"),
        (lambda node: node.update(test="false"), "no Boolean"),
        (lambda node: node["lineItems"].update(nodes={}), "not a list"),
    ],
)
def test_the_judge_sees_what_is_wrong_with_an_answer(change, told):
    with serving(a_full_world()) as shop:
        data = shop.post(document("Orders"), **VARIABLES["Orders"])["data"]
    change(data["orders"]["nodes"][0])
    (fault, *_) = judge.answer_faults(document("Orders"), data)
    assert told in fault
