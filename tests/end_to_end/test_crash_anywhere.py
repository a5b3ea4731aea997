"""Killed at every commit boundary and started again, the result is as if nothing had happened."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pytest
from deltalake import DeltaTable

from tests.end_to_end.company import Company, a_company
from trueup.cli import main
from trueup.core import failpoints
from trueup.lake.table import StreamTable
from trueup.pipeline.run import run_publish, run_sync
from trueup_simulators.world import WorldConfig

TINY = WorldConfig(scale="small", days=4)
SYNC_POINTS = ("C1", "C2", "C3", "C4", "C5", "C6", "C7")
LOAD_POINTS = ("C8", "C9", "C10", "C11")
PUBLISH_POINTS = ("C12", "C13", "C14", "C15")


@pytest.fixture(scope="module")
def golden(tmp_path_factory):
    """A company that was synced and published without any crash, and its hit counts."""
    with a_company(tmp_path_factory.mktemp("golden"), TINY, workers=1) as company:
        before = failpoints.hits()
        run_sync(company.project, company.clock.now(), company.project.config.sources)
        synced = failpoints.hits()
        run_publish(company.project, company.clock.now())
        hits = _passed(before, synced, SYNC_POINTS)
        hits |= _passed(synced, failpoints.hits(), LOAD_POINTS + PUBLISH_POINTS)
        yield company, hits


def _passed(before: dict[str, int], after: dict[str, int], points: tuple[str, ...]) -> dict:
    return {point: after.get(point, 0) - before.get(point, 0) for point in points}


# Fresh processes that have the slow imports behind them; nothing else is shared.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["trueup.pipeline.run", "dbt.cli.main", "dbt.adapters.duckdb"])


def _trueup(folder: Path, environment: dict[str, str], words: tuple[str, ...]) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    sys.exit(main([*words, "--quiet"]))


def command(folder: Path, company: Company, *words: str, dies_at: str = "") -> int:
    """Run `trueup` as a process of its own at the company's time; returns its exit status."""
    environment = {"TRUEUP_NOW": company.clock.now().isoformat()}
    if dies_at:
        environment["TRUEUP_FAILPOINT"] = dies_at
    process = PROCESSES.Process(target=_trueup, args=(folder, environment, words))
    process.start()
    process.join(300)
    assert process.exitcode in (0, -signal.SIGKILL), f"trueup {words}: {process.exitcode}"
    return process.exitcode


def sampled(hits: int) -> list[int]:
    """First, middle and last passing of a point."""
    return sorted({1, (hits + 1) // 2, hits})


def lake_content(lake: Path, streams: dict[str, tuple]) -> dict[str, object]:
    """What each stream's table says now: newest hash of every window, or the set of payloads."""
    content: dict[str, object] = {}
    for source, listed in streams.items():
        for stream in listed:
            table = StreamTable(lake, source, stream.name)
            commits = list(table.commits_after(-1))
            assert all(commit.header.counts.is_conserved() for commit in commits)
            content[f"{source}.{stream.name}"] = {
                (commit.header.scope, window.day): window.content_hash
                for commit in commits
                for window in commit.header.windows
            } or _payloads(table)
    return content


def _payloads(table: StreamTable) -> list[str]:
    if not table.exists():
        return []
    rows = DeltaTable(str(table.path)).to_pyarrow_dataset().to_table(["payload"])
    return sorted(rows["payload"].to_pylist())


def test_every_boundary_is_passed(golden):
    _, hits = golden
    passed = {point for point, count in hits.items() if count}
    assert passed >= {*SYNC_POINTS, *LOAD_POINTS, *PUBLISH_POINTS}


@pytest.mark.parametrize("point", SYNC_POINTS)
def test_a_sync_killed_anywhere_goes_on_without_loss_or_doubling(golden, tmp_path, point):
    company, hits = golden
    streams = company.project.streams()
    expected = lake_content(company.project.lake, streams)
    for hit in sampled(hits[point]):
        folder = company.copied_to(tmp_path / f"{hit}", "vault").folder
        assert command(folder, company, "sync", dies_at=f"{point}:{hit}") == -signal.SIGKILL
        assert command(folder, company, "sync") == 0
        assert lake_content(folder / ".trueup" / "lake", streams) == expected


@pytest.mark.parametrize("point", LOAD_POINTS + PUBLISH_POINTS)
def test_a_load_or_publish_killed_anywhere_ends_in_the_same_figures(golden, tmp_path, point):
    company, hits = golden
    # Each costs a run of all models; the middle one is worth it between models only.
    for hit in sampled(hits[point]) if point == "C13" else {1, hits[point]}:
        folder = company.copied_to(tmp_path / f"{hit}", "vault", "lake").folder
        assert command(folder, company, "publish", dies_at=f"{point}:{hit}") == -signal.SIGKILL
        assert command(folder, company, "publish") == 0
        again = company.reopened_at(folder)
        assert again.content() == company.content()
