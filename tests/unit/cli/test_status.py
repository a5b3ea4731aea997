"""`trueup status`: before the first run, after one, and while one is at work."""

import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.cli.projects import a_project, call
from trueup.pipeline.inspect import state_tables as looking
from trueup.pipeline.inspect.coverage import ranges
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run_lock import run_lock
from trueup.pipeline.settings.project import Project, open_for_reading

NOW = datetime(2026, 7, 31, 6, tzinfo=UTC)
FIRST = date(2026, 7, 25)


def opened(folder: Path) -> Project:
    project = open_for_reading(a_project(folder, ads=True))
    project.warehouse.prepare([("google_ads", "ad_days")])
    return project


def know_account(project: Project, *, state: str = "active", reason: str = "") -> None:
    row = (
        "google_ads",
        "77",
        "DE",
        "EUR",
        "Europe/Berlin",
        state,
        reason,
        NOW.replace(tzinfo=None),
    )
    project.warehouse.execute("insert into ops.accounts values (?, ?, ?, ?, ?, ?, ?, ?)", [row])


def know_days(project: Project, days: list[int], rows: int = 0) -> None:
    stamp = NOW.replace(tzinfo=None)
    project.warehouse.execute(
        "insert into raw.windows values (1, 'b', 'google_ads', 'ad_days', '77', ?, ?, ?, ?, 'h')",
        [(stamp, stamp, FIRST + timedelta(days=day), rows) for day in days],
    )


def ad_days(project: Project, now: datetime = NOW):  # type: ignore[no-untyped-def]
    found = status(project, now).coverage
    return next(c for c in found if c.stream == "ad_days")


def test_before_the_first_run_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = call(capsys, "status", "-C", str(a_project(tmp_path)))
    assert (code, found["seen_in"], found["coverage"]) == (0, "nothing yet", [])


def test_an_empty_day_is_known_and_an_unread_day_is_not(tmp_path: Path) -> None:
    project = opened(tmp_path)
    know_account(project)
    know_days(project, [0, 1, 3, 4, 5], rows=0)
    coverage = ad_days(project)
    assert coverage.provisional == (
        (date(2026, 7, 25), date(2026, 7, 26)),
        (date(2026, 7, 28), date(2026, 7, 30)),
    )
    assert coverage.missing == ((date(2026, 7, 27), date(2026, 7, 27)),)
    assert coverage.reason == "never read"


def test_days_past_the_lookback_are_complete(tmp_path: Path) -> None:
    project = opened(tmp_path)
    know_account(project)
    know_days(project, [0, 1, 2])
    coverage = ad_days(project, NOW + timedelta(days=27))
    assert coverage.complete == ((FIRST, FIRST + timedelta(days=2)),)
    assert coverage.provisional == ()


def test_an_unavailable_account_is_missing_for_its_reason(tmp_path: Path) -> None:
    project = opened(tmp_path)
    know_account(project, state="unavailable", reason="cancelled at Google")
    found = status(project, NOW)
    assert [row["scope"] for row in found.unavailable] == ["77"]
    assert ad_days(project).reason == "cancelled at Google"


def test_today_is_no_gap_before_it_is_over(tmp_path: Path) -> None:
    project = opened(tmp_path)
    know_account(project)
    know_days(project, [0, 1, 2, 3, 4, 5])
    assert ad_days(project).missing == ()


def test_quarantine_is_counted_by_reason(tmp_path: Path) -> None:
    project = opened(tmp_path)
    row = (
        "insert into raw.quarantine values (1, 'b', 'shopify', 'orders', 's', 0, ?, ?, 'x', now())"
    )
    project.warehouse.execute(row, [(0, "not_json"), (1, "card_number"), (2, "not_json")])
    found = {row["reason"]: row["records"] for row in status(project, NOW).quarantine}
    assert found == {"not_json": 2, "card_number": 1}


def test_a_run_at_work_is_neither_waited_for_nor_disturbed(tmp_path: Path) -> None:
    project = opened(tmp_path)
    with run_lock(project.workspace, "other"), project.warehouse.connect():
        assert status(project, NOW).seen_in == "nothing yet"
    assert status(project, NOW).seen_in == "warehouse"


def test_a_run_that_begins_while_status_reads_waits_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project, events, read = opened(tmp_path), [], looking._read

    def a_run() -> None:
        with run_lock(project.workspace, "run"), project.warehouse.connect():
            events.append("run")

    run = threading.Thread(target=a_run)

    def slow_read(path: Path, selects: dict[str, str]) -> dict[str, list[dict[str, object]]]:
        run.start()
        run.join(0.2)
        events.append("read")
        return read(path, selects)

    monkeypatch.setattr(looking, "_read", slow_read)
    assert status(project, NOW).seen_in == "warehouse"
    run.join()
    assert events == ["read", "run"]


def test_looking_does_not_change_the_warehouse(tmp_path: Path) -> None:
    project = opened(tmp_path)
    before = project.warehouse.path.read_bytes()
    status(project, NOW)
    assert project.warehouse.path.read_bytes() == before


def test_consecutive_days_become_one_range() -> None:
    days = [date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 3)]
    assert ranges(reversed(days)) == ((days[0], days[1]), (days[2], days[2]))
