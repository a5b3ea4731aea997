"""Accounts, shops and properties that a credential reaches."""

from dataclasses import dataclass
from enum import StrEnum


class AccountStatus(StrEnum):
    ACTIVE = "active"
    UNAVAILABLE = "unavailable"  # closed, suspended, or no longer shared with the credential


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account, shop or property behind a credential; `timezone` is an IANA name.

    With `is_defect`, the vendor describes it in a form that the connector does not know: it cannot
    be read, and the connector must be adapted.
    """

    account_id: str
    name: str = ""
    timezone: str = "UTC"
    currency: str | None = None
    status: AccountStatus = AccountStatus.ACTIVE
    reason: str = ""
    is_defect: bool = False


def undescribed(account_id: str, what: object) -> Account:
    """An account of an unknown form, which cannot be read; other accounts can."""
    return Account(
        account_id=account_id,
        status=AccountStatus.UNAVAILABLE,
        reason=f"the vendor describes it in an unknown form: {what}",
        is_defect=True,
    )
