"""What killed attempts left is removed after a week, and nothing else ever is."""

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from deltalake import DeltaTable

from tests.unit.lake.lake_builders import a_header, a_table
from trueup.errors import IntegrityError, TransientError
from trueup.lake.data_files import Lineage, Records, to_table, write_part
from trueup.lake.table import StreamTable
from trueup.lake.vacuum import DRAWN_DAYS, NEWEST_DAYS, days_to_sweep, sweep

DAY = timedelta(days=1)


@pytest.fixture
def table(tmp_path):
    """A table whose log was begun a while ago, as seen at `now(table)`."""
    table = a_table(tmp_path)
    table.append(a_header("first"), None)
    return table


def now(table: StreamTable) -> datetime:
    return table.started_at() + 60 * DAY


def a_part(table, days, written_days=None):
    """A part of a run so many days ago, and when its file was written if not then."""
    ran_at = now(table) - days * DAY
    batch_id = f"{ran_at:%Y%m%dT%H%M%S}Z-1-7"
    lineage = Lineage(batch_id=batch_id, scope="1", extracted_at=ran_at, page_index=0)
    records = to_table(Records(payloads=[b"{}"], record_indexes=[0]), lineage)
    part = write_part(table.path, batch_id, 0, [records], ran_at)
    aged(table.path / part.path, now(table) - (written_days or days) * DAY)
    return part, ran_at


def an_orphan(table, days, written_days=None) -> Path:
    return table.path / a_part(table, days, written_days)[0].path


def a_named_part(table, days) -> Path:
    part, ran_at = a_part(table, days)
    header = msgspec.structs.replace(a_header(f"b{days}", files=(part,)), extracted_at=ran_at)
    table.append(header, table.last_commit("1"))
    return table.path / part.path


def aged(path: Path, moment: datetime) -> Path:
    os.utime(path, (moment.timestamp(), moment.timestamp()), follow_symlinks=False)
    return path


def swept(table, later: timedelta = timedelta()) -> list[int]:
    return list(sweep(table, now(table) + later))


def test_a_part_without_a_commit_is_kept_for_a_week_and_then_removed(table):
    old, young = an_orphan(table, 8), an_orphan(table, 6)
    size = old.stat().st_size
    assert swept(table) == [size]
    assert (old.exists(), young.exists()) == (False, True)


def test_a_part_that_a_commit_names_is_never_removed(table):
    named, orphan = a_named_part(table, 9), an_orphan(table, 9)
    assert len(swept(table)) == 1
    assert (named.exists(), orphan.exists()) == (True, False)


def test_a_part_that_another_program_took_out_of_the_table_is_still_named(table):
    named = a_named_part(table, 9)
    an_orphan(table, 9)
    DeltaTable(str(table.path)).delete()
    assert named.name not in StreamTable.part_names(table, [(now(table) - 9 * DAY).date()])
    assert len(swept(table)) == 1
    assert named.exists()


@pytest.mark.parametrize(("ran_days", "written_days"), [(20, 1), (1, 20)])
def test_a_part_is_old_only_by_its_run_and_by_its_file(table, ran_days, written_days):
    part = an_orphan(table, ran_days, written_days)
    assert swept(table) == []
    assert part.exists()


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
    aged(foreign, now(table) - 9 * DAY)
    assert len(swept(table)) == 1
    assert foreign.exists()


def test_links_and_folders_are_kept_whatever_they_are_called(table):
    orphan = an_orphan(table, 9)
    link, folder = (orphan.with_name(f"{orphan.name[:16]}-1-7-{n}-00112233.parquet") for n in "12")
    link.symlink_to(a_named_part(table, 9))
    folder.mkdir()
    for path in (link, folder):
        aged(path, now(table) - 9 * DAY)
    assert len(swept(table)) == 1
    assert (link.exists(), folder.exists()) == (True, True)


def test_without_a_log_nothing_is_removed(tmp_path, table):
    orphan = an_orphan(table, 9)
    at = now(table)
    (table.path / "_delta_log").rename(tmp_path / "lost")
    assert list(sweep(StreamTable(tmp_path, "google_ads", "ad_days"), at)) == []
    assert orphan.exists()


def test_parts_that_are_older_than_the_log_are_kept_for_the_log_that_was_lost(tmp_path, table):
    named = a_named_part(table, 9)
    at = now(table)
    (table.path / "_delta_log").rename(tmp_path / "lost")
    anew = StreamTable(tmp_path, "google_ads", "ad_days")
    anew.append(a_header("first"), None)
    aged(named, anew.started_at() - timedelta(seconds=1))
    assert (list(sweep(anew, at)), named.exists()) == ([], True)


def test_a_second_sweep_finds_nothing(table):
    an_orphan(table, 8)
    a_named_part(table, 8)
    assert [len(swept(table)) for _ in range(2)] == [1, 0]


def _swept(lake: Path, at: datetime) -> int:
    return len(list(sweep(a_table(lake), at)))


def test_two_processes_at_once_remove_each_file_once(tmp_path, table):
    named = [a_named_part(table, days) for days in range(8, 12)]
    orphans = [an_orphan(table, 8 + n % 4) for n in range(80)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, mp_context=context) as pool:
        removed = list(pool.map(_swept, [tmp_path] * 2, [now(table)] * 2))
    assert sum(removed) == len(orphans)
    assert not any(path.exists() for path in orphans)
    assert all(path.exists() for path in named)


def test_a_sweep_that_another_overtakes_counts_only_what_it_removed_itself(table):
    for _ in range(5):
        an_orphan(table, 9)
    slow = sweep(table, now(table))
    assert next(slow) > 0
    assert (len(swept(table)), list(slow)) == (4, [])


def test_a_commit_that_comes_between_the_listing_and_the_log_is_seen(table, monkeypatch):
    part, ran_at = a_part(table, 9)
    asked = table.part_names

    def overtaken(days):
        header = msgspec.structs.replace(a_header("b", files=(part,)), extracted_at=ran_at)
        table.append(header, table.last_commit("1"))
        return asked(days)

    monkeypatch.setattr(table, "part_names", overtaken)
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
    (table.path / "_delta_log" / f"{7:020d}.json").mkdir()
    with pytest.raises(IntegrityError, match=r"google_ads\.ad_days") as caught:
        swept(table)
    assert (caught.value.code, orphan.exists()) == ("TUP-730", True)


FIRST = date(2026, 1, 1)


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, tzinfo=UTC)


@pytest.mark.parametrize("pause", [0, 1, 5, 8, 30, 400])
@pytest.mark.parametrize("before", range(10))
def test_a_day_is_swept_by_the_first_run_after_its_week_whatever_pause_there_was(before, pause):
    """`before` days with runs come after the one that left something, then a pause."""
    history = [FIRST + n * DAY for n in range(300)]
    left, last = history[-1], history[-1] + before * DAY
    folders = history + [left + n * DAY for n in range(1, before + 1)]
    first_run = max(last + (pause + 1) * DAY, left + 8 * DAY)
    folders += [first_run]
    assert left in days_to_sweep(folders, at(first_run))


def test_every_older_day_comes_round_and_a_run_never_looks_at_more_than_a_few():
    folders = [FIRST + n * DAY for n in range(400)]
    looks = [days_to_sweep(folders, at(folders[-1]) + n * DAY / 24) for n in range(24 * 30)]
    assert {len(days) for days in looks} == {NEWEST_DAYS + DRAWN_DAYS}
    assert set().union(*looks) >= set(folders[:-8])


def test_a_run_made_again_looks_at_the_same_days():
    folders = [FIRST + n * DAY for n in range(400)]
    assert len({tuple(days_to_sweep(folders, at(folders[-1]))) for _ in range(3)}) == 1
