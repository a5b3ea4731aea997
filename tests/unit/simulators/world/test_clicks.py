"""Single clicks agree with the settled ad figures."""

from collections import Counter
from datetime import timedelta

import pytest

from trueup_simulators.world import World, WorldConfig

LIVE = ("5550001001", "5550001002", "1010000000000001", "1010000000000002", "1010000000000003")
WORLD = World(WorldConfig(scale="demo"))
AT = WORLD.config.clock_start
DAYS = [WORLD.config.start + timedelta(days=n) for n in range(3, 40, 6)]


@pytest.mark.parametrize("account", LIVE)
def test_clicks_by_ad_equal_the_ad_figures_of_settled_days(account: str) -> None:
    for day in DAYS:
        rows = WORLD.ad_days(account, day, day + timedelta(days=1), AT).to_pylist()
        reported = {(row["campaign_id"], row["ad_id"]): row["clicks"] for row in rows}
        clicks = WORLD.clicks(account, day, AT).to_pylist()
        counted = Counter((click["campaign_id"], click["ad_id"]) for click in clicks)
        assert counted == {key: count for key, count in reported.items() if count}


def test_click_ids_are_unique_in_the_world() -> None:
    ids = [
        click
        for account in LIVE
        for day in DAYS
        for click in WORLD.clicks(account, day, AT)["click_id"].to_pylist()
    ]
    assert len(set(ids)) == len(ids) > 10_000


def test_clicks_show_up_when_they_have_happened() -> None:
    whole = WORLD.clicks(LIVE[0], DAYS[0], AT)
    times = whole["clicked_at"].to_pylist()
    middle = times[len(times) // 2]
    seen = WORLD.clicks(LIVE[0], DAYS[0], middle)
    assert times == sorted(times)
    assert seen.equals(whole.slice(0, seen.num_rows))
    assert seen["clicked_at"].to_pylist() == [time for time in times if time <= middle]


def test_days_before_the_world_have_no_clicks() -> None:
    assert WORLD.clicks(LIVE[0], WORLD.config.start - timedelta(days=1), AT).num_rows == 0
