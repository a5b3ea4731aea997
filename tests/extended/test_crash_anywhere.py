"""Killed at every commit boundary and started again, the result is as if nothing had happened."""

import signal

import pytest

from tests.end_to_end.company import a_company
from tests.end_to_end.crashes import (
    LOAD_POINTS,
    PUBLISH_POINTS,
    SYNC_POINTS,
    command,
    lake_content,
)
from trueup.core import failpoints
from trueup.pipeline.run import run_publish, run_sync
from trueup_simulators.world import WorldConfig

TINY = WorldConfig(scale="small", days=4)


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


def sampled(hits: int) -> list[int]:
    """First, middle and last passing of a point."""
    return sorted({1, (hits + 1) // 2, hits})


def test_every_boundary_is_passed(golden):
    _, hits = golden
    passed = {point for point, count in hits.items() if count}
    assert passed >= {*SYNC_POINTS, *LOAD_POINTS, *PUBLISH_POINTS}


@pytest.mark.parametrize("point", SYNC_POINTS)
def test_a_sync_killed_anywhere_goes_on_without_loss_or_doubling(golden, tmp_path, point):
    company, hits = golden
    expected = lake_content(company)
    for hit in sampled(hits[point]):
        folder = company.copied_to(tmp_path / f"{hit}", "vault").folder
        assert command(folder, company, "sync", dies_at=f"{point}:{hit}") == -signal.SIGKILL
        assert command(folder, company, "sync") == 0
        assert lake_content(company.reopened_at(folder)) == expected


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
