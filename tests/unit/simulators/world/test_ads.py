"""Ad figures: reproducible by day, restated while they age, then frozen."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from trueup_simulators.world import Plant, World, WorldConfig

GOOGLE, META_JP = "5550001001", "1010000000000003"
LIVE = ("5550001001", "5550001002", "1010000000000001", "1010000000000002", META_JP)
WORLD = World(WorldConfig(scale="demo"))
AT = WORLD.config.clock_start
DAY = WORLD.config.start + timedelta(days=20)


def one_day(world: World, account: str, day: date, at: datetime) -> pa.Table:
    return world.ad_days(account, day, day + timedelta(days=1), at)


def total(table: pa.Table, column: str) -> object:
    return pc.sum(table[column]).as_py()


@pytest.mark.parametrize("account", LIVE)
def test_a_day_alone_equals_the_same_day_in_a_range(account: str) -> None:
    around = WORLD.ad_days(account, DAY - timedelta(days=3), DAY + timedelta(days=4), AT)
    expected = around.filter(pc.equal(around["day"], pa.scalar(DAY)))
    assert one_day(World(WorldConfig(scale="demo")), account, DAY, AT).equals(expected)
    assert expected.num_rows > 20


def test_another_seed_gives_another_world() -> None:
    other = World(WorldConfig(scale="demo", seed=8))
    assert not one_day(other, GOOGLE, DAY, AT).equals(one_day(WORLD, GOOGLE, DAY, AT))


def test_rows_have_one_key_each_and_ascend() -> None:
    table = WORLD.ad_days(GOOGLE, DAY, DAY + timedelta(days=5), AT)
    rows = zip(
        *(table[name].to_pylist() for name in ("day", "campaign_id", "ad_group_id", "ad_id")),
        strict=True,
    )
    keys = [(day, campaign, group or "~", ad or "~") for day, campaign, group, ad in rows]
    assert keys == sorted(set(keys))


@pytest.mark.parametrize("account", LIVE)
def test_figures_change_until_28_days_after_the_day_and_never_again(account: str) -> None:
    ages = [one_day(WORLD, account, DAY, end_of(DAY) + timedelta(days=n)) for n in range(60)]
    assert not ages[0].equals(ages[29])
    assert all(later.equals(ages[29]) for later in ages[30:])
    purchases = [total(table, "conversions") for table in ages[6:30]]
    assert purchases == sorted(purchases)
    assert purchases[-2] < purchases[-1] or purchases[0] < purchases[-1]


def end_of(day: date) -> datetime:
    """Later than the end of the day in every zone there is here."""
    return datetime.fromisoformat(f"{day + timedelta(days=1)}T05:00:00+00:00")


def test_invalid_clicks_are_credited_within_three_days() -> None:
    fresh, settled, later = (
        one_day(WORLD, GOOGLE, DAY, end_of(DAY) + timedelta(days=age)) for age in (0, 7, 50)
    )
    assert total(settled, "spend_micros") < total(fresh, "spend_micros")
    assert total(settled, "clicks") < total(fresh, "clicks")
    assert total(settled, "spend_micros") == total(later, "spend_micros")


def test_some_rows_vanish_and_some_come_late() -> None:
    gone = late = 0
    for number in range(30):
        day = WORLD.config.start + timedelta(days=number)
        for account in LIVE:
            fresh = set(one_day(WORLD, account, day, end_of(day))["ad_id"].to_pylist())
            old = set(one_day(WORLD, account, day, AT)["ad_id"].to_pylist())
            gone, late = gone + len(fresh - old), late + len(old - fresh)
    assert 5 < gone < 200
    assert 5 < late < 200


def test_turning_the_clock_back_shows_the_earlier_state() -> None:
    world = World(WorldConfig(scale="demo"))
    before = one_day(world, GOOGLE, DAY, end_of(DAY))
    one_day(world, GOOGLE, DAY, AT)
    assert one_day(world, GOOGLE, DAY, end_of(DAY)).equals(before)


def test_the_unfinished_day_is_partial_and_tomorrow_is_empty() -> None:
    # 20:00 UTC is four in the afternoon in New York and five in the morning of tomorrow in Tokyo.
    at = datetime.fromisoformat(f"{DAY}T20:00:00+00:00")
    partial, whole = one_day(WORLD, GOOGLE, DAY, at), one_day(WORLD, GOOGLE, DAY, end_of(DAY))
    assert 0 < total(partial, "clicks") < total(whole, "clicks")
    assert one_day(WORLD, GOOGLE, DAY + timedelta(days=1), at).num_rows == 0
    assert one_day(WORLD, META_JP, DAY + timedelta(days=1), at).num_rows > 0


def test_spend_is_whole_cents_or_whole_yen() -> None:
    for account in LIVE:
        unit = WORLD.account(account).minor_micros
        table = WORLD.ad_days(account, DAY, DAY + timedelta(days=3), AT)
        assert all(spend % unit == 0 and spend >= 0 for spend in table["spend_micros"].to_pylist())


def test_performance_max_spends_without_ads() -> None:
    table = one_day(WORLD, GOOGLE, DAY, AT)
    bare = table.filter(pc.is_null(table["ad_id"]))
    names = {c.id: c.channel_type for c in WORLD.campaigns(GOOGLE, AT)}
    assert [names[c] for c in bare["campaign_id"].to_pylist()] == ["PERFORMANCE_MAX"]
    assert total(bare, "spend_micros") > 0
    assert bare["ad_group_id"].null_count == 1


def test_a_planted_restatement_moves_settled_spend_from_its_instant_on() -> None:
    world = World(WorldConfig(scale="demo"))
    before = one_day(world, GOOGLE, DAY, AT)
    known = AT + timedelta(hours=1)
    world.plant(
        Plant(kind="restate", known_from=known, account_id=GOOGLE, day=DAY, factor=Decimal("1.1"))
    )
    after = one_day(world, GOOGLE, DAY, known)
    assert one_day(world, GOOGLE, DAY, AT).equals(before)
    assert total(after, "spend_micros") > total(before, "spend_micros")
    assert one_day(world, META_JP, DAY, known).equals(one_day(WORLD, META_JP, DAY, known))


def test_managers_and_closed_accounts_have_no_figures() -> None:
    silent = [a.account_id for a in WORLD.accounts if a.account_id not in LIVE]
    assert len(silent) == 2
    assert all(WORLD.ad_days(account, DAY, DAY, AT).num_rows == 0 for account in silent)
    assert all(WORLD.campaigns(account, AT) == [] for account in silent)


def test_an_unknown_account_is_an_error() -> None:
    with pytest.raises(KeyError):
        WORLD.ad_days("1", DAY, DAY, AT)
