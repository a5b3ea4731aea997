"""`trueup check`: one line each, the exit code of the worst, nothing changed."""

from pathlib import Path

import pytest

from tests.unit.cli.projects import NOW, a_project, call
from trueup.cli import main


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_NOW", NOW)


def verdicts(found: dict[str, object]) -> dict[str, bool]:
    return {entry["subject"]: entry["ok"] for entry in found["checks"]}  # type: ignore[attr-defined]


def test_a_good_project_passes_and_stays_untouched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = call(capsys, "check", "-C", str(a_project(tmp_path)))
    assert code == 0
    assert list(verdicts(found)) == [
        *(
            "project file",
            "source fx",
            "vault",
            "lake",
            "warehouse",
            "published version",
            "time zones",
            "models",
        )
    ]
    assert all(verdicts(found).values())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fx_rates.csv", "trueup.yml"]


def test_one_bad_source_does_not_hide_the_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_project(tmp_path)
    (folder / "fx_rates.csv").unlink()
    code, found = call(capsys, "check", "-C", str(folder))
    assert code == 3
    assert [name for name, ok in verdicts(found).items() if not ok] == ["source fx"]


def test_each_finding_is_a_line_that_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_project(tmp_path)
    (folder / "fx_rates.csv").unlink()
    assert main(["check", "-C", str(folder)]) == 3
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("✓ project file")
    assert lines[1].startswith("✗ source fx")
    assert lines[2].startswith("  do   Name a CSV file")


def test_a_key_that_others_can_read_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_project(tmp_path)
    main(["sync", "-q", "-C", str(folder)])
    key = folder / ".trueup" / "vault" / "master.key"
    key.chmod(0o644)
    capsys.readouterr()
    assert call(capsys, "check", "-C", str(folder))[0] == 3


def test_a_lost_key_is_never_replaced(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = a_project(tmp_path)
    main(["sync", "-q", "-C", str(folder)])
    key = folder / ".trueup" / "vault" / "master.key"
    key.unlink()
    capsys.readouterr()
    code, found = call(capsys, "check", "-C", str(folder))
    assert (code, verdicts(found)["vault"]) == (7, False)
    assert not key.exists()


def test_a_lake_that_cannot_be_written_is_an_operators_matter(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_project(tmp_path)
    (folder / ".trueup").write_text("a file where the workspace should be")
    code, found = call(capsys, "check", "-C", str(folder))
    assert (code, verdicts(found)["lake"]) == (7, False)


def test_a_wrong_key_of_the_project_file_is_named_with_the_nearest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_project(tmp_path)
    text = (folder / "trueup.yml").read_text()
    (folder / "trueup.yml").write_text(text.replace("currency:", "curency:"))
    code, found = call(capsys, "check", "-C", str(folder))
    assert code == 3
    assert "Did you mean 'currency'?" in found["error"]["do"]  # type: ignore[index]
