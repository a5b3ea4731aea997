"""The usage headers: percent of budgets used, and minutes until access is regained."""

import threading
from collections.abc import Mapping

from trueup_simulators.faults import FaultRule
from trueup_simulators.meta_ads.encoding import encode

TIER = "standard_access"
# Points an account has per hour in the full tier, before its active ads are counted.
HOURLY_BUDGET = 190_000


class UsageMeter:
    """Counts calls per account and simulated hour. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._hour = ""
        self._calls: dict[str, int] = {}

    def count(self, account_id: str, hour: str) -> int:
        """Count one call; returns the account's percentage of its budget."""
        with self._lock:
            if hour != self._hour:
                self._hour, self._calls = hour, {}
            self._calls[account_id] = self._calls.get(account_id, 0) + 1
            return min(100, self._calls[account_id] * 100 // HOURLY_BUDGET)


def usage_headers(account_id: str, percent: int, minutes: int = 0) -> dict[str, str]:
    """All four headers. `minutes` is how long the vendor thinks the caller must stay away."""
    shares = {"call_count": percent, "total_cputime": percent // 2, "total_time": percent // 2}
    case = {
        "type": "ads_insights",
        **shares,
        "estimated_time_to_regain_access": minutes,
        "ads_api_access_tier": TIER,
    }
    account = {
        "acc_id_util_pct": percent,
        "reset_time_duration": minutes * 60,
        "ads_api_access_tier": TIER,
    }
    throttle = {
        "app_id_util_pct": percent / 10,
        "acc_id_util_pct": percent,
        "ads_api_access_tier": TIER,
    }
    headers: Mapping[str, object] = {
        "X-App-Usage": {"call_count": percent // 10, "total_cputime": 0, "total_time": 0},
        "X-Ad-Account-Usage": account,
        "X-Business-Use-Case-Usage": {account_id or "0": [case]},
        "X-FB-Ads-Insights-Throttle": throttle,
    }
    return {name: encode(value) for name, value in headers.items()}


def usage_of_rule(rule: FaultRule, account_id: str) -> dict[str, str]:
    """The headers a rule with `percent` (default 100) and `minutes` (default 0) asks for."""
    percent, minutes = int(rule.params.get("percent", 100)), int(rule.params.get("minutes", 0))
    return usage_headers(account_id, percent, minutes)
