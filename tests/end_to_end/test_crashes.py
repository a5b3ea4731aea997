"""Killed at commit boundaries and started again, the result is as if nothing had happened.

Every boundary at its first, middle and last passing: tests/extended/test_crash_anywhere.py.
"""

import signal

import pytest

from tests.end_to_end.crashes import (
    LOAD_POINTS,
    PUBLISH_POINTS,
    SYNC_POINTS,
    command,
    lake_content,
    raw_content,
)
from tests.end_to_end.prepared import PUBLISHED, a_prepared_company


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    with a_prepared_company(tmp_path_factory.mktemp("crashes") / "company", PUBLISHED) as company:
        yield company


def killed(company, here, word, *places):
    """Kill one process after the other, each at its own place; then let one come to its end."""
    for place in places:
        assert command(here.folder, company, word, dies_at=place) == -signal.SIGKILL, place
    assert command(here.folder, company, word) == 0


# Each goes on where the one before was killed, and comes some passings further itself.
SYNC_PLACES = [f"{point}:{hit}" for hit in (1, 5) for point in SYNC_POINTS]


def test_a_sync_killed_at_every_boundary_goes_on_without_loss_or_doubling(company, tmp_path):
    here = company.copied_to(tmp_path / "here", "vault")
    killed(company, here, "sync", *SYNC_PLACES)
    assert lake_content(here) == lake_content(company)


def test_a_load_killed_at_every_boundary_loads_everything_once(company, tmp_path):
    here = company.copied_to(tmp_path / "here", "vault", "lake")
    killed(company, here, "load", *[f"{point}:{hit}" for hit in (1, 3) for point in LOAD_POINTS])
    assert raw_content(here) == raw_content(company)


def test_a_publish_killed_at_every_boundary_ends_in_the_same_figures(company, tmp_path):
    here = company.copied_to(tmp_path / "here", "vault", "lake")
    # Between models is halfway through them.
    places = [f"{point}:{30 if point == 'C13' else 1}" for point in PUBLISH_POINTS]
    killed(company, here, "publish", *places)
    assert here.content() == company.content()
