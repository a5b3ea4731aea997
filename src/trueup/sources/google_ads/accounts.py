"""Clients as the API describes them, and accounts without access."""

import msgspec

from trueup.core.account import Account, AccountStatus


class Client(msgspec.Struct, rename="camel"):
    id: str
    descriptive_name: str = ""
    currency_code: str | None = None
    time_zone: str = "UTC"
    manager: bool = False
    status: str = "UNKNOWN"


class ClientRow(msgspec.Struct, rename="camel"):
    customer_client: Client


def account_of(client: Client) -> Account:
    # Of a suspended account the API still answers for its last days; of the others it refuses to.
    is_active = client.status in ("ENABLED", "SUSPENDED")
    return Account(
        account_id=client.id,
        name=client.descriptive_name,
        timezone=client.time_zone,
        currency=client.currency_code,
        status=AccountStatus.ACTIVE if is_active else AccountStatus.UNAVAILABLE,
        reason="" if is_active else f"the account is {client.status.lower()}",
    )


def unavailable(account_id: str, reason: str) -> Account:
    return Account(account_id=account_id, status=AccountStatus.UNAVAILABLE, reason=reason)
