"""The vendor's usage headers: percent of a budget used, never what is left."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

_BUSINESS = "x-business-use-case-usage"
_ACCOUNT = "x-ad-account-usage"
_INSIGHTS = "x-fb-ads-insights-throttle"
_APP = "x-app-usage"


@dataclass(frozen=True, slots=True)
class Usage:
    """Highest percentages an answer named, and the longest pause it asks for."""

    account_percent: float
    app_percent: float
    pause_seconds: float


def read_usage(headers: Mapping[str, str]) -> Usage:
    """Usage from the headers of one response; 0 if absent or unreadable."""
    cases = _business_cases(headers)
    account, insights, app = (_object(headers, name) for name in (_ACCOUNT, _INSIGHTS, _APP))
    of_account = [_number(account, "acc_id_util_pct"), _number(insights, "acc_id_util_pct")]
    of_account += [_highest_share(case) for case in cases]
    reset_seconds = _number(account, "reset_time_duration")
    return Usage(
        account_percent=max(of_account),
        app_percent=max(_highest_share(app), _number(insights, "app_id_util_pct")),
        pause_seconds=max(minutes_to_regain_access(headers) * 60.0, reset_seconds),
    )


def minutes_to_regain_access(headers: Mapping[str, str]) -> float:
    """The vendor's estimate, in minutes; 0 when it gives none."""
    cases = _business_cases(headers)
    return max((_number(case, "estimated_time_to_regain_access") for case in cases), default=0.0)


def _business_cases(headers: Mapping[str, str]) -> list[dict[str, Any]]:
    # {"<business or account id>": [{"type": "ads_insights", "call_count": 12, ...}, ...]}
    by_owner = _object(headers, _BUSINESS)
    lists = (cases for cases in by_owner.values() if isinstance(cases, list))
    return [case for cases in lists for case in cases if isinstance(case, dict)]


def _highest_share(usage: Mapping[str, Any]) -> float:
    return max(_number(usage, key) for key in ("call_count", "total_cputime", "total_time"))


def _object(headers: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(headers.get(name, "{}"), type=dict[str, Any])
    except msgspec.MsgspecError:
        # Headers only advise; an unreadable one must not cost the answer.
        return {}


def _number(values: Mapping[str, Any], key: str) -> float:
    value = values.get(key, 0)
    return float(value) if isinstance(value, int | float) else 0.0
