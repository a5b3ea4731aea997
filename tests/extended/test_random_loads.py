"""Random data in random order and portions, for more seeds and one world at a time."""

import random
from pathlib import Path

import pytest

from tests.models.random_loads import (
    PLACES,
    as_told,
    differences_to_a_full_build,
    load_listings,
    load_orders,
    load_some,
    load_spend,
    published,
)
from tests.models.warehouse_harness import Warehouse, run_dbt
from trueup.warehouse.published_store import PublishedStore


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_incremental_runs_end_where_a_full_build_does(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    warehouse = Warehouse(tmp_path / "w.duckdb")
    for _ in range(4):
        load_some(warehouse, draw, (2, 8))
        warehouse.transform()
    assert differences_to_a_full_build(warehouse) == {}


@pytest.mark.parametrize("seed", [1, 5])
def test_published_parts_follow_every_change_of_their_tables(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    warehouse = Warehouse(tmp_path / "w.duckdb")
    store, parts = PublishedStore(tmp_path / "published"), {}
    for _ in range(5):
        load_some(warehouse, draw, (1, 4))
        warehouse.transform()
        parts = published(warehouse, store, parts)
        anew = published(warehouse, PublishedStore(tmp_path / "anew"), {})
        assert as_told(parts) == as_told(anew)


@pytest.mark.parametrize("seed", [4])
def test_a_run_that_did_not_finish_leaves_no_trace(seed: int, tmp_path: Path) -> None:
    draw = random.Random(seed)
    warehouse = Warehouse(tmp_path / "w.duckdb")
    for step in range(3):
        load_some(warehouse, draw, (6, 6))
        # Part of the models run, and the position stays; then more comes in.
        part = ["+fact_ad_spend", "+int_order_ledger_signed"] if step else ["+fact_orders"]
        run_dbt(warehouse, select=part)
        for load in (load_orders, load_listings, load_spend):
            load(warehouse, draw, PLACES[0])
        warehouse.transform()
    assert differences_to_a_full_build(warehouse) == {}
