"""Settings of the Google Ads source."""

import re

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

_CUSTOMER_ID = re.compile(r"[0-9]{10}")


class GoogleAdsConfig(BaseModel):
    """Settings of a Google Ads source in the project file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client_id: str = Field(description="Id of the OAuth client.")
    client_secret: SecretStr = Field(description="Secret of the OAuth client.")
    refresh_token: SecretStr = Field(description="Refresh token with the scope adwords.")
    developer_token: SecretStr = Field(description="Developer token of the manager account.")
    login_customer_id: str | None = Field(
        default=None, description="Manager account to go through; empty for all within reach."
    )
    accounts: tuple[str, ...] = Field(
        default=(), description="Customer ids to read; empty for all clients within reach."
    )
    base_url: str = Field(
        default="https://googleads.googleapis.com", description="Where the API answers."
    )
    token_url: str = Field(
        default="https://oauth2.googleapis.com/token", description="Where access tokens are got."
    )
    lookback_days: int = Field(
        default=30, ge=1, le=90, description="Days before today whose figures are read again."
    )
    click_lookback_days: int = Field(
        default=3, ge=1, le=90, description="Days before today whose clicks are read again."
    )
    requests_per_second: float = Field(default=20.0, gt=0, description="Bound for all accounts.")
    daily_requests: int | None = Field(
        default=None, ge=1, description="Bound of one run; Basic access has 15,000 queries a day."
    )

    @field_validator("login_customer_id")
    @classmethod
    def _plain_login(cls, value: str | None) -> str | None:
        return None if value is None else plain_customer_id(value)

    @field_validator("accounts")
    @classmethod
    def _plain_accounts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(plain_customer_id(account_id) for account_id in value)


def plain_customer_id(text: str) -> str:
    """Ten digits, as the API wants them; people write 555-000-1001. Raises ValueError."""
    plain = text.replace("-", "")
    if not _CUSTOMER_ID.fullmatch(plain):
        raise ValueError(f"holds {text!r}, which is not a customer id of ten digits")
    return plain
