"""What all tests share: a prepared company, and which official judges had a say in a run."""

import os

import pytest

from tests.end_to_end.prepared import GROWN, a_prepared_company
from tests.judges.shopify import judge

JUDGES = {
    "google-ads protos": "tests/unit/simulators/google_ads/test_protos.py",
    "facebook-business": "tests/unit/simulators/meta_ads/test_official_sdk.py",
    "Shopify Admin schema": "tests/judges/shopify/test_shopify_judge.py",
}
REQUIRE_VARIABLE = "TRUEUP_REQUIRE_JUDGES"


@pytest.fixture(scope="session")
def grown_company(tmp_path_factory):
    """A company that published once; a day later there are new candidate tables, unaudited."""
    with a_prepared_company(tmp_path_factory.mktemp("grown") / "company", GROWN) as company:
        yield company


def pytest_sessionstart(session: pytest.Session) -> None:
    """Where all judges are required, as in CI, the absence of one is an error."""
    if os.environ.get(REQUIRE_VARIABLE) and not judge.available():
        raise pytest.UsageError("Shopify's official schema is not installed: make judges")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ids = [
        report.nodeid
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
    ]
    said = []
    for name, path in JUDGES.items():
        count = sum(node.startswith(path) for node in ids)
        said.append(f"{name} {count} checks" if count else f"{name} did not run")
    terminalreporter.write_line(f"judges: {'; '.join(said)}")
