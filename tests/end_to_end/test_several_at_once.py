"""Several processes at once: errors name the running one, nothing is read or stored twice."""

import hashlib
import os
import subprocess
import sys
import time

import pytest

from tests.end_to_end.company import Company
from tests.end_to_end.prepared import PUBLISHED, a_prepared_company
from tests.end_to_end.trouble import command, landed_rows, trueup, with_settings
from trueup.pipeline.run import run_load, run_sync
from trueup_simulators.faults import FaultRule


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was published once."""
    with a_prepared_company(tmp_path_factory.mktemp("several") / "company", PUBLISHED) as company:
        yield company


def test_a_warehouse_that_another_process_has_open_is_retried_later(company, tmp_path):
    here = company.copied_to(tmp_path / "used", "lake", "warehouse.duckdb", "published")
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print(flush=True); input()"
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(here.project.warehouse.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()
    ended, seen = trueup(here, "load"), trueup(here, "status")
    holder.communicate(b"\n")
    assert (ended.code, ended.error["code"]) == (75, "TUP-754")
    assert f"process {holder.pid}" in ended.error["message"]
    assert (seen.code, seen.data["seen_in"]) == (0, "published version")
    assert trueup(here, "load").code == 0


def test_a_second_run_ends_at_once_and_says_who_is_at_work(company, tmp_path):
    here = with_settings(company, tmp_path / "busy")
    before = company.faults.fired().get("hang", 0)
    company.faults.add(FaultRule(kind="hang", match="/me/adaccounts", params={"seconds": 300}))
    first = started(here, "sync", "meta_ads")
    while company.faults.fired().get("hang", 0) == before:
        time.sleep(0.05)
    ended = trueup(here, "sync")
    assert (ended.code, ended.error["code"]) == (75, "TUP-755")
    assert f"(process {first.pid})" in ended.error["message"]
    assert first.poll() is None
    first.kill()
    first.wait()
    assert trueup(here, "sync").code == 0


def started(company: Company, *words: str) -> subprocess.Popen:
    return subprocess.Popen(
        command(*words),
        cwd=company.folder,
        env={**os.environ, "TRUEUP_NOW": company.clock.now().isoformat()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_two_runs_into_one_lake_at_once_double_nothing(company, tmp_path):
    one = with_settings(company, tmp_path / "one")
    others = [with_settings(company, tmp_path / name) for name in ("two", "three")]
    for part in ("lake", "vault"):
        (one.project.workspace / part).mkdir(parents=True)
        (one.project.workspace / part).chmod(0o700)
        for other in others:
            other.project.workspace.mkdir(exist_ok=True)
            (other.project.workspace / part).symlink_to(one.project.workspace / part)
    codes = [process.wait(100) for process in [started(other, "sync") for other in others]]
    assert set(codes) <= {0, 75}
    assert trueup(one, "sync").code == 0
    run_load(one.project, company.clock.now())
    whole = with_settings(company, tmp_path / "whole")
    run_sync(whole.project, company.clock.now(), whole.project.config.sources)
    run_load(whole.project, company.clock.now())
    assert landed_rows(one) == landed_rows(whole)
    assert damaged_parts(one) == []


def damaged_parts(company: Company) -> list[str]:
    """Part files that differ from what their commit says of them."""
    tables = [
        company.project.table(source, stream.name)
        for source, streams in company.project.streams().items()
        for stream in streams
    ]
    parts = [
        (table.path / part.path, part.sha256)
        for table in tables
        for commit in table.commits_after(-1)
        for part in commit.header.files
    ]
    assert len(parts) > 10
    return [
        path.name
        for path, sha256 in parts
        if hashlib.sha256(path.read_bytes()).hexdigest() != sha256
    ]
