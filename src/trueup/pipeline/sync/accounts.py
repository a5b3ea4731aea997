"""The accounts of a source as far as they can be read; a strange one stops no other."""

from dataclasses import replace

from trueup.core.account import Account, AccountStatus
from trueup.core.source import Source
from trueup.core.time_zones import is_zone
from trueup.errors import ContractError
from trueup.privacy.log_redaction import redacted


def usable_accounts(source: Source) -> list[Account]:
    """Every account of the source; those whose days cannot be told are unavailable."""
    return [_with_known_zone(_without_personal(account)) for account in source.accounts()]


def defect_of(name: str, account: Account) -> ContractError | None:
    """The error of an account that the connector does not understand; None of any other."""
    if not account.is_defect:
        return None
    return ContractError(
        f"sources.{name}: account {account.account_id}: {account.reason}",
        why="Nothing of this account was read; the other accounts go on.",
        hint="The API changed: the connector must be adapted.",
        code="TUP-502",
    )


def _with_known_zone(account: Account) -> Account:
    if account.status is not AccountStatus.ACTIVE or is_zone(account.timezone):
        return account
    zone = repr(account.timezone) if account.timezone else "none"
    return replace(
        account,
        timezone="UTC",
        status=AccountStatus.UNAVAILABLE,
        reason=f"its time zone is {zone}, which is unknown here: its days cannot be told",
    )


def _without_personal(account: Account) -> Account:
    # Names go into headers and tables without passing the validator that records pass.
    return replace(account, name=redacted(account.name), reason=redacted(account.reason))
