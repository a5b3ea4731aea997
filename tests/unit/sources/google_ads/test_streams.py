"""The declared streams, their queries and settings."""

from datetime import date, timedelta

import pytest
from google.ads.googleads.v26.services.types.google_ads_service import GoogleAdsRow
from pydantic import ValidationError

from tests.unit.sources.google_ads.simulated import STREAM, credentials
from trueup.core.stream import StreamKind
from trueup.sources.google_ads import GoogleAdsConfig, streams_for
from trueup.sources.google_ads.streams import STREAMS, query_of, selected_fields, totals_query


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_every_field_and_key_is_one_the_vendor_knows(stream) -> None:
    paths = [*stream.key, *([stream.day] if stream.day else [])]
    for path in [*stream.fields, *paths]:
        descriptor = GoogleAdsRow.pb().DESCRIPTOR
        for part in path.split("."):
            names = {one.name.rstrip("_"): one for one in descriptor.fields}
            camel = descriptor.fields_by_camelcase_name
            descriptor = (names.get(part) or camel[part]).message_type


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_keys_and_days_are_among_the_fields_asked_for(stream) -> None:
    asked = {field.replace("_", "").lower() for field in stream.fields}
    paths = [*stream.key, *([stream.day] if stream.day else [])]
    assert {path.lower() for path in paths} <= asked


def test_a_range_of_days_is_asked_for_with_both_ends() -> None:
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 7, 2)]
    between = "WHERE segments.date BETWEEN '2026-06-30' AND '2026-07-02'"
    assert f" FROM ad_group_ad {between} " in query_of(STREAM["ad_days"], days)
    assert f" FROM customer {between} " in totals_query(days)


def test_snapshots_leave_nothing_out() -> None:
    for name in ("accounts", "campaigns", "ad_groups", "ads"):
        assert "WHERE" not in query_of(STREAM[name], [])


def test_the_selected_fields_of_a_query_are_those_of_its_stream() -> None:
    for stream in STREAMS:
        assert selected_fields(query_of(stream, [])) == list(stream.fields)


def test_clicks_are_read_a_day_at_a_time() -> None:
    assert STREAM["click_views"].days_per_request == 1


def test_lookbacks_come_from_the_settings() -> None:
    config = GoogleAdsConfig(**credentials(), lookback_days=60, click_lookback_days=5)
    found = {s.name: s.lookback for s in streams_for(config) if s.kind is StreamKind.REPORT}
    assert found == {
        "campaign_days": timedelta(days=60),
        "ad_days": timedelta(days=60),
        "click_views": timedelta(days=5),
    }


def test_customer_ids_may_be_written_as_people_write_them() -> None:
    config = GoogleAdsConfig(
        **credentials(), login_customer_id="555-000-1000", accounts=["555-000-1001"]
    )
    assert (config.login_customer_id, config.accounts) == ("5550001000", ("5550001001",))


@pytest.mark.parametrize("wrong", [{"accounts": ["act_1"]}, {"login_customer_id": "12"}, {"x": 1}])
def test_wrong_settings_are_refused(wrong) -> None:
    with pytest.raises(ValidationError):
        GoogleAdsConfig(**credentials(), **wrong)


def test_secrets_do_not_show_in_the_settings() -> None:
    shown = repr(GoogleAdsConfig(**credentials()))
    for secret in ("client_secret", "refresh_token", "developer_token"):
        assert credentials()[secret].get_secret_value() not in shown
