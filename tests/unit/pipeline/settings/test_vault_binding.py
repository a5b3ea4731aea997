"""A lake without its vault, or a vault without its key, is refused and never recreated."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.cli.projects import a_project, call
from trueup.lake.layout import note_vault, noted_vault, open_lake

Lose = Callable[[Path], object]
MARKER = "lake/_trueup.json"


def synced(folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    """The workspace of a project that was synced once."""
    folder.mkdir(exist_ok=True)
    a_project(folder)
    assert call(capsys, "sync", "-C", str(folder))[0] == 0
    return folder / ".trueup"


def again(workspace: Path, capsys: pytest.CaptureFixture[str], command: str = "sync") -> object:
    """Exit code and code of the error of a further sync, which must make nothing when it fails."""
    before = {path: path.stat().st_mtime_ns for path in (workspace / "vault").glob("*")}
    code, found = call(capsys, command, "-C", str(workspace.parent))
    if code:
        after = {path: path.stat().st_mtime_ns for path in (workspace / "vault").glob("*")}
        assert after == before
    errors = [found.get("error"), *(f.get("error") for f in found.get("findings", []))]
    return code, next((error["code"] for error in errors if error), "")


LOST: dict[str, tuple[Lose, int, str]] = {
    "vault": (lambda w: (w / "vault" / "vault.sqlite").unlink(), 7, "TUP-718"),
    "vault emptied": (lambda w: (w / "vault" / "vault.sqlite").write_bytes(b""), 7, "TUP-718"),
    "vault and key": (lambda w: shutil.rmtree(w / "vault"), 7, "TUP-718"),
    "key": (lambda w: (w / "vault" / "master.key").unlink(), 7, "TUP-710"),
}


@pytest.mark.parametrize("what", LOST)
def test_what_is_lost_is_told_and_never_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    lose, code, name = LOST[what]
    workspace = synced(tmp_path / "p", capsys)
    lose(workspace)
    assert again(workspace, capsys) == (code, name)
    assert again(workspace, capsys) == (code, name)
    assert again(workspace, capsys, "check") == (code, name)


def test_what_is_restored_is_used_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = synced(tmp_path / "p", capsys)
    shutil.move(workspace / "vault", tmp_path / "backup")
    assert again(workspace, capsys) == (7, "TUP-718")
    shutil.move(tmp_path / "backup", workspace / "vault")
    assert again(workspace, capsys) == (0, "")


def test_a_vault_of_another_lake_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = synced(tmp_path / "one", capsys), synced(tmp_path / "other", capsys)
    shutil.rmtree(one / "vault")
    shutil.copytree(other / "vault", one / "vault")
    assert again(one, capsys) == (7, "TUP-719")
    assert again(one, capsys, "check") == (7, "TUP-719")


def test_a_vault_made_anew_under_the_same_key_is_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = synced(tmp_path / "one", capsys), tmp_path / "other"
    (other / ".trueup" / "vault").mkdir(parents=True, mode=0o700)
    shutil.copy(one / "vault" / "master.key", other / ".trueup" / "vault")
    made = synced(other, capsys)
    shutil.copy(made / "vault" / "vault.sqlite", one / "vault")
    assert again(one, capsys) == (7, "TUP-719")


def test_another_key_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = synced(tmp_path / "p", capsys)
    monkeypatch.setenv("TRUEUP_MASTER_KEY", "QUFB" * 10 + "QUE=")
    assert again(workspace, capsys) == (4, "TUP-420")


def test_a_workspace_of_its_own_vault_cannot_write_a_shared_lake(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one, other = synced(tmp_path / "one", capsys), synced(tmp_path / "other", capsys)
    shutil.rmtree(other / "lake")
    (other / "lake").symlink_to(one / "lake")
    assert again(other, capsys) == (7, "TUP-719")
    shutil.rmtree(other / "vault")
    assert again(other, capsys) == (7, "TUP-718")
    (other / "vault").symlink_to(one / "vault")
    assert again(other, capsys) == (0, "")


def test_a_lake_of_an_older_version_takes_its_vault_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = synced(tmp_path / "p", capsys)
    vault_id = noted_vault(workspace / "lake")
    (workspace / MARKER).write_text('{"format": 1}\n')
    assert again(workspace, capsys) == (0, "")
    assert json.loads((workspace / MARKER).read_text()) == {"format": 1, "vault": vault_id}


def test_a_lake_of_an_older_version_without_its_vault_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = synced(tmp_path / "p", capsys)
    (workspace / MARKER).write_text('{"format": 1}\n')
    shutil.rmtree(workspace / "vault")
    assert again(workspace, capsys) == (7, "TUP-718")


def test_an_empty_lake_takes_the_vault_that_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = synced(tmp_path / "p", capsys)
    vault_id = noted_vault(workspace / "lake")
    shutil.rmtree(workspace / "lake")
    (workspace / "lake").mkdir()
    assert again(workspace, capsys) == (0, "")
    assert noted_vault(workspace / "lake") == vault_id


def test_a_marked_lake_in_which_nothing_landed_says_what_to_delete(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_project(tmp_path)
    workspace = tmp_path / ".trueup"
    open_lake(workspace / "lake")
    note_vault(workspace / "lake", "lost")
    code, found = call(capsys, "sync", "-C", str(tmp_path))
    assert code == 7
    assert str(workspace / MARKER) in found["error"]["do"]
    (workspace / MARKER).unlink()
    assert again(workspace, capsys) == (0, "")


def test_of_two_vaults_the_first_noted_one_stays(tmp_path: Path) -> None:
    open_lake(tmp_path)
    assert [note_vault(tmp_path, name) for name in "aba"] == ["a", "a", "a"]
    open_lake(tmp_path)
    assert noted_vault(tmp_path) == "a"
    assert [path.name for path in tmp_path.iterdir()] == ["_trueup.json"]
