"""Settings of the Meta Ads source."""

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator


class MetaAdsConfig(BaseModel):
    """Settings of a Meta Ads source in the project file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    access_token: SecretStr = Field(description="Token of a system user with ads_read.")
    app_secret: SecretStr | None = Field(
        default=None, description="Secret of the app; needed when it requires signed requests."
    )
    accounts: tuple[str, ...] = Field(
        default=(), description="Ids of the ad accounts to read; empty for all the token reaches."
    )
    base_url: str = Field(
        default="https://graph.facebook.com", description="Where the GraphClient API answers."
    )
    lookback_days: int = Field(
        default=28, ge=1, le=90, description="Days before today that are read again."
    )
    days_per_request: int = Field(
        default=14, ge=1, le=90, description="Days that one read of a report covers at most."
    )
    sync_days: int = Field(
        default=3, ge=0, description="Reports of more days are asked for as report runs."
    )
    page_size: int = Field(default=500, ge=1, le=5000, description="Records asked for per page.")
    requests_per_second: float = Field(default=20.0, gt=0, description="Bound for all accounts.")
    usage_percent: float = Field(
        default=90.0, gt=0, le=100, description="Pause when a budget is used up to this share."
    )
    usage_pause_seconds: float = Field(
        default=30.0, ge=0, description="Pause above usage_percent when the vendor names none."
    )
    throttle_wait_seconds: float = Field(
        default=60.0, ge=0, description="Wait when throttled and the vendor does not say how long."
    )
    poll_seconds: float = Field(
        default=0.2,
        gt=0,
        description="First wait for a report run; each is half longer, up to 30 s.",
    )
    stall_seconds: float = Field(
        default=900.0, gt=0, description="A report run without progress this long is given up."
    )
    recheck_seconds: float = Field(
        default=2.0, ge=0, description="Wait before reading again what did not add up."
    )
    attempts: int = Field(
        default=3, ge=1, le=10, description="How often a report run is started until one ends."
    )

    @field_validator("accounts")
    @classmethod
    def _plain_ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        plain = tuple(account_id.removeprefix("act_") for account_id in value)
        for account_id in plain:
            if not account_id.isdecimal():
                raise ValueError(f"holds {account_id!r}, which is not the number of an ad account")
        return plain
