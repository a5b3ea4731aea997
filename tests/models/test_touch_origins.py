"""Origin of a touchpoint (ad, page or letter), for all kinds of tags."""

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse

PLACED = "2026-06-20T12:00:00Z"
GOOGLE = {"source": "google", "medium": "cpc"}
FACEBOOK = {"source": "facebook", "medium": "paid_social"}
NEWSLETTER = {"source": "newsletter", "medium": "email"}
WITHOUT_PAGE = {"landingPage": None}


def tagged(source: str, medium: str, query: str = "", **utm: str) -> p.Row:
    return p.visit(1, PLACED, query, None, source=source, medium=medium, **utm)


def referred(referrer: str, **fields: object) -> p.Row:
    return p.visit(1, PLACED, "", referrer) | fields


# Name of the case, the visit before the order, its channel.
CHANNELS = [
    ("Meta's own name of Instagram", tagged("ig", "cpc"), "paid_social"),
    ("Meta's own name of its network", tagged("an", "paid"), "paid_social"),
    ("a medium that says paid", tagged("facebook", "paid", "fbclid=F1"), "paid_social"),
    ("Facebook without paid tags", tagged("facebook", "post", "fbclid=F1"), "organic_social"),
    ("paid by Google", tagged("google", "paid"), "paid_search"),
    ("banners of Google", tagged("google", "display"), "paid_search"),
    ("impressions of Google", tagged("google", "cpm"), "paid_search"),
    ("a click on Microsoft", tagged("bing", "cpc", "msclkid=M1"), "paid_other"),
    ("Microsoft by its tags", tagged("bing", "cpc"), "paid_other"),
    ("a video platform's ads", tagged("tiktok", "paid_social"), "paid_other"),
    ("some search ads", tagged("searchads", "cpc"), "paid_search"),
    ("a medium without a source", p.visit(1, PLACED, medium="push"), "other"),
    ("a search engine, the page unknown", referred("https://www.google.com/", **WITHOUT_PAGE),
     "organic_search"),
    ("a search app", referred("android-app://com.google.android.googlequicksearchbox/"),
     "organic_search"),
    ("a name that only ends like an engine's", referred("https://www.climbing.com/"), "referral"),
    ("a page that only ends like a network's", referred("https://notfacebook.com/"), "referral"),
    ("an engine's subdomain", referred("https://cn.bing.com/"), "organic_search"),
    ("letters read in a browser", referred("https://mail.google.com/"), "email"),
    ("letters read in an app", referred("android-app://com.google.android.gm/"), "email"),
]  # fmt: skip

# Name of the case, the visit, its channel, platform and campaign.
CAMPAIGNS = [
    ("a name both platforms have, by Google", tagged(**GOOGLE, campaign="Sale"),
     ("paid_search", "google_ads", "c2")),
    ("a name both platforms have, by Facebook", tagged(**FACEBOOK, campaign="Sale"),
     ("paid_social", "meta_ads", "m2")),
    ("a name only Google has, by Facebook", tagged(**FACEBOOK, campaign="Brand"),
     ("paid_social", None, "Unknown")),
    ("a name only Google has, by letter", tagged(**NEWSLETTER, campaign="Brand"),
     ("email", None, None)),
    ("a name only Google has, by Microsoft", tagged("bing", "cpc", campaign="Brand"),
     ("paid_other", None, "Unknown")),
    ("a name that two of Google's have", tagged(**GOOGLE, campaign="Twice"),
     ("paid_search", None, "Unknown")),
    ("Facebook's id, tagged as a post", tagged("facebook", "post", "fbclid=F1&utm_id=m1"),
     ("paid_social", "meta_ads", "m1")),
]  # fmt: skip


def meta_campaign(campaign: str, name: str) -> p.Row:
    return {"id": campaign, "account_id": "2", "name": name, "effective_status": "ACTIVE"}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("origins") / "w.duckdb")
    of_google = [("c1", "Brand"), ("c2", "Sale"), ("c3", "Twice"), ("c4", "Twice")]
    listed = [p.google_campaign(*campaign) for campaign in of_google]
    warehouse.load_windows("google_ads.campaigns", "1", {None: listed})
    listed = [meta_campaign("m1", "Prospects"), meta_campaign("m2", "Sale")]
    warehouse.load_windows("meta_ads.campaigns", "2", {None: listed})
    visits = [case[1] for case in (*CHANNELS, *CAMPAIGNS)]
    orders = [p.order(n, PLACED, [], visits=[visit]) for n, visit in enumerate(visits)]
    warehouse.load_records("shopify.orders", p.SHOP, orders)
    warehouse.transform()
    return warehouse


def credited(shop: Warehouse, number: int) -> list[tuple[object, ...]]:
    return shop.rows(
        "select credits.channel_code, campaigns.platform, "
        "coalesce(campaigns.campaign_id, nullif(campaigns.campaign_name, 'Not applicable')) "
        "from core.fact_attribution as credits inner join core.fact_orders using (order_dk) "
        "inner join core.dim_campaign as campaigns using (campaign_dk) where order_id = ?",
        str(number),
    )


@pytest.mark.parametrize("number", range(len(CHANNELS)), ids=[case[0] for case in CHANNELS])
def test_the_channel_of(shop: Warehouse, number: int) -> None:
    assert [channel for channel, _, _ in credited(shop, number)] == [CHANNELS[number][2]]


@pytest.mark.parametrize("number", range(len(CAMPAIGNS)), ids=[case[0] for case in CAMPAIGNS])
def test_the_campaign_of(shop: Warehouse, number: int) -> None:
    assert credited(shop, len(CHANNELS) + number) == [CAMPAIGNS[number][2]]
