"""Published versions: parts are shared and whole, and readers see one version at a time."""

import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from trueup.errors import IntegrityError
from trueup.warehouse.fingerprint import Candidate
from trueup.warehouse.manifest import PublishedTable, PublishManifest
from trueup.warehouse.published_store import PublishedStore
from trueup.warehouse.retention import RetentionPolicy

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BY_COUNT = RetentionPolicy(versions=2, lasting=timedelta())
FACTS = Candidate(schema="core", name="facts", partition="day")
NAMES = Candidate(schema="core", name="names", partition=None)


def publish(store, db, publish_id, tables=(FACTS, NAMES), kept=None, at=NOW):
    """Publish candidates beside tables `kept` from before, reusing what can be."""
    before = store.current()
    published = dict(kept or {})
    for table in tables:
        old = before.tables[table.name].parts if before and table.name in before.tables else ()
        published[table.name] = PublishedTable(
            schema="core",
            name=table.name,
            publish_id=publish_id,
            load_id=1,
            as_of=NOW,
            parts=store.write_parts(db, table, old, "models-1"),
        )
    manifest = a_manifest(publish_id, published, at)
    store.switch(db, manifest, {"ops.publish": f"select '{publish_id}' as publish_id"})
    return manifest


def a_manifest(publish_id, tables, at=NOW):
    return PublishManifest(
        publish_id=publish_id,
        run_id="r",
        published_at=at,
        load_id=1,
        known_at=NOW,
        code_version="0",
        project_hash="models-1",
        tables=tables,
    )


@contextmanager
def reading(store):
    with duckdb.connect(str(store.serving_file()), read_only=True) as connection:
        yield connection


def shown(store, sql="select sum(amount) from core.facts"):
    with reading(store) as connection:
        return connection.execute(sql).fetchall()[0][0]


def files(store):
    return {path: path.stat().st_mtime_ns for path in store.root.glob("parts/*/*.parquet")}


def of_facts(store):
    return {part.partition: part for part in store.current().tables["facts"].parts}


def test_parts_are_made_once_and_shared_while_nothing_changes(tmp_path, db):
    store = PublishedStore(tmp_path)
    first, made = publish(store, db, "1-001"), files(store)
    second = publish(store, db, "1-002")
    assert files(store) == made
    assert [t.parts for t in second.tables.values()] == [t.parts for t in first.tables.values()]
    assert len(made) == 3


CHANGES = {
    "a row that a load brought": "insert into core.facts values ('2026-06-03', 4, 4, 3)",
    "a row that a load took away": "delete from core.facts where day = '2026-06-02'",
    "a row that a load replaced": "update core.facts set amount = 9, load_id = 3 "
    "where day = '2026-06-02'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_month_is_written_again_alone_for(tmp_path, db, change):
    store = PublishedStore(tmp_path)
    publish(store, db, "1-001")
    before = of_facts(store)
    db.execute(CHANGES[change])
    publish(store, db, "1-002")
    after = of_facts(store)
    assert after["2026-05"] == before["2026-05"]
    assert after["2026-06"].content_hash != before["2026-06"].content_hash
    truth = db.execute("select list(f order by f) from core.facts as f").fetchall()[0][0]
    assert shown(store, "select list(f order by f) from core.facts as f") == truth


def test_a_month_without_news_is_not_read_again(tmp_path, db):
    store = PublishedStore(tmp_path)
    publish(store, db, "1-001")
    db.execute("update core.facts set amount = amount + 1")  # by no load
    publish(store, db, "1-002")
    assert shown(store) == 6


def test_other_models_write_every_month_again(tmp_path, db):
    store = PublishedStore(tmp_path)
    first = store.write_parts(db, FACTS, (), "models-1")
    again = store.write_parts(db, FACTS, first, "models-2")
    assert {part.fingerprint for part in first}.isdisjoint(part.fingerprint for part in again)


def test_the_pointer_leads_to_the_newest_version_with_its_own_manifest(tmp_path, db):
    store = PublishedStore(tmp_path)
    assert store.current() is None
    for publish_id in ("1-001", "1-002"):
        publish(store, db, publish_id)
        assert store.current().publish_id == publish_id
        assert shown(store, "select publish_id from ops.publish") == publish_id
    assert store.versions() == ["1-001", "1-002"]


def test_a_reader_keeps_the_version_that_it_opened(tmp_path, db):
    store = PublishedStore(tmp_path)
    publish(store, db, "1-001")
    with reading(store) as old:
        db.execute("update core.facts set amount = 100, load_id = 9")
        publish(store, db, "1-002")
        store.prune(BY_COUNT, NOW)
        assert old.execute("select sum(amount) from core.facts").fetchall() == [(6,)]
        assert old.execute("select publish_id from ops.publish").fetchall() == [("1-001",)]
    assert shown(store) == 300


def test_readers_never_see_a_mix_while_versions_are_switched(tmp_path, db):
    store, seen, done = PublishedStore(tmp_path), [], threading.Event()
    tables = "select (select max(amount) from core.facts), (select max(name) from core.names), "
    publish(store, db, "0-000")

    def read():
        while not done.is_set():
            with reading(store) as connection:
                seen.append(
                    connection.execute(tables + "publish_id from ops.publish").fetchall()[0]
                )

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(100, 112):
        db.execute(f"update core.facts set amount = {number}, load_id = {number}")
        db.execute(f"update core.names set name = 'n{number}'")
        publish(store, db, f"1-{number}")
    done.set()
    reader.join()
    mixed = [row for row in seen if row[2] != "0-000" and row != _whole(row[2][2:])]
    assert (mixed, len({row[2] for row in seen}) > 2) == ([], True)


def _whole(number):
    return int(number), f"n{number}", f"1-{number}"


def test_a_switch_that_fails_leaves_the_version_before_on_show(tmp_path, db):
    store = PublishedStore(tmp_path)
    manifest = publish(store, db, "1-001")
    broken = a_manifest("1-002", manifest.tables)
    with pytest.raises(IntegrityError, match="published"):
        store.switch(db, broken, {"ops.publish": "select * from nowhere"})
    assert (store.current().publish_id, shown(store)) == ("1-001", 6)
    publish(store, db, "1-002")
    assert store.current().publish_id == "1-002"


def test_the_pointer_moves_only_to_a_version_that_is_there(tmp_path, db):
    store = PublishedStore(tmp_path)
    publish(store, db, "1-001")
    (tmp_path / "1-002").write_text("in the way")
    with pytest.raises(IntegrityError, match="published"):
        publish(store, db, "1-002")
    assert (store.current().publish_id, shown(store)) == ("1-001", 6)


HARMS = {
    "missing": lambda path: path.unlink(),
    "cut short": lambda path: path.write_bytes(path.read_bytes()[:-20]),
    "empty": lambda path: path.write_bytes(b""),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_part_is_made_again_from_the_candidate(tmp_path, db, harm):
    store = PublishedStore(tmp_path)
    publish(store, db, "1-001")
    HARMS[harm](tmp_path / of_facts(store)["2026-06"].file)
    publish(store, db, "1-002")
    assert shown(store) == 6


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_part_of_a_table_that_is_held_back_is_named(tmp_path, db, harm):
    store = PublishedStore(tmp_path)
    facts = publish(store, db, "1-001").tables["facts"]
    HARMS[harm](tmp_path / facts.parts[0].file)
    with pytest.raises(IntegrityError, match=facts.parts[0].file) as caught:
        publish(store, db, "1-002", tables=(NAMES,), kept={"facts": facts})
    assert caught.value.code == "TUP-717"
    assert store.current().publish_id == "1-001"


def test_a_damaged_file_of_an_older_version_is_not_taken_for_good(tmp_path, db):
    store = PublishedStore(tmp_path)
    [old] = {p.file for p in publish(store, db, "1-001").tables["names"].parts}
    (tmp_path / old).write_bytes(b"PAR1")
    store.write_parts(db, NAMES, (), "models-1")
    publish(store, db, "1-002")
    assert shown(store, "select count(*) from core.names") == 2


def published_hourly(store, db, count):
    """So many versions, each with months of its own; returns the time of the last."""
    for number in range(count):
        db.execute(f"update core.facts set amount = {number}, load_id = {number + 10}")
        publish(store, db, f"1-{number:03}", at=NOW + number * HOUR)
    return NOW + (count - 1) * HOUR


def parts_named(store):
    return {
        store.root / part.file
        for version in store.versions()
        for table in store.version(version).tables.values()
        for part in table.parts
    }


def test_pruning_keeps_the_newest_versions_and_every_part_they_name(tmp_path, db):
    store = PublishedStore(tmp_path)
    now = published_hourly(store, db, 4)
    store.prune(BY_COUNT, now)
    assert store.versions() == ["1-002", "1-003"]
    assert files(store).keys() == parts_named(store)
    assert len(files(store)) == 5  # two months in two versions, and the names of all
    assert shown(store) == 9


def test_pruning_keeps_what_was_replaced_lately_with_its_parts(tmp_path, db):
    store = PublishedStore(tmp_path)
    now = published_hourly(store, db, 8)
    store.prune(RetentionPolicy(versions=2, lasting=3 * HOUR), now)
    assert store.versions() == ["1-004", "1-005", "1-006", "1-007"]
    assert files(store).keys() == parts_named(store)
    assert len(files(store)) == 9


def test_a_version_counts_from_when_it_was_replaced_however_old_it_was_then(tmp_path, db):
    store = PublishedStore(tmp_path)
    publish(store, db, "1-001", at=NOW - 90 * DAY)
    with reading(store) as old:
        for number in range(2, 9):
            db.execute(f"update core.facts set amount = {number}, load_id = {number + 10}")
            publish(store, db, f"1-00{number}", at=NOW + number * HOUR)
            store.prune(RetentionPolicy(versions=2, lasting=DAY), NOW + number * HOUR)
            assert old.execute("select sum(amount) from core.facts").fetchall() == [(6,)]


def test_pruning_again_changes_nothing(tmp_path, db):
    store = PublishedStore(tmp_path)
    now = published_hourly(store, db, 5)
    store.prune(BY_COUNT, now)
    before = sorted(tmp_path.rglob("*"))
    store.prune(BY_COUNT, now)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_version_that_cannot_be_read_is_kept_by_count_alone(tmp_path, db):
    store = PublishedStore(tmp_path)
    now = published_hourly(store, db, 4)
    (tmp_path / "1-001" / "manifest.json").write_text("{")
    store.prune(RetentionPolicy(versions=2, lasting=DAY), now)
    assert store.versions() == ["1-000", "1-002", "1-003"]


def test_pruning_removes_what_killed_publishes_left_and_nothing_of_others(tmp_path, db):
    store = PublishedStore(tmp_path)
    now = published_hourly(store, db, 1)
    before = sorted(tmp_path.rglob("*"))
    for folder in (".1-000.removed", ".0-999.building"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "serving.duckdb").touch()
    (tmp_path / ".current.77").symlink_to("0-999")
    (tmp_path / "parts" / "facts" / "2026-05-1-ab.77.tmp").touch()
    notes = tmp_path / "2026-notes"
    notes.mkdir()
    store.prune(BY_COUNT, now)
    assert sorted(tmp_path.rglob("*")) == sorted([*before, notes])


def test_a_table_without_rows_and_a_row_without_a_day_are_shown(tmp_path, db):
    store = PublishedStore(tmp_path)
    db.execute("delete from core.names; insert into core.facts values (null, 7, 7, 3)")
    publish(store, db, "1-001")
    assert shown(store, "select count(*) from core.names") == 0
    assert shown(store, "select amount from core.facts where day is null") == 7


@pytest.mark.parametrize("kind", ["date", "timestamp"])
@pytest.mark.parametrize("day", ["infinity", "-infinity", "0044-03-15 (BC)", "12025-06-01"])
def test_a_row_of_a_day_far_off_is_shown(tmp_path, db, day, kind):
    db.execute(f"alter table core.facts alter day type {kind}")
    db.execute("insert into core.facts values (?, 7, 7, 3)", [day])
    publish(PublishedStore(tmp_path), db, "1-001")
    assert shown(PublishedStore(tmp_path)) == 13


def content_hash(tmp_path, db, rows):
    db.execute(f"create or replace table core.names as select * from (values {rows}) as t(a, b)")
    parts = PublishedStore(tmp_path).write_parts(db, NAMES, (), "")
    return parts[0].content_hash


def test_content_hashes_tell_rows_apart_and_not_their_order(tmp_path, db):
    rows = [
        "('a', 'b')",
        "('a', null)",
        "('a', '~')",
        "('a|', 'b')",
        "('a', '|b')",
        "('a | b', '')",
        "('a', 'b | ')",
    ]
    assert len({content_hash(tmp_path, db, row) for row in rows}) == len(rows)
    both = [content_hash(tmp_path, db, f"{x}, {y}") for x, y in (rows[:2], rows[1::-1])]
    assert both[0] == both[1]
    assert content_hash(tmp_path, db, f"{rows[0]}, {rows[0]}") != content_hash(
        tmp_path, db, rows[0]
    )
