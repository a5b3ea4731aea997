"""The official protos judge what is served: unknown names and wrong JSON forms are refused."""

import json
from typing import Any

import pytest
from google.ads.googleads.v26.errors.types.errors import GoogleAdsFailure
from google.ads.googleads.v26.services.types import customer_service, google_ads_service
from google.protobuf import json_format
from google.rpc import error_details_pb2

from tests.unit.simulators.google_ads.conftest import CLOSED, MANAGER, US, Api
from trueup_simulators.faults import FaultRule
from trueup_simulators.google_ads.fields import FIELDS, RESOURCES, Kind
from trueup_simulators.google_ads.wire import camel

PROTO_KINDS = {
    "int64": Kind.INT64,
    "int32": Kind.INT32,
    "double": Kind.DOUBLE,
    "bool": Kind.BOOL,
    "enum": Kind.ENUM,
}
SEARCH = google_ads_service.SearchGoogleAdsResponse
BATCH = google_ads_service.SearchGoogleAdsStreamResponse


def parsed(text: str, message: Any) -> Any:
    return json_format.Parse(text, message.pb()(), ignore_unknown_fields=False)


def selecting_all(resource: str, days: tuple[str, str]) -> str:
    declared = RESOURCES[resource]
    of = {resource, *declared.attributed}
    names = [f.name for f in FIELDS.values() if f.resource in of and f.selectable]
    if resource == "click_view":
        names += ["metrics.clicks", "segments.date"]
    elif declared.has_metrics:
        names += [n for n in FIELDS if n.startswith(("metrics.", "segments."))]
    where = f" WHERE segments.date = '{days[0]}'" if declared.has_metrics else ""
    return f"SELECT {', '.join(names)} FROM {resource}{where}"


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_field_of_every_resource_passes_through_the_proto_unchanged(
    resource: str, api: Api, days: tuple[str, str]
) -> None:
    customer = MANAGER if resource == "customer_client" else US
    text = api.search(selecting_all(resource, days), customer).text
    message = parsed(text, SEARCH)
    assert json_format.MessageToDict(message) == json.loads(text)
    assert len(message.results) > 0


@pytest.mark.parametrize("resource", RESOURCES)
def test_batches_of_a_stream_pass_through_the_proto_unchanged(
    resource: str, api: Api, days: tuple[str, str]
) -> None:
    customer = MANAGER if resource == "customer_client" else US
    batches = api.stream(selecting_all(resource, days), customer).json()
    messages = [parsed(json.dumps(batch), BATCH) for batch in batches]
    assert [json_format.MessageToDict(message) for message in messages] == batches
    assert sum(len(message.results) for message in messages) > 0


def test_summary_rows_and_empty_answers_pass_through_the_proto(
    api: Api, days: tuple[str, str]
) -> None:
    query = f"SELECT metrics.clicks, metrics.ctr FROM campaign WHERE segments.date = '{days[0]}'"
    summed = api.search(query, searchSettings={"returnSummaryRow": True}).text
    assert parsed(summed, SEARCH).summary_row.metrics.clicks > 0
    empty = api.search(f"{query} AND campaign.id = 1").text
    assert len(parsed(empty, SEARCH).results) == 0
    streamed = api.stream(query, summaryRowSetting="SUMMARY_ROW_WITH_RESULTS").json()
    last = parsed(json.dumps(streamed[-1]), BATCH)
    assert last.summary_row.metrics.ctr > 0


def test_accessible_customers_pass_through_the_proto(api: Api) -> None:
    text = api.http.get("/v26/customers:listAccessibleCustomers", headers=api.headers).text
    message = parsed(text, customer_service.ListAccessibleCustomersResponse)
    assert list(message.resource_names) == [f"customers/{MANAGER}"]


@pytest.mark.parametrize(
    ("query", "customer", "rule"),
    [
        ("SELECT campaign.nothing FROM campaign", US, None),
        ("SELECT customer.id FROM customer", CLOSED, None),
        ("SELECT customer.id FROM customer", "1", None),
        ("SELECT click_view.gclid FROM click_view", US, None),
        ("SELECT customer.id FROM customer", US, FaultRule(kind="throttle")),
        ("SELECT customer.id FROM customer", US, FaultRule(kind="daily_quota")),
        ("SELECT customer.id FROM customer", US, FaultRule(kind="status")),
        ("SELECT customer.id FROM customer", US, FaultRule(kind="account_revoked")),
    ],
)
@pytest.mark.parametrize("method", ["search", "searchStream"])
def test_refusals_are_failures_that_the_proto_knows(
    method: str, query: str, customer: str, rule: FaultRule | None, api: Api
) -> None:
    if rule:
        api.faults.add(rule)
    body = api.post(customer, method, query=query).json()
    error = (body[0] if method == "searchStream" else body)["error"]
    assert set(error) == {"code", "message", "status", "details"}
    detail = dict(error["details"][0])
    assert detail.pop("@type").endswith(".v26.errors.GoogleAdsFailure")
    failure = parsed(json.dumps(detail), GoogleAdsFailure)
    assert json_format.MessageToDict(failure) == detail
    assert failure.request_id
    assert failure.errors[0].error_code.WhichOneof("error_code")


def test_a_front_end_refusal_carries_known_details(api: Api) -> None:
    api.headers = {}
    detail = api.search("SELECT customer.id FROM customer").json()["error"]["details"][0]
    assert detail.pop("@type") == "type.googleapis.com/google.rpc.ErrorInfo"
    info = json_format.Parse(json.dumps(detail), error_details_pb2.ErrorInfo())
    assert info.reason == "CREDENTIALS_MISSING"


@pytest.mark.parametrize("name", FIELDS)
def test_the_catalogue_gives_every_field_the_kind_of_its_proto(name: str) -> None:
    field, found = FIELDS[name], None
    descriptor = google_ads_service.GoogleAdsRow.pb().DESCRIPTOR
    for part in name.split("."):
        found = descriptor.fields_by_camelcase_name[camel(part)]
        descriptor = found.message_type
    kind = {v: k for k, v in vars(type(found)).items() if k.startswith("TYPE_")}[found.type]
    kind = kind.removeprefix("TYPE_").lower()
    if kind == "message":
        assert field.kind is (Kind.MESSAGES if found.is_repeated else Kind.MESSAGE)
    elif kind == "string":
        texts = {Kind.STRING, Kind.DATE, Kind.DATE_TIME}
        assert field.kind in ({Kind.STRINGS} if found.is_repeated else texts)
    else:
        assert field.kind is PROTO_KINDS[kind]
    if kind == "enum":
        assert field.constants <= {value.name for value in found.enum_type.values}
