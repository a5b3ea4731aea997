"""Bulk operations: nothing is believed before it is counted."""

from contextlib import closing

import msgspec
import pytest

from tests.unit.simulators.shopify.a_shop import a_customer, a_product, an_order
from tests.unit.sources.alive import pages_alive
from tests.unit.sources.shopify.reading import ACCOUNT, ALL, a_world, reading
from trueup.errors import AccessError, ContractError, TransientError
from trueup.sources.addresses import check_file_address
from trueup.sources.shopify import bulk_operations as bulk
from trueup.sources.shopify.bulk_file import Counts, Family, lines_of, parsed
from trueup.sources.shopify.client import FILE_HOSTS
from trueup.sources.shopify.documents import bulk_document, document
from trueup.sources.shopify.search_queries import window_search
from trueup.sources.shopify.streams import CUSTOMERS, ORDERS, PRODUCTS
from trueup_simulators.faults import FaultRule
from trueup_simulators.shopify.settings import ShopSettings


def a_large_shop():
    return a_world(
        [an_order(1)], [a_customer(n) for n in range(1, 41)], [a_product(n) for n in range(1, 8)]
    )


def in_bulk(*rules, **config):
    return reading(a_large_shop(), *rules, bulk_from=5, **config)


def start_bulk(shop, query):
    answer = shop.respond(document("StartBulk"), variables={"query": query}).json()
    assert not answer["data"]["bulkOperationRunQuery"]["userErrors"]


def jobs(shop):
    answer = shop.post(document("UnfinishedBulkJobs"), search="operation_type:query")
    return answer["data"]["bulkOperations"]["nodes"]


@pytest.mark.parametrize("stream", [CUSTOMERS, PRODUCTS], ids=lambda s: s.name)
def test_a_bulk_read_delivers_what_pages_deliver(stream):
    with reading(a_large_shop()) as paged, in_bulk() as bulk:
        by_pages = {r["id"]: plain(r) for r in paged.records(stream)}
        by_bulk = {r["id"]: plain(r) for r in bulk.records(stream)}
        assert by_bulk == by_pages
        assert not jobs(paged)
        assert len(jobs(bulk)) == 1


def plain(record):
    """Without what only one of the two ways carries: page info, and the order of children."""
    children = record.get("variants", {}).pop("nodes", [])
    own = {key: value for key, value in record.items() if key != "variants"}
    for child in children:
        child.pop("__parentId", None)
    return own, sorted(children, key=lambda child: child["id"])


def test_orders_are_never_read_in_bulk():
    with in_bulk() as shop:
        assert shop.ids(ORDERS) == [1]
        assert not jobs(shop)


def test_a_resumed_read_goes_on_in_pages():
    with in_bulk() as shop:
        bookmark = '{"at":"2026-07-01T12:30:00Z","ids":[]}'
        assert shop.ids(CUSTOMERS, bookmark=bookmark) == list(range(30, 41))
        assert not jobs(shop)


def joined(lines):
    with closing(Family(PRODUCTS)) as family:
        family.add(lines, [parsed(line, PRODUCTS) for line in lines])
        return list(family.records())


def test_children_find_their_parents_wherever_they_stand():
    records = joined(
        [
            b'{"id":"v1","__parentId":"p2"}',
            b'{"id":"p1","t":1.0}',
            b'{"id":"v2","__parentId":"p1"}',
            b'{"id":"p2","t":2}',
            b'{"id":"p3"}',
        ]
    )
    assert records[0].startswith(b'{"id":"p1","t":1.0,"variants":{"nodes":[{"id":"v2"')
    children = [msgspec.json.decode(r)["variants"]["nodes"] for r in records]
    assert [[child["id"] for child in nodes] for nodes in children] == [["v2"], ["v1"], []]


def test_a_child_of_nobody_is_an_error():
    with pytest.raises(ContractError, match="unknown parent"):
        joined([b'{"id":"v1","__parentId":"p9"}', b'{"id":"p1"}'])


def test_personal_data_is_never_written_to_a_temporary_file():
    with pytest.raises(AssertionError):
        Family(CUSTOMERS)


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_lines_are_put_together_whatever_the_pieces(size):
    whole = b'{"id":"1"}\n\n{"id":"22"}\n{"id":"3"}'
    pieces = [whole[n : n + size] for n in range(0, len(whole), size)]
    assert list(lines_of(pieces, CUSTOMERS)) == [b'{"id":"1"}', b'{"id":"22"}', b'{"id":"3"}']


@pytest.mark.parametrize("kind", ["bulk_lines_lost", "bulk_count_mismatch"])
def test_a_file_that_holds_other_than_the_job_counted_is_refused(kind):
    rule = FaultRule(kind=kind, params={"lines": 3})
    with in_bulk(rule) as shop:
        with pytest.raises(TransientError, match="its file holds"):
            shop.pages(CUSTOMERS)
        assert shop.faults.fired() == {kind: 1}


def test_a_file_cut_in_the_middle_of_a_line_is_refused():
    rule = FaultRule(kind="truncate", match="bulk-results")
    with in_bulk(rule) as shop, pytest.raises(TransientError, match="not whole"):
        shop.pages(CUSTOMERS)


@pytest.mark.parametrize("code", ["TIMEOUT", "INTERNAL_SERVER_ERROR"])
@pytest.mark.parametrize("stream", [CUSTOMERS, PRODUCTS], ids=lambda s: s.name)
def test_what_a_job_cannot_finish_is_read_in_pages(stream, code):
    rule = FaultRule(kind="bulk_failed", times=None, params={"error_code": code})
    with reading(a_large_shop()) as paged, in_bulk(rule) as shop:
        assert sorted(shop.ids(stream)) == sorted(paged.ids(stream))
        assert shop.faults.fired() == {"bulk_failed": 1}


@pytest.mark.parametrize("kind", ["bulk_canceled"])
def test_a_job_that_ends_otherwise_leaves_the_window_open(kind):
    with in_bulk(FaultRule(kind=kind)) as shop:
        with pytest.raises(TransientError, match=kind.removeprefix("bulk_").upper()):
            shop.pages(CUSTOMERS)
        assert shop.faults.fired() == {kind: 1}


def test_a_job_without_access_names_the_scope():
    rule = FaultRule(kind="bulk_failed", params={"error_code": "ACCESS_DENIED"})
    with in_bulk(rule) as shop, pytest.raises(AccessError) as refused:
        shop.pages(CUSTOMERS)
    assert "read_customers" in refused.value.hint


def test_a_stuck_job_is_cancelled_in_the_end(monkeypatch):
    monkeypatch.setattr(bulk, "MAX_WAIT_SECONDS", 120.0)
    with in_bulk(FaultRule(kind="bulk_stuck")) as shop:
        with pytest.raises(TransientError, match="not done"):
            shop.pages(CUSTOMERS)
        assert shop.time.seconds >= 120.0
        assert jobs(shop)[0]["status"] in ("CANCELING", "CANCELED")


def test_a_stopped_runs_job_for_the_same_window_is_adopted():
    query = bulk_document("bulk_customers", window_search(CUSTOMERS, ALL))
    with in_bulk() as shop:
        start_bulk(shop, query)
        assert len(shop.ids(CUSTOMERS)) == 40
        assert len(jobs(shop)) == 1


def test_a_stopped_runs_job_for_another_window_is_cancelled_and_others_are_left():
    old = bulk_document("bulk_customers", "updated_at:>='2026-01-01T00:00:00Z'")
    with in_bulk() as shop:
        start_bulk(shop, old)
        start_bulk(shop, bulk_document("bulk_products", ""))
        assert len(shop.ids(CUSTOMERS)) == 40
        ours, products, stale = jobs(shop)
        assert stale["status"] == "CANCELED"
        assert "CANCEL" not in products["status"]
        assert ours["status"] == "COMPLETED"


def test_other_jobs_of_the_app_are_waited_for():
    with in_bulk(settings=ShopSettings(bulk_polls=3)) as shop:
        for number in range(5):
            start_bulk(
                shop, f'{{ products(query: "id:{number}") {{ edges {{ node {{ id }} }} }} }}'
            )
        # The other jobs move on while the connector sleeps.
        shop.time.on_sleep = lambda: jobs(shop)
        assert len(shop.ids(CUSTOMERS)) == 40
        assert len(jobs(shop)) == 6


def test_an_empty_result_has_no_file():
    with reading(a_world(), bulk_from=0) as shop:
        assert shop.ids(CUSTOMERS) == []


def test_the_token_is_not_sent_to_the_vendors_storage():
    with in_bulk() as shop:
        page = shop.pages(CUSTOMERS)[0]
        assert "bulk-results" in page.trace.url
        assert "signature=REDACTED" in page.trace.url


def test_a_page_of_a_bulk_read_tells_the_jobs_query():
    with in_bulk() as shop:
        page = shop.pages(CUSTOMERS)[0]
        assert page.trace.request_body == jobs(shop)[0]["query"]


@pytest.mark.parametrize("stream", [CUSTOMERS, PRODUCTS], ids=lambda s: s.name)
def test_no_more_than_a_page_of_a_file_is_in_memory(stream, monkeypatch):
    monkeypatch.setattr(bulk, "RECORDS_PER_PAGE", 1)
    with in_bulk() as shop:
        given, at_once = pages_alive(lambda: shop.source.read(stream, ACCOUNT, ALL))
    assert given > 6
    assert at_once <= 1


def test_a_line_that_came_twice_in_place_of_another_is_not_believed():
    lines = [b'{"id":"1"}', b'{"id":"2"}', b'{"id":"1"}']
    counts = Counts(CUSTOMERS)
    counts.add([parsed(line, CUSTOMERS) for line in lines])
    with pytest.raises(TransientError, match="its file holds 2 and 2"):
        counts.check({"objectCount": "3", "rootObjectCount": "3"})


@pytest.mark.parametrize(
    "url",
    ["https://evil.example/x", "http://storage.googleapis.com/x", "https://127.0.0.1:1/x",
     "https://storage.googleapis.com.evil.example/x", "https://storage.googleapis.com:8443/x"],
)  # fmt: skip
def test_a_result_elsewhere_than_at_the_vendors_is_not_asked_for(url):
    rule = FaultRule(kind="bulk_elsewhere", params={"url": url})
    with in_bulk(rule) as shop:
        with pytest.raises(ContractError, match="not an address of") as refused:
            shop.pages(CUSTOMERS)
        assert shop.faults.fired() == {"bulk_elsewhere": 1}
    assert refused.value.code == "TUP-511"


def test_the_vendors_storage_is_asked_by_https_and_nothing_else():
    known = "https://storage.googleapis.com/shopify/1.jsonl?sig=1"
    check_file_address(known, "https://x.myshopify.com", FILE_HOSTS)
    check_file_address("http://127.0.0.1:9/r", "http://127.0.0.1:9", FILE_HOSTS)
    with pytest.raises(ContractError):
        check_file_address("http://x.myshopify.com/r", "https://x.myshopify.com", FILE_HOSTS)
