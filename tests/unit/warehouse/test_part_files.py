"""Published files are checked against their checksums, at a cost that history does not raise."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.warehouse.test_published_store import FACTS, NAMES, publish, shown
from trueup.errors import IntegrityError
from trueup.warehouse import part_files
from trueup.warehouse.published_store import PublishedStore

FLIPS = 300


@pytest.fixture
def store(tmp_path, db):
    """Facts of 40 months, published once."""
    db.execute("""
        delete from core.facts;
        insert into core.facts select date '2023-01-01' + (n * 12)::integer, n, n / 7, n
        from range(100) as t(n)
    """)
    store = PublishedStore(tmp_path / "published")
    publish(store, db, "1-001")
    assert store.check() == []
    return store


def parts(store):
    return [part for table in store.current().tables.values() for part in table.parts]


def flip(path, bit, *, unnoticed=False):
    """Turn one bit around; `unnoticed` as a disk does it, with size and times as before."""
    before, data = path.stat(), bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    with path.open("r+b") as file:
        file.write(data)
    if unnoticed:
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def some_bits(path, count):
    return random.Random(7).sample(range(path.stat().st_size * 8), count)


def test_each_of_300_bit_flips_is_named_with_table_period_and_file(store):
    part = parts(store)[3]
    path = store.root / part.file
    whole, unnamed = path.read_bytes(), []
    for bit in some_bits(path, FLIPS):
        flip(path, bit)
        found = store.damage()
        if [(d.table, d.period, d.file) for d in found] != [("facts", part.partition, part.file)]:
            unnamed.append(bit)
        path.write_bytes(whole)
        assert store.damage() == []
    assert unnamed == []


def test_a_flip_that_leaves_no_trace_is_found_within_few_checks(store, monkeypatch):
    monkeypatch.setattr(part_files, "FILES_PER_CHECK", 10)
    part = parts(store)[25]
    flip(store.root / part.file, 800, unnoticed=True)
    assert store.damage() == []
    rounds = -(-len(parts(store)) // 10)
    found = [damage.file for _ in range(rounds) for damage in store.check()]
    assert part.file in found
    assert [damage.file for damage in store.damage()] == [part.file]


def test_a_check_reads_so_many_files_however_long_the_history(store, monkeypatch):
    read = []
    inner = part_files.PartChecksums.check
    monkeypatch.setattr(
        part_files.PartChecksums, "check", lambda self, file: read.append(file) or inner(self, file)
    )
    monkeypatch.setattr(part_files, "FILES_PER_CHECK", 4)
    store.check()
    assert len([file for file in read if file.endswith(".parquet")]) == 4
    monkeypatch.setattr(part_files, "BYTES_PER_CHECK", 1)
    read.clear()
    store.check()
    assert len([file for file in read if file.endswith(".parquet")]) == 1


def test_files_are_read_in_turn(store, monkeypatch):
    monkeypatch.setattr(part_files, "FILES_PER_CHECK", 1)
    count, seen = len(parts(store)), set()
    for _ in range(count):
        before = part_files.PartChecksums(store.root)
        store.check()
        after = part_files.PartChecksums(store.root)
        seen |= {p.file for p in parts(store) if before.round_of(p.file) != after.round_of(p.file)}
    assert len(seen) == count


def test_a_damaged_part_is_rebuilt_with_the_next_version(store, db):
    truth = shown(store, "select list(f order by f) from core.facts as f")
    flip(store.root / parts(store)[3].file, 900)
    assert store.check() != []
    publish(store, db, "1-002")
    assert store.damage() == []
    assert shown(store, "select list(f order by f) from core.facts as f") == truth


def test_a_damaged_part_of_a_withheld_table_is_rebuilt_while_its_rows_are_the_same(store, db):
    facts = store.current().tables["facts"]
    flip(store.root / facts.parts[3].file, 900)
    store.restore_parts(db, FACTS, facts.parts)
    publish(store, db, "1-002", tables=(NAMES,), kept={"facts": facts})
    assert store.damage() == []


def test_a_damaged_part_whose_rows_have_changed_since_is_named(store, db):
    facts = store.current().tables["facts"]
    flip(store.root / facts.parts[3].file, 900)
    db.execute("update core.facts set amount = amount + 1")
    store.restore_parts(db, FACTS, facts.parts)
    with pytest.raises(IntegrityError, match=facts.parts[3].file):
        publish(store, db, "1-002", tables=(NAMES,), kept={"facts": facts})


def test_a_part_that_was_restored_from_backup_is_good_again(store):
    path = store.root / parts(store)[3].file
    whole = path.read_bytes()
    flip(path, 900)
    assert len(store.check()) == 1
    path.write_bytes(whole)
    assert store.check() == []


def test_a_lost_file_of_checksums_is_no_damage_and_is_made_again(store):
    (store.root / "checksums.json").unlink()
    assert store.check() == []
    flip(store.root / parts(store)[3].file, 900)
    assert len(store.damage()) == 1


@pytest.mark.parametrize("harm", ["cut", "garbage"])
def test_without_checksum_a_part_that_cannot_be_read_is_damaged_whatever_its_size(store, harm):
    (store.root / "checksums.json").unlink()
    path = store.root / parts(store)[3].file
    size = path.stat().st_size
    path.write_bytes(path.read_bytes()[:-9] if harm == "cut" else bytes(size))
    assert [damage.file for damage in store.check()] == [parts(store)[3].file]


def test_a_flip_in_the_serving_file_is_named(store):
    flip(store.serving_file(), 90_000)
    assert [Path(damage.file).name for damage in store.check()] == ["serving.duckdb"]


def test_a_flip_in_the_manifest_is_named(store):
    manifest = store.root / "1-001" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"load_id": 1', '"load_id": 3'))
    with pytest.raises(IntegrityError, match=r"manifest\.json: cannot be read: differs") as caught:
        store.check()
    assert caught.value.code == "TUP-724"


def test_the_serving_file_has_the_layout_that_duckdb_1_1_reads(store):
    # Bytes 12 to 20 of a DuckDB file are the number of its layout; 1.0 to 1.1 know up to 64.
    header = store.serving_file().read_bytes()[:20]
    assert (header[8:12], int.from_bytes(header[12:20], "little")) == (b"DUCK", 64)


@pytest.mark.parametrize("opened", ["current/serving.duckdb", "1-001/serving.duckdb"])
def test_a_copied_folder_reads_its_own_parts(store, tmp_path, opened):
    shutil.copytree(store.root, tmp_path / "o'ther", symlinks=True)
    other = PublishedStore(tmp_path / "o'ther")
    shutil.rmtree(store.root)
    assert shown(other) == 4950
    assert (other.unreadable(), other.was_moved()) == ("", True)
    sql = "select sum(amount)::integer from core.facts"
    read = (
        f"import duckdb; print(duckdb.connect({opened!r}, read_only=True).sql('{sql}').fetchall())"
    )
    done = subprocess.run(
        [sys.executable, "-c", read], cwd=other.root, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[(4950,)]\n"


def test_a_copy_never_reads_the_folder_it_was_copied_from(store, tmp_path):
    shutil.copytree(store.root, tmp_path / "other", symlinks=True)
    for part in parts(store):
        (store.root / part.file).write_bytes(b"garbage")
    assert shown(PublishedStore(tmp_path / "other")) == 4950
