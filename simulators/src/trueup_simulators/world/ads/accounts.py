"""The ad accounts of the retailer: five live ones, in three time zones and three currencies."""

from trueup_simulators.world.entities import AdAccount

MANAGER = "5550001000"

ACCOUNTS: tuple[AdAccount, ...] = (
    AdAccount(
        platform="google_ads", account_id=MANAGER, name="BrightCart HQ", currency="USD",
        timezone="America/New_York", is_manager=True,
    ),
    AdAccount(
        platform="google_ads", account_id="5550001001", name="BrightCart US", currency="USD",
        timezone="America/New_York", manager_id=MANAGER,
    ),
    AdAccount(
        platform="google_ads", account_id="5550001002", name="BrightCart DE", currency="EUR",
        timezone="Europe/Berlin", manager_id=MANAGER,
    ),
    AdAccount(
        platform="google_ads", account_id="5550001003", name="BrightCart UK", currency="GBP",
        timezone="Europe/London", status="CANCELED", manager_id=MANAGER,
    ),
    AdAccount(
        platform="meta_ads", account_id="1010000000000001", name="BrightCart US", currency="USD",
        timezone="America/New_York",
    ),
    AdAccount(
        platform="meta_ads", account_id="1010000000000002", name="BrightCart DE", currency="EUR",
        timezone="Europe/Berlin",
    ),
    AdAccount(
        platform="meta_ads", account_id="1010000000000003", name="BrightCart JP", currency="JPY",
        timezone="Asia/Tokyo",
    ),
)  # fmt: skip
