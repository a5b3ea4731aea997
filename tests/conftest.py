"""Shared parts of all tests: a prepared company, the order of files, and the summary."""

import os
import shutil
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.end_to_end.prepared import GROWN, a_prepared_company
from tests.judges.shopify import judge

JUDGES = {
    "google-ads protos": "tests/unit/simulators/google_ads/test_protos.py",
    "facebook-business": "tests/unit/simulators/meta_ads/test_official_sdk.py",
    "Shopify Admin schema": "tests/judges/shopify/test_shopify_judge.py",
}
REQUIRE_VARIABLE = "TRUEUP_REQUIRE_JUDGES"

# Seconds of all workers together that a tier may take on two cores that do nothing else.
BUDGETS = {"unit": 240, "contracts": 360, "models": 360, "end_to_end": 480}
# Files that take longest come first, so that no worker is left alone with one at the end.
LONGEST_FIRST = (
    "tests/end_to_end/test_one_world.py",
    "tests/models/test_incremental_equals_full.py",
    "tests/end_to_end/test_demo.py",
    "tests/end_to_end/",
    "tests/models/",
    "tests/contracts/",
)

# Databases and lakes wait for the disk at every commit; a file system in memory saves the wait.
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 4_000_000_000


def pytest_configure(config: pytest.Config) -> None:
    """Keep the folders of tests in memory if there is room, unless a place was chosen.

    And let Ctrl-C mean the same everywhere: a shell's background jobs are begun without it.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.fixture(scope="session")
def grown_company(tmp_path_factory):
    """A company that published once; a day later there are new candidate tables, unaudited."""
    with a_prepared_company(tmp_path_factory.mktemp("grown") / "company", GROWN) as company:
        yield company


def pytest_sessionstart(session: pytest.Session) -> None:
    """Fail on a missing judge where all judges are required, as in CI."""
    if os.environ.get(REQUIRE_VARIABLE) and not judge.available():
        raise pytest.UsageError("Shopify's official schema is not installed: make judges")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def rank(item: pytest.Item) -> int:
        begins = (n for n, path in enumerate(LONGEST_FIRST) if item.nodeid.startswith(path))
        return next(begins, len(LONGEST_FIRST))

    items.sort(key=rank)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    reports = [
        report
        for outcome in ("passed", "failed", "error", "")
        for report in terminalreporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport)
    ]
    terminalreporter.write_line(f"seconds of work: {'; '.join(_tiers(reports))}")
    if "tests/unit" in _tier_paths(reports):
        terminalreporter.write_line(f"judges: {'; '.join(_judged(reports))}")


def _tiers(reports: list[pytest.TestReport]) -> list[str]:
    """Per tier the seconds of all its tests, and its budget."""
    spent: Counter[str] = Counter()
    for report in reports:
        spent[report.nodeid.split("/")[1]] += report.duration
    return [
        f"{tier} {seconds:.0f}" + (f" of {BUDGETS[tier]}" if tier in BUDGETS else "")
        for tier, seconds in spent.most_common()
    ]


def _tier_paths(reports: list[pytest.TestReport]) -> set[str]:
    return {"/".join(report.nodeid.split("/")[:2]) for report in reports}


def _judged(reports: list[pytest.TestReport]) -> list[str]:
    """Number of checks of each official judge."""
    said = []
    for name, path in JUDGES.items():
        count = sum(each.when == "call" and each.nodeid.startswith(path) for each in reports)
        said.append(f"{name} {count} checks" if count else f"{name} did not run")
    return said
