"""Accounts that a vendor describes strangely stop no other."""

import json
from dataclasses import dataclass

import pytest

from trueup.core.account import Account, AccountStatus
from trueup.pipeline.sync.accounts import defect_of, usable_accounts
from trueup.sources.google_ads.accounts import read_client
from trueup.sources.meta_ads import _account


@dataclass
class Told:
    """A source that tells of these accounts."""

    told: list[Account]

    def accounts(self) -> list[Account]:
        return self.told


@pytest.mark.parametrize("zone", ["", "Mars/Olympus_Mons", "America", "../etc/passwd", "\x00"])
def test_an_account_without_a_known_zone_is_unavailable_and_its_sibling_is_not(zone: str) -> None:
    accounts = [Account(account_id="1", timezone=zone), Account(account_id="2")]
    strange, sound = usable_accounts(Told(accounts))
    assert (strange.status, strange.timezone) == (AccountStatus.UNAVAILABLE, "UTC")
    assert "time zone" in strange.reason
    assert defect_of("vendor", strange) is None
    assert sound == accounts[1]


GOOGLE = {"customerClient": {"id": "5", "timeZone": "Europe/Berlin", "status": "ENABLED"}}
META = {"account_id": "5", "currency": "EUR", "account_status": 1, "timezone_name": "Asia/Tokyo"}


@pytest.mark.parametrize(
    ("read", "row", "changes"),
    [
        (read_client, GOOGLE, {"customerClient": {"id": "5", "timeZone": 7}}),
        (read_client, GOOGLE, {"customerClient": {"id": "5", "status": []}}),
        (_account, META, {"currency": None}),
        (_account, META, {"account_status": "closed"}),
    ],
)
def test_an_account_of_an_unknown_form_is_a_defect_of_its_own(read, row, changes) -> None:
    assert read(json.dumps(row).encode()).status is AccountStatus.ACTIVE
    strange = read(json.dumps(row | changes).encode())
    assert (strange.account_id, strange.status) == ("5", AccountStatus.UNAVAILABLE)
    error = defect_of("vendor", strange)
    assert error is not None
    assert (error.code, error.exit_code) == ("TUP-502", 5)


@pytest.mark.parametrize(
    ("read", "row"),
    [
        (read_client, {"customerClient": {"id": "5", "status": "ENABLED"}}),
        (_account, META | {"timezone_name": None}),
    ],
)
def test_an_account_whose_zone_is_not_told_has_none(read, row) -> None:
    account = read(json.dumps(row).encode())
    assert (account.timezone, account.status) == ("", AccountStatus.ACTIVE)
    [unavailable] = usable_accounts(Told([account]))
    assert unavailable.status is AccountStatus.UNAVAILABLE


@pytest.mark.parametrize("record", [b"{", b"[]", b'{"account_id":{}}', b"\xff"])
def test_an_account_that_cannot_be_read_at_all_is_still_told(record: bytes) -> None:
    assert _account(record).account_id == "?"
    assert read_client(record).account_id == "?"
