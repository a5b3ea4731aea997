"""Served rows equal the world."""

from collections import Counter
from datetime import date, timedelta

import pytest

from tests.unit.simulators.google_ads.conftest import CLOSED, DE, MANAGER, US, Api

METRICS = "metrics.impressions, metrics.clicks, metrics.cost_micros, metrics.conversions"


def figures(api: Api, resource: str, days: tuple[str, str], customer: str = US) -> dict[str, float]:
    where = f"segments.date BETWEEN '{days[0]}' AND '{days[1]}'"
    rows = api.rows(f"SELECT segments.date, {METRICS} FROM {resource} WHERE {where}", customer)
    sums: Counter[str] = Counter()
    for row in rows:
        sums.update({name: float(value) for name, value in row["metrics"].items()})
    return dict(sums)


@pytest.mark.parametrize("customer", [US, DE])
def test_campaigns_and_customer_hold_all_that_was_spent(
    customer: str, api: Api, days: tuple[str, str]
) -> None:
    since, last = (date.fromisoformat(day) for day in days)
    world = api.world.ad_days(customer, since, last + timedelta(days=1), api.clock.now())
    expected = {
        "impressions": sum(world["impressions"].to_pylist()),
        "clicks": sum(world["clicks"].to_pylist()),
        "costMicros": sum(world["spend_micros"].to_pylist()),
        "conversions": pytest.approx(sum(world["conversions"].to_pylist())),
    }
    assert figures(api, "campaign", days, customer) == expected
    assert figures(api, "customer", days, customer) == expected


def test_what_performance_max_spends_is_missing_below_the_campaign(
    api: Api, days: tuple[str, str]
) -> None:
    where = f"segments.date BETWEEN '{days[0]}' AND '{days[1]}'"
    of_kind = "campaign.advertising_channel_type = 'PERFORMANCE_MAX'"
    (row,) = api.rows(f"SELECT metrics.cost_micros FROM campaign WHERE {where} AND {of_kind}")
    bare = int(row["metrics"]["costMicros"])
    whole = figures(api, "campaign", days)["costMicros"]
    assert bare > 0
    assert figures(api, "ad_group", days)["costMicros"] == whole - bare
    assert figures(api, "ad_group_ad", days)["costMicros"] == whole - bare


def test_zeros_are_left_out_and_whole_numbers_are_texts(api: Api, days: tuple[str, str]) -> None:
    where = f"segments.date BETWEEN '{days[0]}' AND '{days[1]}'"
    rows = api.rows(f"SELECT campaign.id, segments.date, {METRICS} FROM campaign WHERE {where}")
    values = [value for row in rows for value in row["metrics"].values()]
    assert not {"0", 0} & set(values)
    assert all("costMicros" in row["metrics"] for row in rows)
    assert any("conversions" not in row["metrics"] for row in rows)
    assert {type(row["metrics"]["clicks"]) for row in rows} == {str}


def test_without_a_segment_even_idle_entities_have_a_row(api: Api, days: tuple[str, str]) -> None:
    where = f"segments.date = '{days[0]}'"
    all_rows = api.rows(f"SELECT campaign.id, metrics.clicks FROM campaign WHERE {where}")
    running = api.rows(
        f"SELECT campaign.id, segments.date, metrics.clicks FROM campaign WHERE {where}"
    )
    assert len(all_rows) == len(api.world.campaigns(US, api.clock.now()))
    assert len(running) < len(all_rows)


def test_removed_entities_are_served_unless_filtered(api: Api) -> None:
    rows = api.rows("SELECT campaign.id, campaign.status FROM campaign")
    assert "REMOVED" in {row["campaign"]["status"] for row in rows}
    kept = api.rows("SELECT campaign.id FROM campaign WHERE campaign.status != 'REMOVED'")
    assert 0 < len(kept) < len(rows)


def test_clicks_of_a_day_carry_their_ids(api: Api, days: tuple[str, str]) -> None:
    rows = api.rows(
        "SELECT click_view.gclid, ad_group.id, campaign.id FROM click_view "
        f"WHERE segments.date = '{days[0]}'"
    )
    clicks = api.world.clicks(US, date.fromisoformat(days[0]), api.clock.now())
    assert [row["clickView"]["gclid"] for row in rows] == clicks["click_id"].to_pylist()
    assert [row["campaign"]["id"] for row in rows] == clicks["campaign_id"].to_pylist()
    groups = [row.get("adGroup", {}).get("id") for row in rows]
    assert groups == clicks["ad_group_id"].to_pylist()


def test_a_manager_lists_its_clients_closed_ones_too(api: Api) -> None:
    rows = api.rows(
        "SELECT customer_client.id, customer_client.status, customer_client.level "
        "FROM customer_client WHERE customer_client.level <= 1",
        MANAGER,
    )
    found = {row["customerClient"]["id"]: row["customerClient"] for row in rows}
    assert set(found) == {MANAGER, US, DE, CLOSED}
    assert found[CLOSED]["status"] == "CANCELED"
    assert "level" not in found[MANAGER]


def test_days_are_days_of_the_account(api: Api) -> None:
    # 23:00 UTC is the next day in Berlin and the same day in New York.
    api.clock.set(api.clock.now().replace(hour=23))
    api.headers = api.sign_in()
    today = api.clock.now().date()
    query = (
        "SELECT segments.date, metrics.impressions FROM customer WHERE segments.date DURING TODAY"
    )
    (row,) = api.rows(query, US)
    assert row["segments"]["date"] == str(today)
    (row,) = api.rows(query, DE)
    assert row["segments"]["date"] == str(today + timedelta(days=1))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("campaign.id = {id}", 1),
        ("campaign.id != {id}", -1),
        ("campaign.id IN ({id})", 1),
        ("campaign.id NOT IN ({id})", -1),
        ("campaign.id BETWEEN {id} AND {id}", 1),
        ("campaign.id > {id} AND campaign.id < {id}", 0),
        ("campaign.name LIKE '%max%'", 1),
        ("campaign.name NOT LIKE '%max%'", -1),
        ("campaign.name LIKE '%[%]%'", 0),
        ("campaign.name REGEXP_MATCH '.*Max.*'", 1),
        ("campaign.name REGEXP_MATCH 'Max'", 0),
        ("campaign.name IS NULL", 0),
        ("campaign.advertising_channel_type = PERFORMANCE_MAX", 1),
    ],
)
def test_conditions_select(condition: str, expected: int, api: Api) -> None:
    campaigns = api.world.campaigns(US, api.clock.now())
    bare = next(one.id for one in campaigns if one.channel_type == "PERFORMANCE_MAX")
    count = len(api.rows(f"SELECT campaign.id FROM campaign WHERE {condition.format(id=bare)}"))
    assert count == (expected if expected >= 0 else len(campaigns) + expected)


def test_order_and_limit_hold_and_the_total_ignores_the_limit(
    api: Api, days: tuple[str, str]
) -> None:
    query = (
        "SELECT campaign.id, metrics.clicks FROM campaign "
        f"WHERE segments.date = '{days[0]}' ORDER BY metrics.clicks DESC LIMIT 2"
    )
    body = api.search(query).json()
    clicks = [int(row["metrics"]["clicks"]) for row in body["results"]]
    assert clicks == sorted(clicks, reverse=True)
    assert len(clicks) == 2
    assert int(body["totalResultsCount"]) == len(api.world.campaigns(US, api.clock.now()))


def test_resource_names_can_be_left_out(api: Api) -> None:
    (plain,) = api.rows("SELECT customer.id FROM customer")
    (bare,) = api.rows(
        "SELECT customer.id FROM customer PARAMETERS omit_unselected_resource_names = true"
    )
    assert (set(plain["customer"]), set(bare["customer"])) == ({"resourceName", "id"}, {"id"})
