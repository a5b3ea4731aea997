"""Loading: rows, notes and position of a batch come together or not at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import duckdb
import msgspec
import pytest

from tests.unit.lake.lake_builders import NOW, a_table, committed
from trueup.core.batch import Counts
from trueup.errors import ConfigError, DamagedWarehouseError, IntegrityError, TransientError
from trueup.pipeline.steps.load import pending_batches
from trueup.warehouse.ddl import raw_table
from trueup.warehouse.duckdb import DuckDBWarehouse

STATE = {
    "rows": "select count(*) from raw.google_ads__ad_days",
    "batches": "select count(*) from raw.batches",
    "position": "select coalesce(max(delta_version), -1) from raw.load_positions",
}


def a_warehouse(folder):
    warehouse = DuckDBWarehouse(folder / "w.duckdb")
    warehouse.prepare([("google_ads", "ad_days"), ("meta_ads", "ad_days")])
    return warehouse


def batches(folder, *counts):
    """Committed batches of so many records each, oldest first."""
    table = a_table(folder / "lake")
    for number, count in enumerate(counts):
        committed(table, f"b{number}", [b"{}"] * count)
    return pending_batches(table, -1)


def state(warehouse):
    return tuple(next(iter(warehouse.query(sql)[0].values())) for sql in STATE.values())


def counting(batch, **counts):
    """The same batch with a header that counts differently."""
    return _with(batch, msgspec.structs.replace(batch.header, counts=Counts(**counts)))


def _with(batch, header):
    return replace(batch, header=header)


def test_rows_notes_and_position_of_a_batch_come_together(tmp_path):
    warehouse, [batch] = a_warehouse(tmp_path), batches(tmp_path, 3)
    loaded = warehouse.load([batch], -1)
    assert (loaded.load_id, loaded.rows) == (1, 3)
    assert state(warehouse) == (3, 1, batch.version)
    assert warehouse.load_position("google_ads", "ad_days") == batch.version


def known_later(batch, hours):
    later = NOW + timedelta(hours=hours)
    return _with(batch, msgspec.structs.replace(batch.header, known_at=later))


def test_batches_that_come_together_are_told_apart(tmp_path):
    warehouse = a_warehouse(tmp_path)
    together = [known_later(batch, n) for n, batch in enumerate(batches(tmp_path, 3, 2, 1))]
    loaded = warehouse.load(together, -1)
    assert (loaded.load_id, loaded.rows) == (3, 6)
    assert state(warehouse) == (6, 3, together[-1].version)
    rows = warehouse.query(
        "select load_id, batch_id, hour(loaded_at - extracted_at) as hours, count(*) as rows "
        "from raw.google_ads__ad_days group by all order by load_id"
    )
    assert [tuple(row.values()) for row in rows] == [
        (1, "b0", 0, 3),
        (2, "b1", 1, 2),
        (3, "b2", 2, 1),
    ]


def test_records_kept_aside_are_found_in_whichever_batch_they_are(tmp_path):
    warehouse, table = a_warehouse(tmp_path), a_table(tmp_path / "lake")
    committed(table, "b0", [b"{}"])
    committed(table, "b1", [b"{}"], aside=[b"not json", b"[]"])
    loaded = warehouse.load(pending_batches(table, -1), -1)
    assert (loaded.rows, loaded.quarantined) == (2, 2)
    kept = warehouse.query("select load_id, batch_id, payload from raw.quarantine order by payload")
    assert [tuple(row.values()) for row in kept] == [(2, "b1", "[]"), (2, "b1", "not json")]


@pytest.mark.parametrize("place", range(3))
def test_one_bad_batch_among_others_is_named_and_none_is_loaded(tmp_path, place):
    warehouse, together = a_warehouse(tmp_path), batches(tmp_path, 3, 3, 3)
    bad = together[place]
    miscounted = [*together]
    miscounted[place] = counting(bad, received=2, landed=2)
    with pytest.raises(IntegrityError, match=f"b{place} counts"):
        warehouse.load(miscounted, -1)
    bad.files[0].write_bytes(b"")
    with pytest.raises(IntegrityError, match=bad.files[0].name):
        warehouse.load(together, -1)
    assert state(warehouse) == (0, 0, -1)


def test_a_batch_is_refused_where_the_position_has_moved_on(tmp_path):
    warehouse, [first, second] = a_warehouse(tmp_path), batches(tmp_path, 3, 2)
    warehouse.load([first], -1)
    warehouse.load([second], first.version)
    before = state(warehouse)
    for batch, position in [(first, -1), (second, first.version), (second, -1)]:
        with pytest.raises(TransientError, match="another load has moved on"):
            warehouse.load([batch], position)
    assert state(warehouse) == before == (5, 2, second.version)


def test_a_position_that_was_never_reached_is_refused(tmp_path):
    warehouse, [first, second] = a_warehouse(tmp_path), batches(tmp_path, 3, 2)
    warehouse.load([first], -1)
    with pytest.raises(TransientError):
        warehouse.load([second], second.version)
    assert state(warehouse) == (3, 1, first.version)


@pytest.mark.parametrize(
    "counts",
    [
        {"received": 2, "landed": 2},
        {"received": 4, "landed": 3, "quarantined": 1},
        {"received": 4, "landed": 3},
    ],
    ids=["fewer than the files hold", "one quarantined that is not there", "one unaccounted for"],
)
def test_a_batch_whose_counts_do_not_add_up_is_rolled_back(tmp_path, counts):
    warehouse, [batch] = a_warehouse(tmp_path), batches(tmp_path, 3)
    with pytest.raises(IntegrityError, match="b0 counts") as caught:
        warehouse.load([counting(batch, **counts)], -1)
    assert caught.value.code == "TUP-706"
    assert state(warehouse) == (0, 0, -1)
    assert warehouse.load([batch], -1).rows == 3


DAMAGES = {
    "missing": lambda path: path.unlink(),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "one bit turned": lambda path: path.write_bytes(
        path.read_bytes()[:40] + bytes([path.read_bytes()[40] ^ 1]) + path.read_bytes()[41:]
    ),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_of_the_lake_is_named_and_nothing_is_loaded(tmp_path, damage):
    warehouse, [batch] = a_warehouse(tmp_path), batches(tmp_path, 3)
    DAMAGES[damage](batch.files[0])
    with pytest.raises(IntegrityError, match=batch.files[0].name) as caught:
        warehouse.load([batch], -1)
    assert caught.value.code == "TUP-706"
    assert state(warehouse) == (0, 0, -1)


def test_load_ids_grow_by_one_over_all_streams(tmp_path):
    warehouse, [batch, other] = a_warehouse(tmp_path), batches(tmp_path, 1, 1)
    header = msgspec.structs.replace(other.header, source="meta_ads")
    ids = [warehouse.load([b], -1).load_id for b in (batch, _with(other, header))]
    assert ids == [1, 2]
    assert warehouse.load_position("meta_ads", "ad_days") == other.version


def test_a_batch_counts_as_known_since_its_header_says_so_whenever_it_is_loaded(tmp_path):
    warehouse, [batch] = a_warehouse(tmp_path), batches(tmp_path, 1)
    later = NOW + timedelta(microseconds=1)
    known = msgspec.structs.replace(batch.header, known_at=later)
    warehouse.load([_with(batch, known)], -1)
    [row] = warehouse.query("select loaded_at, extracted_at from raw.batches")
    assert (row["loaded_at"], row["extracted_at"]) == tuple(
        time.replace(tzinfo=None) for time in (later, NOW)
    )


def test_a_transaction_that_fails_leaves_nothing(tmp_path):
    warehouse = a_warehouse(tmp_path)
    with pytest.raises(duckdb.ConstraintException):
        warehouse.execute(
            "insert into ops.transform_position values (?, ?)", [(1, "h"), (None, "h")]
        )
    assert warehouse.query("select * from ops.transform_position") == []


def test_preparing_again_keeps_what_is_there(tmp_path):
    warehouse, [batch] = a_warehouse(tmp_path), batches(tmp_path, 3)
    warehouse.load([batch], -1)
    assert state(a_warehouse(tmp_path)) == (3, 1, batch.version)


def test_a_warehouse_of_an_earlier_version_is_loaded_on(tmp_path):
    warehouse, [first, second] = a_warehouse(tmp_path), batches(tmp_path, 3, 2)
    warehouse.load([first], -1)
    with warehouse.transaction() as connection:
        connection.execute(
            "create or replace table raw.batches as "
            "select * exclude "
            "(strays, masked_cards, unchanged, code_version, run_id, cursor_until), "
            "cast(0 as bigint) as suppressed, unchanged, code_version, run_id, cursor_until "
            "from raw.batches"
        )
    warehouse.prepare([("google_ads", "ad_days")])
    warehouse.load([second], first.version)
    rows = warehouse.query("select landed, unchanged, run_id from raw.batches order by load_id")
    assert [tuple(row.values()) for row in rows] == [(3, 0, ""), (2, 0, "")]


def test_times_are_utc_whatever_zone_the_header_gives_them_in(tmp_path):
    warehouse, [batch] = a_warehouse(tmp_path), batches(tmp_path, 1)
    abroad = datetime.fromisoformat("2026-06-01T08:00:00+02:00")
    warehouse.load([_with(batch, msgspec.structs.replace(batch.header, known_at=abroad))], -1)
    [found] = warehouse.query("select loaded_at, timezone('UTC', loaded_at) as at from raw.batches")
    assert (found["loaded_at"].replace(tzinfo=UTC), found["at"]) == (NOW, NOW)


def test_a_broken_warehouse_file_says_how_to_make_it_again(tmp_path):
    warehouse = a_warehouse(tmp_path)
    warehouse.path.write_bytes(b"not a database" * 1000)
    with pytest.raises(DamagedWarehouseError, match="not a valid DuckDB database") as caught:
        warehouse.query("select 1")
    assert (caught.value.code, "trueup publish" in caught.value.hint) == ("TUP-732", True)


@pytest.mark.parametrize("name", ["a b", "x;drop table y", "A", "", "x" * 64, 'a"b'])
def test_a_name_that_is_no_identifier_never_becomes_sql(name):
    with pytest.raises(ConfigError, match="cannot name a table"):
        raw_table("google_ads", name)
