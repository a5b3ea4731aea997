"""Snapshots become versions of campaigns."""

from pathlib import Path

import pytest

from tests.models import payloads as p
from tests.models.warehouse_harness import Warehouse


@pytest.fixture(scope="module")
def campaigns(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse(tmp_path_factory.mktemp("dims") / "w.duckdb")
    first = [p.google_campaign("c1", "Brand"), p.google_campaign("c2", "Sale")]
    warehouse.load_windows("google_ads.campaigns", "1", {None: first})
    warehouse.transform(select=["+dim_campaign"])
    warehouse.load_windows("google_ads.campaigns", "1", {None: [p.google_campaign("c1", "Own")]})
    warehouse.transform(select=["+dim_campaign"])
    return warehouse


def members(warehouse: Warehouse, campaign: str) -> list[tuple[object, ...]]:
    return warehouse.rows(
        "select campaign_name, is_current, is_deleted from core.dim_campaign "
        "where campaign_id = ? order by valid_from",
        campaign,
    )


def test_a_rename_opens_a_version(campaigns: Warehouse) -> None:
    assert members(campaigns, "c1") == [("Brand", False, False), ("Own", True, False)]


def test_what_a_snapshot_no_longer_lists_is_kept_as_deleted(campaigns: Warehouse) -> None:
    assert members(campaigns, "c2") == [("Sale", False, False), ("Sale", True, True)]


def test_versions_of_a_campaign_meet_without_gap_or_overlap(campaigns: Warehouse) -> None:
    gaps = campaigns.rows(
        "select campaign_dk from (select *, lead(valid_from) over (partition by campaign_dk "
        "order by valid_from) as next_from from core.dim_campaign) "
        "where valid_to is distinct from next_from"
    )
    assert gaps == []


def test_unknown_members_are_always_there(campaigns: Warehouse) -> None:
    found = campaigns.rows(
        "select campaign_dk from core.dim_campaign where campaign_dk like '-%' order by 1"
    )
    assert found == [("-1",), ("-2",), ("-3",)]


def test_different_parts_never_give_the_same_key(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "w.duckdb")
    listed = [p.google_campaign("a|b", "x"), p.google_campaign("a\\", "x")]
    listed += [p.google_campaign("a", "x"), p.google_campaign("a\\|b", "x")]
    warehouse.load_windows("google_ads.campaigns", "1", {None: listed})
    warehouse.transform(select=["+dim_campaign"])
    found = warehouse.rows(
        "select count(distinct campaign_dk) from core.dim_campaign where platform is not null"
    )
    assert found == [(4,)]
