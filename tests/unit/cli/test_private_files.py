"""Only the owner can read files of commands, and the dashboard gets no credential."""

import os
import stat
from pathlib import Path

import pytest

from tests.unit.cli.projects import NOW, a_project, call
from trueup.pipeline.inspect.dashboard_server import _environment
from trueup.pipeline.settings.project import open_for_reading


@pytest.fixture(autouse=True)
def _as_most_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUEUP_NOW", NOW)
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_files_are_0600_and_folders_0700(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = a_project(tmp_path)
    assert call(capsys, "sync", "-C", str(folder))[0] == 0
    assert call(capsys, "load", "-C", str(folder))[0] == 0
    workspace = folder / ".trueup"
    modes = {p: stat.S_IMODE(p.lstat().st_mode) for p in (workspace, *workspace.rglob("*"))}
    wrong = {p: oct(m) for p, m in modes.items() if m != (0o700 if p.is_dir() else 0o600)}
    assert len(modes) > 10
    assert wrong == {}


def test_the_workspace_of_an_older_version_becomes_private_with_the_next_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = a_project(tmp_path) / ".trueup"
    workspace.mkdir(mode=0o755)
    assert call(capsys, "status", "-C", str(tmp_path))[0] == 0
    assert stat.S_IMODE(workspace.stat().st_mode) == 0o755
    assert call(capsys, "sync", "-C", str(tmp_path))[0] == 0
    assert stat.S_IMODE(workspace.stat().st_mode) == 0o700


def test_the_dashboards_process_gets_no_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = ("TRUEUP_MASTER_KEY", "SHOPIFY_TOKEN", "AWS_SECRET_ACCESS_KEY", "HTTPS_PROXY")
    for name in secrets:
        monkeypatch.setenv(name, "c2VjcmV0")
    given = _environment(open_for_reading(a_project(tmp_path)))
    assert given.keys().isdisjoint(secrets)
    assert given["TRUEUP_PUBLISHED"] == str(tmp_path / ".trueup" / "published")
    assert "PATH" in given
