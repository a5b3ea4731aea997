import pytest

from trueup.core.account import AccountStatus
from trueup.sources.google_ads.accounts import Client, account_of


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("ENABLED", AccountStatus.ACTIVE),
        ("SUSPENDED", AccountStatus.ACTIVE),
        ("CANCELED", AccountStatus.UNAVAILABLE),
        ("CLOSED", AccountStatus.UNAVAILABLE),
        ("UNKNOWN", AccountStatus.UNAVAILABLE),
    ],
)
def test_a_client_is_read_as_long_as_the_api_answers_for_it(
    status: str, expected: AccountStatus
) -> None:
    account = account_of(Client(id="1", status=status))
    assert (account.status, bool(account.reason)) == (expected, expected != AccountStatus.ACTIVE)
