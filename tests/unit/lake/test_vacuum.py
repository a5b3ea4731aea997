"""Files of killed attempts are removed after a week, and no other file ever is."""

import json
import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from deltalake import DeltaTable

from tests.unit.lake.lake_builders import a_header, a_table, begun_earlier, made_unreadable
from trueup.errors import IntegrityError, TransientError
from trueup.lake.data_files import Lineage, Records, to_table, write_part
from trueup.lake.vacuum import sweep

DAY = timedelta(days=1)
# Files are old by the machine's clock, as the library sees them.
NOW = datetime.now(UTC)


@pytest.fixture
def table(tmp_path):
    """A table whose log was begun long ago."""
    table = a_table(tmp_path)
    table.append(a_header("first"), None)
    begun_earlier(table, 60 * DAY)
    return a_table(tmp_path)


def a_part(table, days):
    """A part of a run so many days ago."""
    ran_at = NOW - days * DAY
    batch_id = f"{ran_at:%Y%m%dT%H%M%S}Z-1-7"
    lineage = Lineage(batch_id=batch_id, scope="1", extracted_at=ran_at, page_index=0)
    records = to_table(Records(payloads=[b"{}"], record_indexes=[0]), lineage)
    part = write_part(table.path, batch_id, 0, [records], ran_at)
    aged(table.path / part.path, days)
    return part, ran_at


def an_orphan(table, days) -> Path:
    return table.path / a_part(table, days)[0].path


def a_named_part(table, days) -> Path:
    part, ran_at = a_part(table, days)
    header = msgspec.structs.replace(a_header(f"b{days}", files=(part,)), extracted_at=ran_at)
    table.append(header, table.last_commit("1"))
    return table.path / part.path


def aged(path: Path, days: float) -> Path:
    written_at = (NOW - days * DAY).timestamp()
    os.utime(path, (written_at, written_at), follow_symlinks=False)
    return path


def swept(table) -> list[int]:
    return list(sweep(table))


def test_a_part_without_a_commit_is_kept_for_a_week_and_then_removed(table):
    old, young = an_orphan(table, 7.01), an_orphan(table, 6.5)
    size = old.stat().st_size
    assert swept(table) == [size]
    assert (old.exists(), young.exists()) == (False, True)


def test_a_part_of_an_old_run_is_young_when_its_file_is(table):
    part = aged(an_orphan(table, 20), 1)
    assert (swept(table), part.exists()) == ([], True)


def test_removing_a_part_adds_no_version_to_the_log(table):
    an_orphan(table, 9)
    before = table.version()
    assert len(swept(table)) == 1
    assert a_table(table.path.parents[1]).version() == before


def test_a_part_that_a_commit_names_is_never_removed(table):
    named, orphan = a_named_part(table, 9), an_orphan(table, 9)
    assert len(swept(table)) == 1
    assert (named.exists(), orphan.exists()) == (True, False)


def test_a_part_that_another_program_took_out_of_the_table_is_still_named(table):
    named = a_named_part(table, 9)
    an_orphan(table, 9)
    DeltaTable(str(table.path)).delete()
    removed_long_ago(table)
    assert len(swept(a_table(table.path.parents[1]))) == 1
    assert named.exists()


def removed_long_ago(table) -> None:
    """Let the newest version say that it removed its files 30 days ago."""
    newest = table.path / "_delta_log" / f"{table.version():020d}.json"
    actions = [json.loads(line) for line in newest.read_text().splitlines()]
    for action in actions:
        if "remove" in action:
            action["remove"]["deletionTimestamp"] -= int(30 * DAY / timedelta(milliseconds=1))
    newest.write_text("".join(json.dumps(action) + "\n" for action in actions))


@pytest.mark.parametrize(
    "name",
    [
        "part-00000-5d1c7d2e-9e0a-4c55-8d9f-6b1f3c1d2e3f-c000.snappy.parquet",
        "backup.parquet",
        "{day}T060000Z-1-7-0-0011223.parquet",
        "{day}T060000Z-1-7-0-00112233.parquet.bak",
        "20200101T060000Z-1-7-0-00112233.parquet",
    ],
)
def test_a_file_that_we_did_not_write_is_kept(table, name):
    orphan = an_orphan(table, 9)
    foreign = orphan.with_name(name.format(day=orphan.name[:8]))
    foreign.write_bytes(b"PAR1")
    aged(foreign, 9)
    assert len(swept(table)) == 1
    assert foreign.exists()


def test_what_lies_beside_the_folders_of_days_is_kept(table):
    orphan = an_orphan(table, 9)
    moved = table.path / "backup" / orphan.name
    moved.parent.mkdir()
    for path in (table.path / orphan.name, moved, orphan.with_suffix(".d") / orphan.name):
        path.parent.mkdir(exist_ok=True)
        aged_copy(orphan, path)
    assert len(swept(table)) == 1
    assert len(list(table.path.rglob(orphan.name))) == 3


def aged_copy(orphan: Path, path: Path) -> None:
    path.write_bytes(orphan.read_bytes())
    aged(path, 9)


def test_without_a_log_nothing_is_removed(tmp_path, table):
    orphan = an_orphan(table, 9)
    (table.path / "_delta_log").rename(tmp_path / "lost")
    assert (swept(a_table(tmp_path)), orphan.exists()) == ([], True)


def test_parts_that_are_older_than_the_log_are_kept_for_the_log_that_was_lost(tmp_path, table):
    named = a_named_part(table, 9)
    (table.path / "_delta_log").rename(tmp_path / "lost")
    anew = a_table(tmp_path)
    anew.append(a_header("first"), None)
    assert (swept(anew), named.exists()) == ([], True)


def test_a_second_sweep_finds_nothing(table):
    an_orphan(table, 8)
    a_named_part(table, 8)
    assert [len(swept(table)) for _ in range(2)] == [1, 0]


def _swept(lake: Path) -> int:
    return len(swept(a_table(lake)))


def test_two_processes_at_once_remove_each_file_once(tmp_path, table):
    named = [a_named_part(table, days) for days in range(8, 12)]
    orphans = [an_orphan(table, 8 + n % 4) for n in range(80)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        removed = list(pool.map(_swept, [tmp_path] * 2))
    assert sum(removed) == len(orphans)
    assert not any(path.exists() for path in orphans)
    assert all(path.exists() for path in named)


def test_a_sweep_that_another_overtakes_counts_only_what_it_removed_itself(table):
    for _ in range(5):
        an_orphan(table, 9)
    slow = sweep(table)
    assert next(slow) > 0
    assert (len(swept(table)), list(slow)) == (4, [])


def test_a_commit_that_comes_between_the_listing_and_the_log_is_seen(table, monkeypatch):
    part, ran_at = a_part(table, 9)
    asked = table.unused_files

    def overtaken(retention):
        found = asked(retention)
        header = msgspec.structs.replace(a_header("b", files=(part,)), extracted_at=ran_at)
        table.append(header, table.last_commit("1"))
        return found

    monkeypatch.setattr(table, "unused_files", overtaken)
    assert (swept(table), (table.path / part.path).exists()) == ([], True)


def test_an_attempt_that_was_swept_in_its_sleep_is_not_committed(table):
    part, ran_at = a_part(table, 9)
    assert len(swept(table)) == 1
    header = msgspec.structs.replace(a_header("b", files=(part,)), extracted_at=ran_at)
    with pytest.raises(TransientError, match="gone") as caught:
        table.append(header, table.last_commit("1"))
    assert caught.value.code == "TUP-766"


def test_a_log_that_cannot_be_read_is_named_and_nothing_is_removed(table):
    orphan = an_orphan(table, 9)
    made_unreadable(table, 1)
    with pytest.raises(IntegrityError, match=r"google_ads\.ad_days") as caught:
        swept(table)
    assert (caught.value.code, orphan.exists()) == ("TUP-715", True)


def test_a_file_that_the_disk_refuses_to_remove_is_named(table):
    for days in (8, 9):
        an_orphan(table, days)
    sweeping = sweep(table)
    next(sweeping)
    [left] = table.path.glob("ingest_date=*/*.parquet")
    left.unlink()
    left.mkdir()
    with pytest.raises(IntegrityError, match=left.name) as caught:
        next(sweeping)
    assert caught.value.code == "TUP-730"
