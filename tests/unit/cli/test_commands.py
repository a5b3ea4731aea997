"""Commands on a project without any vendor: plans write nothing, names are checked."""

from pathlib import Path

import pytest

from tests.unit.cli.projects import NOW, RATES, ROW, a_project, call
from trueup.cli import main


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_NOW", NOW)


def files_of(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("command", ["run", "sync", "load", "transform", "publish"])
def test_a_dry_run_writes_nothing(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(a_project(tmp_path))
    code, found = call(capsys, command, "-C", str(tmp_path), "--dry-run")
    assert (code, found["error"], found["dry_run"]) == (0, None, True)
    assert files_of(tmp_path) == before


def test_a_plan_names_what_would_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, found = call(capsys, "sync", "-C", str(a_project(tmp_path)), "--dry-run")
    read = found["reads"][0]  # type: ignore[index]  # a list, as the test shows
    assert (read["source"], read["stream"], read["kind"]) == ("fx", "rates", "snapshot")


def test_what_a_plan_says_is_loaded_is_loaded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = str(a_project(tmp_path))
    assert call(capsys, "sync", "-C", folder)[0] == 0
    _, plan = call(capsys, "load", "-C", folder, "--dry-run")
    assert plan["loads"] == [{"source": "fx", "stream": "rates", "batches": 1, "rows": 1}]
    _, done = call(capsys, "load", "-C", folder)
    assert done["load"] == {"batches": 1, "rows": 1, "quarantined": 0}
    _, plan = call(capsys, "load", "-C", folder, "--dry-run")
    assert "loads" not in plan


def test_a_second_sync_adds_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = str(a_project(tmp_path))
    call(capsys, "sync", "-C", folder)
    _, found = call(capsys, "sync", "-C", folder)
    (stream,) = found["sync"]["streams"]  # type: ignore[index]  # an object, as the test shows
    assert (stream["landed"], stream["unchanged"]) == (0, 1)


@pytest.mark.parametrize("command", [["run"], ["sync"], ["backfill", "--since=2026-07-01",
                                                         "--until=2026-07-02"]])  # fmt: skip
def test_an_unknown_source_lists_the_known_ones(
    command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = call(capsys, *command, "fxx", "-C", str(a_project(tmp_path)))
    error = found["error"]
    assert (code, error["message"]) == (3, "no source named 'fxx'")  # type: ignore[index]
    assert error["do"] == "Did you mean 'fx'? Known sources: fx."  # type: ignore[index]
    assert not (tmp_path / ".trueup").exists()


@pytest.mark.parametrize("since", ["2026-07-02", "yesterday", "2026-7-99"])
def test_a_backfill_needs_two_dates_in_order(
    since: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["backfill", "fx", "--since", since, "--until", "2026-07-02"]
    assert call(capsys, *words, "-C", str(a_project(tmp_path)))[0] == 2


def test_a_variable_that_is_not_set_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = call(capsys, "run", "-C", str(a_project(tmp_path, ads=True)))
    assert code == 3
    assert "NEVER_SET" in found["error"]["message"]  # type: ignore[index]


def test_looking_needs_no_credentials(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = call(capsys, "status", "-C", str(a_project(tmp_path, ads=True)))
    assert (code, found["seen_in"]) == (0, "nothing yet")
    assert not (tmp_path / ".trueup").exists()


def test_a_file_that_cannot_be_read_exits_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = call(capsys, "sync", "-C", str(a_project(tmp_path, rates="a,b\n1,2\n")))
    assert code == 3
    assert "provider" in found["error"]["do"]  # type: ignore[index]


def test_a_second_run_at_once_is_refused_and_told_to_wait(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from trueup.pipeline.run_lock import run_lock

    folder = a_project(tmp_path)
    with run_lock(folder / ".trueup", "other"):
        code, found = call(capsys, "sync", "-C", str(folder))
    assert (code, found["error"]["code"]) == (75, "TUP-755")  # type: ignore[index]


def test_plain_output_ends_with_the_error_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_project(tmp_path, rates=RATES + ROW)
    (tmp_path / "fx_rates.csv").unlink()
    assert main(["sync", "-q", "-C", str(tmp_path)]) == 3
    printed = capsys.readouterr()
    assert "✗ fx.* · *: TUP-340" in printed.out
    assert printed.err.startswith("✗ TUP-340")
