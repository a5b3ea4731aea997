"""The ad hierarchy and its history."""

from datetime import timedelta

import pytest

from trueup_simulators.world import HOSTILE_NAMES, Plant, World, WorldConfig

WORLD = World(WorldConfig(scale="demo"))
START, AT = WORLD.config.clock_start - timedelta(days=59), WORLD.config.clock_start
LATER = AT + timedelta(days=60)
LIVE = ("5550001001", "5550001002", "1010000000000001", "1010000000000002", "1010000000000003")


@pytest.mark.parametrize("account", LIVE)
def test_every_kind_of_change_happens_before_the_clock_starts(account: str) -> None:
    changes = WORLD.changes(account, START, AT)
    values = {(change.entity, change.field, change.new) for change in changes}
    fields = {change.field for change in changes if change.entity == "campaign"}
    assert fields == {"created", "name", "status", "budget_micros"}
    assert {("campaign", "status", state) for state in ("PAUSED", "ENABLED", "REMOVED")} <= values


@pytest.mark.parametrize("account", LIVE)
def test_a_campaign_is_renamed_the_day_after_the_clock_starts(account: str) -> None:
    changes = WORLD.changes(account, AT, AT + timedelta(days=2))
    renamed = {change.entity_id for change in changes if change.field == "name"}
    before = {c.id: c.name for c in WORLD.campaigns(account, AT)}
    after = {c.id: c.name for c in WORLD.campaigns(account, AT + timedelta(days=2))}
    campaigns = renamed & set(before)
    assert campaigns
    assert all(before[campaign] != after[campaign] for campaign in campaigns)


@pytest.mark.parametrize("account", LIVE)
def test_changes_tell_what_the_snapshots_show(account: str) -> None:
    then = {c.id: c for c in WORLD.campaigns(account, START)}
    for change in WORLD.changes(account, START, LATER):
        if change.entity == "campaign" and change.entity_id in then and change.field == "status":
            instant = change.changed_at
            shown = {c.id: c for c in WORLD.campaigns(account, instant)}[change.entity_id]
            assert (shown.status, shown.updated_at) == (change.new, instant)
            earlier = WORLD.campaigns(account, instant - timedelta(microseconds=1))
            assert {c.id: c.status for c in earlier}[change.entity_id] == change.old


def test_children_are_younger_than_their_parents() -> None:
    for account in LIVE:
        campaigns = {c.id: c for c in WORLD.campaigns(account, LATER)}
        groups = {g.id: g for g in WORLD.ad_groups(account, LATER)}
        assert all(g.created_at > campaigns[g.campaign_id].created_at for g in groups.values())
        ads = WORLD.ads(account, LATER)
        assert all(ad.created_at > groups[ad.ad_group_id].created_at for ad in ads)
        assert all(groups[ad.ad_group_id].campaign_id == ad.campaign_id for ad in ads)


def test_ids_are_unique_across_accounts_and_kinds() -> None:
    ids = [
        entity.id
        for account in LIVE
        for kind in (WORLD.campaigns, WORLD.ad_groups, WORLD.ads)
        for entity in kind(account, LATER)
    ]
    assert len(ids) == len(set(ids)) > 300


def test_spend_of_a_removed_campaign_stays() -> None:
    removed = next(c for c in WORLD.campaigns(LIVE[0], AT) if c.status == "REMOVED")
    days = WORLD.ad_days(LIVE[0], WORLD.config.start, AT.date(), AT)
    spent = {row["day"] for row in days.to_pylist() if row["campaign_id"] == removed.id}
    assert spent
    assert max(spent) <= removed.updated_at.date()


def test_hostile_names_reach_every_level() -> None:
    world = World(WorldConfig(scale="demo", hostile_names=True))
    names = {ad.name.removesuffix(" (v2)") for ad in world.ads(LIVE[0], AT)}
    assert names == set(HOSTILE_NAMES)


def test_a_planted_name_holds_from_its_instant_on() -> None:
    world = World(WorldConfig(scale="demo"))
    first = world.campaigns(LIVE[0], AT)[0]
    world.plant(Plant(kind="name", known_from=AT, entity_id=first.id, name="'; --"))
    assert world.campaigns(LIVE[0], AT)[0].name == "'; --"
    assert world.campaigns(LIVE[0], AT - timedelta(seconds=1))[0].name == first.name
