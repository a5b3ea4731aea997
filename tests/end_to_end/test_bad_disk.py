"""Full, locked, foreign and broken storage: told plainly, nothing lost, the last good one stays."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.company import Company, a_company
from tests.end_to_end.trouble import (
    a_disk_of,
    files_of_at_most,
    landed_rows,
    trueup,
    with_settings,
    without_override,
)
from trueup.pipeline.run import run_load, run_publish, run_sync
from trueup_simulators.world import WorldConfig

TINY = WorldConfig(scale="small", days=3)
DISK_BYTES = 120_000_000
# Bytes that are free when the step begins, one per place where they run out.
SYNC_ROOM = {"run lock": 0, "vault": 20_000, "first parts": 90_000, "later parts": 300_000}
LOAD_ROOM = {"new file": 20_000, "in the middle": 1_000_000}
PUBLISH_ROOM = {"dbt's log": 300_000, "models": 4_000_000}
ROWS = "select table_name, row_count, content_hash from ops.published_tables order by all"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was published once and has a day more in its warehouse."""
    with a_company(tmp_path_factory.mktemp("disk") / "company", TINY, workers=1) as company:
        company.run()
        company.a_day_later()
        run_sync(company.project, company.clock.now(), company.project.config.sources)
        yield company


@contextmanager
def a_full_disk(company: Company, folder: Path, room: int, *parts: str) -> Iterator[tuple]:
    """The company's parts on a disk with only `room` bytes left, and what the child must do.

    Where none may be mounted, the child may write no single file beyond an eighth of that.
    """
    small = with_settings(company, folder)
    workspace = small.project.workspace
    with a_disk_of(workspace, DISK_BYTES) as mounted:
        for part in parts:
            copy = shutil.copytree if (company.project.workspace / part).is_dir() else shutil.copy
            options = {"symlinks": True} if copy is shutil.copytree else {}
            copy(company.project.workspace / part, workspace / part, **options)
        if mounted:
            fill(workspace / "filler", room)
        yield small, None if mounted else files_of_at_most(room // 8)


def fill(path: Path, room: int) -> None:
    """Take all space of a disk but `room` bytes."""
    left = shutil.disk_usage(path.parent).free - room
    with path.open("wb", buffering=0) as file:
        while left > 0:
            left -= file.write(bytes(min(left, 1 << 20)))


def assert_full(ended, step: str) -> None:
    assert ended.code == 7, f"{step}: {ended.output[-500:]}"
    assert ended.error["class"] == "IntegrityError"
    assert all(ended.error[part] for part in ("message", "why", "do"))
    assert "write" in ended.error["do"] or "space" in ended.error["do"]


@pytest.mark.parametrize("place", SYNC_ROOM)
def test_a_full_disk_stops_a_sync_cleanly_and_it_resumes(company, tmp_path, place):
    with a_full_disk(company, tmp_path / "full", SYNC_ROOM[place]) as (small, limit):
        assert_full(trueup(small, "sync", before=limit), place)
        (small.project.workspace / "filler").unlink(missing_ok=True)
        assert trueup(small, "sync").code == 0
        run_load(small.project, company.clock.now())
        whole = with_settings(company, tmp_path / "whole")
        run_sync(whole.project, company.clock.now(), whole.project.config.sources)
        run_load(whole.project, company.clock.now())
        assert landed_rows(small) == landed_rows(whole)


@pytest.mark.parametrize("place", LOAD_ROOM)
def test_a_full_disk_stops_a_load_cleanly_and_it_resumes(company, tmp_path, place):
    full = a_full_disk(company, tmp_path / "full", LOAD_ROOM[place], "lake", "vault")
    with full as (small, limit):
        assert_full(trueup(small, "load", before=limit), place)
        (small.project.workspace / "filler").unlink(missing_ok=True)
        assert trueup(small, "load").code == 0
        whole = with_settings(company, tmp_path / "whole")
        shutil.copytree(company.project.lake, whole.project.lake)
        run_load(whole.project, company.clock.now())
        assert landed_rows(small) == landed_rows(whole)


@pytest.mark.parametrize("place", PUBLISH_ROOM)
def test_a_full_disk_stops_a_publish_and_the_last_good_version_stays(company, tmp_path, place):
    parts = ("lake", "vault", "warehouse.duckdb", "published")
    full = a_full_disk(company, tmp_path / "full", PUBLISH_ROOM[place], *parts)
    with full as (small, limit):
        before = small.published(ROWS)
        assert_full(trueup(small, "publish", before=limit), place)
        assert small.published(ROWS) == before
        (small.project.workspace / "filler").unlink(missing_ok=True)
        assert run_publish(small.project, company.clock.now()).error() is None
        assert small.published(ROWS) != before


def locked_up(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_lake_that_may_only_be_read_stops_a_sync_before_it_commits(company, tmp_path):
    here = company.copied_to(tmp_path / "locked", "lake", "vault")
    shutil.rmtree(here.project.lake / "shopify")
    locked_up(here.project.lake)
    ended = trueup(here, "sync", "shopify", before=without_override)
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert "Permission denied" in ended.error["message"]
    assert "write access" in ended.error["do"]
    assert not (here.project.lake / "shopify").exists()


def test_a_lake_that_may_only_be_read_can_still_be_loaded(company, tmp_path):
    here = company.copied_to(tmp_path / "locked", "lake", "vault")
    locked_up(here.project.lake)
    assert trueup(here, "load", before=without_override).code == 0


def in_a_newer_lake(lake: Path) -> None:
    (lake / "_trueup.json").write_text('{"format": 99}')


def in_a_newer_commit(lake: Path) -> None:
    newest = sorted((lake / "shopify" / "orders" / "_delta_log").glob("*.json"))[-1]
    text = newest.read_text()
    assert '\\"format\\":1' in text
    newest.write_text(text.replace('\\"format\\":1', '\\"format\\":99'))


def in_a_newer_delta(lake: Path) -> None:
    log = lake / "shopify" / "orders" / "_delta_log"
    number = len(list(log.glob("*.json")))
    protocol = '{"protocol":{"minReaderVersion":99,"minWriterVersion":99}}\n'
    (log / f"{number:020d}.json").write_text(protocol)


@pytest.mark.parametrize("written", [in_a_newer_lake, in_a_newer_commit, in_a_newer_delta])
@pytest.mark.parametrize("step", [("sync", "shopify"), ("load",)], ids=lambda words: words[0])
def test_a_lake_of_a_newer_version_is_refused_and_left_as_it_is(company, tmp_path, written, step):
    here = company.copied_to(tmp_path / "newer", "lake", "vault")
    written(here.project.lake)
    before = sorted(path for path in here.project.lake.rglob("*") if path.is_file())
    ended = trueup(here, *step)
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert "newer" in ended.error["do"]
    assert sorted(path for path in here.project.lake.rglob("*") if path.is_file()) == before


def cut(part: Path) -> None:
    part.write_bytes(part.read_bytes()[:-300])


def altered(part: Path) -> None:
    whole = bytearray(part.read_bytes())
    whole[200:216] = bytes(byte ^ 0xFF for byte in whole[200:216])
    part.write_bytes(whole)


@pytest.mark.parametrize("damage", [cut, altered, Path.unlink])
def test_a_damaged_part_file_is_named_and_none_of_its_batch_is_loaded(company, tmp_path, damage):
    here = company.copied_to(tmp_path / "damaged", "lake")
    part = next((here.project.lake / "shopify" / "orders").rglob("*.parquet"))
    whole = part.read_bytes()
    damage(part)
    ended = trueup(here, "load")
    assert (ended.code, ended.error["code"]) == (7, "TUP-706")
    assert part.name in ended.error["message"]
    part.write_bytes(whole)
    assert trueup(here, "load").code == 0


def test_a_warehouse_that_is_no_database_is_told_from_one_in_use(company, tmp_path):
    here = company.copied_to(tmp_path / "broken", "lake")
    here.project.warehouse.path.write_bytes(b"garbage" * 1000)
    ended = trueup(here, "load")
    assert (ended.code, ended.error["code"]) == (7, "TUP-716")
    assert "from the lake" in ended.error["do"]
