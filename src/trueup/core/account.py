"""Accounts, shops and properties that a credential reaches."""

from dataclasses import dataclass
from enum import StrEnum


class AccountStatus(StrEnum):
    ACTIVE = "active"
    UNAVAILABLE = "unavailable"  # closed, suspended, or no longer shared with the credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, shop or property behind a credential; `timezone` is an IANA name."""

    account_id: str
    name: str = ""
    timezone: str = "UTC"
    currency: str | None = None
    status: AccountStatus = AccountStatus.ACTIVE
    reason: str = ""
