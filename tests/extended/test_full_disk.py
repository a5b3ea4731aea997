"""A full disk: a clear error, nothing lost, the last good version stays."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.end_to_end.company import Company
from tests.end_to_end.prepared import NEWS, a_prepared_company
from tests.end_to_end.trouble import (
    a_disk_of,
    files_of_at_most,
    landed_rows,
    trueup,
    with_settings,
)
from trueup.pipeline.run import run_load, run_publish, run_sync

DISK_BYTES = 120_000_000
# Bytes that are free when the step begins, one per place where they run out.
SYNC_ROOM = {"run lock": 0, "vault": 20_000, "first parts": 90_000, "later parts": 300_000}
LOAD_ROOM = {"new file": 20_000, "in the middle": 1_000_000}
PUBLISH_ROOM = {"dbt's log": 300_000, "models": 4_000_000}
ROWS = "select table_name, row_count, content_hash from ops.published_tables order by all"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was published once and has a day more in its lake."""
    with a_prepared_company(tmp_path_factory.mktemp("disk") / "company", NEWS) as company:
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
