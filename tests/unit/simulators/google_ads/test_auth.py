"""Tokens and headers."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests.unit.simulators.google_ads.conftest import (
    CLOSED,
    MANAGER,
    US,
    Api,
    error_code,
    grant,
)
from trueup_simulators.google_ads.auth import Gate
from trueup_simulators.google_ads.errors import ApiError
from trueup_simulators.world import SimulatedClock
from trueup_simulators.world.entities import AdAccount

QUERY = "SELECT customer.id FROM customer"


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"refresh_token": "1//old"}, 400, "invalid_grant"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"client_id": "wrong"}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
    ],
)
def test_wrong_grants_are_refused(
    changes: dict[str, str], status: int, error: str, api: Api
) -> None:
    answer = api.http.post("/oauth2/token", data=grant(**changes))
    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_an_access_token_lives_an_hour(api: Api) -> None:
    api.clock.advance(timedelta(minutes=59))
    assert api.search(QUERY).status_code == 200
    api.clock.advance(timedelta(minutes=1))
    answer = api.search(QUERY)
    assert answer.status_code == 401
    assert answer.json()["error"]["details"][0]["reason"] == "ACCESS_TOKEN_EXPIRED"


@pytest.mark.parametrize(
    ("header", "value", "status", "code"),
    [
        ("developer-token", None, 400, {"requestError": "DEVELOPER_TOKEN_PARAMETER_MISSING"}),
        ("developer-token", "wrong", 401, {"authenticationError": "DEVELOPER_TOKEN_INVALID"}),
        ("login-customer-id", None, 403, {"authorizationError": "USER_PERMISSION_DENIED"}),
        ("login-customer-id", US, 403, {"authorizationError": "USER_PERMISSION_DENIED"}),
        ("login-customer-id", "555-000-1000", 400, {"headerError": "INVALID_LOGIN_CUSTOMER_ID"}),
    ],
)
def test_headers_decide_what_can_be_seen(
    header: str, value: str | None, status: int, code: dict[str, str], api: Api
) -> None:
    if value is None:
        del api.headers[header]
    else:
        api.headers[header] = value
    answer = api.search(QUERY)
    assert (answer.status_code, error_code(answer)) == (status, code)


@pytest.mark.parametrize("token", ["", "Basic abc", "Bearer ya29.1-forged", "Bearer nonsense"])
def test_a_bearer_token_that_was_not_issued_is_refused(token: str, api: Api) -> None:
    api.headers["Authorization"] = token
    assert api.search(QUERY).status_code == 401


@pytest.mark.parametrize(
    ("customer", "status", "code"),
    [
        (CLOSED, 403, {"authorizationError": "CUSTOMER_NOT_ENABLED"}),
        ("9999999999", 403, {"authorizationError": "USER_PERMISSION_DENIED"}),
        ("555-000-1001", 400, {"requestError": "INVALID_CUSTOMER_ID"}),
        ("1010000000000001", 400, {"requestError": "INVALID_CUSTOMER_ID"}),
    ],
)
def test_accounts_out_of_reach_are_refused_by_name(
    customer: str, status: int, code: dict[str, str], api: Api
) -> None:
    answer = api.search(QUERY, customer)
    assert (answer.status_code, error_code(answer)) == (status, code)


def test_a_manager_is_reached_without_naming_it(api: Api) -> None:
    del api.headers["login-customer-id"]
    assert api.search(QUERY, MANAGER).status_code == 200


def test_another_manager_opens_nothing() -> None:
    def account(account_id: str, manager_id: str | None) -> AdAccount:
        return AdAccount(
            platform="google_ads",
            account_id=account_id,
            name="",
            currency="EUR",
            timezone="UTC",
            manager_id=manager_id,
        )

    world = SimpleNamespace(
        accounts=(account("1" * 10, None), account("2" * 10, None), account("3" * 10, "1" * 10))
    )
    gate = Gate(world, SimulatedClock(datetime(2026, 7, 1, tzinfo=UTC)))
    assert gate.account("3" * 10, {"login-customer-id": "1" * 10}).manager_id == "1" * 10
    with pytest.raises(ApiError, match="permission"):
        gate.account("3" * 10, {"login-customer-id": "2" * 10})
