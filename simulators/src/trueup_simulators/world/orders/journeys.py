"""Customer journeys as the shop saw them: visits with landing pages, some evidence lost."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from trueup_simulators.world.ads.clicks import AccountClicks
from trueup_simulators.world.calendar import MICROS_PER_SECOND, instant
from trueup_simulators.world.commerce import Moment
from trueup_simulators.world.orders.heads import HOUR, NOBODY
from trueup_simulators.world.orders.order_attribution import (
    EMAIL,
    MARKETPLACE,
    ORGANIC,
    REFERRAL,
    Causes,
)

STOREFRONT = "https://brightcart.example"
FIRST_MOMENT_ID = 310_000_000_000

# Shares of journeys. All evidence goes, or only the visit that mattered, or its click id or tags.
UNSEEN = 0.08
CAUSE_LOST = 0.15
CLICK_ID_LOST = 0.23
TAGS_LOST = 0.30
EARLIER_VISIT = 0.25
DIRECT_RETURN = 0.30


@dataclass(frozen=True, slots=True)
class _Visit:
    at: int
    source: str
    referrer: str | None
    parameters: dict[str, str]


def journey(
    causes: Causes, order: int, placed_at: int, sequence: int, accounts: Sequence[AccountClicks]
) -> tuple[Moment, ...] | None:
    """The moments before an order, oldest first; None where the shop could not see any."""
    if causes.evidence[0, order] < UNSEEN or causes.channel[order] == MARKETPLACE:
        return None
    visits = _visits(causes, order, placed_at, accounts)
    visits.sort(key=lambda visit: visit.at)
    return tuple(
        Moment(
            id=FIRST_MOMENT_ID + sequence * 8 + place,
            occurred_at=instant(visit.at),
            landing_page=_landing_page(visit, order),
            referrer_url=visit.referrer,
            source=visit.source,
            utm=_utm(visit.parameters),
        )
        for place, visit in enumerate(visits)
    )


def _visits(
    causes: Causes, order: int, placed_at: int, accounts: Sequence[AccountClicks]
) -> list[_Visit]:
    seen, earlier, back = causes.evidence[0, order], *causes.evidence[1:3, order]
    caused_at = int(causes.caused_at[order])
    visits = []
    if earlier < EARLIER_VISIT:
        before = caused_at - int(earlier / EARLIER_VISIT * 72 * HOUR) - HOUR
        visits.append(_Visit(_second(before), "google", "https://www.google.com/", {}))
    lost = seen < CAUSE_LOST
    if not (lost and causes.is_cause[order]) and causes.click_account[order] != NOBODY:
        visits.append(_ad_visit(causes, order, accounts))
    if not (lost or causes.is_cause[order]):
        visits.append(_plain_visit(int(causes.channel[order]), caused_at))
    if lost or back < DIRECT_RETURN:
        span = placed_at - caused_at
        visits.append(_Visit(_second(placed_at - span // 10), "direct", None, {}))
    return visits


def _ad_visit(causes: Causes, order: int, accounts: Sequence[AccountClicks]) -> _Visit:
    clicks = accounts[int(causes.click_account[order])]
    catalog = clicks.days.units.catalog
    google = catalog.account.platform == "google_ads"
    clicked_at = int(causes.clicked_at[order])
    unit = int(causes.click_unit[order])
    ad = clicks.days.units.id_columns[2][unit].as_py()
    campaign = int(clicks.days.units.campaign[unit])
    tags = {
        "utm_source": "google" if google else "facebook",
        "utm_medium": "cpc" if google else "paid_social",
        "utm_campaign": catalog.campaign_name(campaign, clicked_at),
        "utm_id": catalog.campaign_ids[campaign],
    }
    if ad is not None:
        tags["utm_content"] = ad
    proof = {"gclid" if google else "fbclid": causes.click_id[order]}
    seen = causes.evidence[0, order]
    if CAUSE_LOST <= seen < CLICK_ID_LOST:
        proof = {}
    elif CLICK_ID_LOST <= seen < TAGS_LOST:
        tags = {}
    source, referrer = (
        ("google", "https://www.google.com/") if google else ("facebook", "https://l.facebook.com/")
    )
    return _Visit(clicked_at, source, referrer, tags | proof)


def _plain_visit(channel: int, at: int) -> _Visit:
    if channel == EMAIL:
        tags = {"utm_source": "newsletter", "utm_medium": "email", "utm_campaign": "weekly"}
        return _Visit(at, "newsletter", None, tags)
    if channel == ORGANIC:
        return _Visit(at, "google", "https://www.google.com/", {})
    if channel == REFERRAL:
        return _Visit(at, "an unknown source", "https://blog.example/best-lamps", {})
    return _Visit(at, "direct", None, {})


def _landing_page(visit: _Visit, order: int) -> str:
    page = f"{STOREFRONT}/products/product-{order % 36:03d}"
    return f"{page}?{urlencode(visit.parameters)}" if visit.parameters else page


def _utm(parameters: dict[str, str]) -> dict[str, str] | None:
    tags = {
        name.removeprefix("utm_"): value
        for name, value in parameters.items()
        if name.startswith("utm_")
    }
    return tags or None


def _second(micros_utc: int) -> int:
    return micros_utc - micros_utc % MICROS_PER_SECOND
