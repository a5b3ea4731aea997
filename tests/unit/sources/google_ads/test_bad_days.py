"""Refusals, outages, lies: what is waited out, what ends the read, what only one account loses."""

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from tests.unit.sources.google_ads.simulated import (
    CLOSED,
    DAY,
    DE,
    MANAGER,
    NOW,
    STREAM,
    US,
    google,
    local_days,
)
from trueup.core.account import Account, AccountStatus
from trueup.errors import (
    AccessError,
    AccountUnavailableError,
    BeyondReachError,
    ConfigError,
    ContractError,
    IncompleteReadError,
    TransientError,
    TrueupError,
)
from trueup.sources.google_ads.client import Search, _check_mask, _Rest
from trueup_simulators.faults import FaultRule

SEARCH = "googleAds:search"


def on_ads(kind: str, times: int | None = 1, **params: Any) -> FaultRule:
    """A rule that waits for a query for ads."""
    return FaultRule(kind=kind, match="FROM ad_group_ad", times=times, params=params)


def on_pages(kind: str, times: int | None = 1, **params: Any) -> FaultRule:
    """A rule of the vendor's own, which only sees the address."""
    return FaultRule(kind=kind, match=f"{US.account_id}/{SEARCH}", times=times, params=params)


@pytest.fixture(scope="module")
def whole() -> list[Any]:
    with google() as here:
        return here.rows("ad_days", DAY, 3)


@pytest.mark.parametrize(
    "rule",
    [
        on_ads("throttle", 2),
        on_ads("status", 2, status=500),
        on_ads("status", 2, status=503),
        on_ads("status", 1, status=504),
        on_ads("status", 1, status=500, code="TRANSIENT_ERROR"),
        on_ads("throttle", code="EXCESSIVE_SHORT_TERM_QUERY_RESOURCE_CONSUMPTION"),
        on_ads("disconnect"),
        on_ads("truncate"),
        on_ads("truncate", mode="length"),
        on_ads("html_200"),
        on_ads("garbage"),
        on_pages("expired_page_token", 2),
        on_pages("last_page_lost"),
        on_pages("repeat_cursor"),
        on_pages("count_mismatch"),
        on_pages("row_lost"),
        on_pages("duplicate_delivery", counted=False),
        on_pages("duplicate_delivery"),
        on_pages("duplicate_page"),
    ],
    ids=lambda rule: f"{rule.kind}-{dict(rule.params)}",
)
def test_what_passes_by_itself_loses_nothing(rule: FaultRule, whole: list[Any]) -> None:
    with google(rule) as here:
        assert without_repeats(here.rows("ad_days", DAY, 3)) == whole
        assert here.faults.fired()[rule.kind] == rule.times


def without_repeats(rows: list[Any]) -> list[Any]:
    """Rows that came twice once, as readers keep them."""
    return [row for n, row in enumerate(rows) if row not in rows[:n]]


@pytest.mark.parametrize(
    "kind", ["last_page_lost", "repeat_cursor", "count_mismatch", "row_lost", "duplicate_page"]
)
def test_what_is_never_proved_complete_never_ends_well(kind: str) -> None:
    with google(on_pages(kind, None)) as here:
        source, window = here.source, local_days(DAY, 3, US)
        with pytest.raises(IncompleteReadError) as raised:
            list(source.read(source.streams[5], US, window))
        assert raised.value.code == "TUP-520"
        assert here.faults.fired()[kind] >= 1


def test_clicks_of_a_page_that_came_in_place_of_another_are_not_lost() -> None:
    with google() as here:
        clicks = {row["clickView"]["gclid"] for row in here.rows("click_views")}
    repeated = FaultRule(kind="duplicate_page", match=f"{US.account_id}/{SEARCH}", after=2)
    with google(repeated) as here:
        found = {row["clickView"]["gclid"] for row in here.rows("click_views")}
        assert here.faults.fired()["duplicate_page"] == 1
    assert found == clicks


def test_a_token_that_always_expires_ends_the_read() -> None:
    with google(on_pages("expired_page_token", None)) as here:
        with pytest.raises(TransientError, match="EXPIRED_PAGE_TOKEN"):
            here.rows("ad_days", DAY, 3)
        assert here.faults.fired()["expired_page_token"] == 3


def test_the_delay_that_the_vendor_asks_for_is_waited() -> None:
    with google(on_ads("throttle", 1, retry_delay_seconds=7)) as here:
        here.rows("ad_days")
        assert here.waiting.sleeps == [7.5]


def test_a_used_up_day_stops_every_account_at_once() -> None:
    with google(on_ads("daily_quota")) as here:
        with pytest.raises(TransientError, match="RESOURCE_EXHAUSTED") as raised:
            here.rows("ad_days")
        assert raised.value.retry_after_seconds == 36_000
        sent = len(here.faults.requests)
        with pytest.raises(TransientError, match="pause"):
            here.rows("campaign_days", account=DE)
        assert len(here.faults.requests) == sent
        assert here.waiting.sleeps == []


def test_an_exhausted_account_does_not_hold_up_the_others() -> None:
    rule = on_ads("throttle", None, code="RESOURCE_EXHAUSTED", retry_delay_seconds=36_000)
    with google(rule) as here:
        with pytest.raises(TransientError):
            here.rows("ad_days")
        assert here.rows("campaign_days", account=DE)
        assert here.waiting.sleeps == []


def test_an_access_token_that_ended_is_renewed() -> None:
    with google() as here:
        here.rows("campaign_days")
        here.clock.advance(timedelta(hours=2))
        assert here.rows("campaign_days")
        assert [r.status for r in here.faults.requests].count(401) == 1


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"refresh_token": SecretStr("1//expired")}, ("refresh_token", "TUP-401")),
        ({"client_secret": SecretStr("wrong")}, ("client_secret", "TUP-402")),
        ({"developer_token": SecretStr("another")}, ("developer_token", "TUP-400")),
        ({"login_customer_id": DE.account_id}, ("login_customer_id", "TUP-403")),
    ],
    ids=["refresh token", "client secret", "developer token", "login customer"],
)
def test_a_wrong_credential_says_which_one_and_shows_none(
    settings: dict[str, Any], told: tuple[str, str]
) -> None:
    with google(**settings) as here, pytest.raises(AccessError) as raised:
        here.source.accounts()
    assert told[0] in raised.value.hint
    assert told[1] == raised.value.code
    for value in settings.values():
        if isinstance(value, SecretStr):
            assert value.get_secret_value() not in str(raised.value)
    assert not isinstance(raised.value, AccountUnavailableError)


def test_invalid_grant_is_never_retried() -> None:
    with google(FaultRule(kind="invalid_grant", times=None)) as here:
        with pytest.raises(AccessError, match="invalid_grant"):
            here.source.accounts()
        assert here.faults.fired()["invalid_grant"] == 1
        assert here.waiting.sleeps == []


@pytest.mark.parametrize("kind", ["account_disabled", "account_revoked"])
def test_a_lost_account_is_unavailable_and_its_siblings_go_on(kind: str) -> None:
    with google(FaultRule(kind=kind, match=f"{DE.account_id}/{SEARCH}", times=None)) as here:
        with pytest.raises(AccountUnavailableError) as raised:
            here.rows("ad_days", account=DE)
        assert raised.value.hint
        assert here.rows("ad_days", account=US)


def test_a_closed_account_is_unavailable_when_read_anyway() -> None:
    with google() as here, pytest.raises(AccountUnavailableError, match="CUSTOMER_NOT_ENABLED"):
        here.rows("ad_days", account=Account(account_id=CLOSED))


def test_chosen_accounts_out_of_reach_are_marked_and_none_at_all_is_an_error() -> None:
    with google(accounts=(US.account_id, "9999999999")) as here:
        found = {account.account_id: account.status for account in here.source.accounts()}
    assert found == {US.account_id: AccountStatus.ACTIVE, "9999999999": AccountStatus.UNAVAILABLE}
    with google(accounts=("9999999999",)) as here, pytest.raises(ConfigError) as raised:
        here.source.accounts()
    assert US.account_id in raised.value.hint


def test_clicks_beyond_their_reach_are_an_error_not_a_zero() -> None:
    with google() as here, pytest.raises(BeyondReachError) as raised:
        here.rows("click_views", DAY - timedelta(days=100))
    assert "90 days" in raised.value.hint
    assert raised.value.code == "TUP-534"


@pytest.mark.parametrize("name", ["campaign_days", "ad_days", "click_views"])
def test_days_within_the_declared_reach_are_answered_and_older_ones_are_refused(name: str) -> None:
    today = NOW.astimezone(ZoneInfo(US.timezone)).date()
    first = today - STREAM[name].reach
    with google() as here:
        assert here.rows(name, first) == []
        with pytest.raises(BeyondReachError):
            here.rows(name, first - timedelta(days=6))


def test_a_mask_without_a_field_is_not_taken_for_zeros() -> None:
    query = "SELECT a.b_c, d.e FROM a"
    search = Search(customer_id=US.account_id, login_id=MANAGER, query=query, key=("d.e",))
    _check_mask(search, _Rest(field_mask="a.bC,d.e"))
    with pytest.raises(ContractError, match=r"d\.e"):
        _check_mask(search, _Rest(field_mask="a.bC"))


@pytest.mark.parametrize("mode", ["nan", "huge", "missing", "duplicate_key", "lone_surrogate"])
def test_a_spoiled_record_is_handed_on_as_sent_with_its_siblings(
    mode: str, whole: list[Any]
) -> None:
    rule = on_pages("bad_record", record=1, mode=mode)
    with google(rule) as here:
        pages = here.pages("ad_days", US, local_days(DAY, 3, US))
        assert here.faults.fired()["bad_record"] == 1
    records = [bytes(record) for page in pages for record in page.records]
    sound = [json.loads(r) for n, r in enumerate(records) if n != 1]
    assert sound == [row for n, row in enumerate(whole) if n != 1]


def test_totals_of_an_unknown_form_are_an_error_of_ours() -> None:
    with google(on_pages("bad_record", mode="nan")) as here, pytest.raises(TrueupError):
        here.totals(DAY, 1)


def test_days_that_cannot_be_answered_in_time_become_fewer() -> None:
    with google() as here:
        sound = here.rows("ad_days", DAY, 5)
    with google(FaultRule(kind="too_slow", times=None, params={"above": 2})) as here:
        assert here.rows("ad_days", DAY, 5) == sound
        assert here.faults.fired()["too_slow"] == 1
        here.rows("ad_days", DAY, 5)
        assert here.faults.fired()["too_slow"] == 1


def test_a_single_day_that_cannot_be_answered_in_time_is_asked_for_again() -> None:
    with google(FaultRule(kind="too_slow", times=2, params={"above": 0})) as here:
        assert here.rows("ad_days", DAY, 1)
        assert here.faults.fired()["too_slow"] == 2
