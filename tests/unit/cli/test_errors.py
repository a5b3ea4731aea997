"""Errors end in one shape, with the exit code of their class."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from trueup.cli import main
from trueup.cli.output.errors import error_text, show_failure, worst
from trueup.errors import AccessError, ConfigError, QualityError, TransientError

NO_PROJECT = ["status", "-C", "nowhere"]


def test_an_error_says_what_why_do_and_its_code() -> None:
    error = QualityError("two rates differ", why="A total is wrong.", hint="Fix\nit.", code="TUP-9")
    expected = "✗ TUP-9  two rates differ\n  why  A total is wrong.\n  do   Fix\n       it.\n"
    assert error_text(error) == expected


def test_a_message_cannot_steer_the_terminal() -> None:
    shown = error_text(ConfigError("name \x1b[31mred\u202e"))
    assert "\x1b" not in shown
    assert "\u202e" not in shown


@pytest.mark.parametrize("code", [3, 4, 5, 6, 7, 75])
def test_each_class_of_error_has_its_exit_code(
    code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    from trueup import errors

    classes = [errors.ConfigError, errors.AccessError, errors.ContractError, errors.QualityError]
    classes += [errors.IntegrityError, errors.TransientError]
    kind = next(found for found in classes if found.exit_code == code)
    assert show_failure(kind("x"), ["run"]) == code
    assert capsys.readouterr().err.startswith("✗ TUP-")


def test_a_missing_project_exits_3_and_names_the_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(NO_PROJECT) == 3
    printed = capsys.readouterr()
    assert "TUP-302" in printed.err
    assert "trueup.yml" in printed.err
    assert printed.out == ""


def test_an_error_is_one_json_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*NO_PROJECT, "--json"]) == 3
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["command"] == "status"
    assert found["error"]["code"] == "TUP-302"
    assert found["error"]["exit_code"] == 3
    assert printed.err == ""


def test_wrong_usage_exits_2_and_names_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "--no-such-option"]) == 2
    assert "trueup run --help" in capsys.readouterr().err


def test_wrong_usage_is_json_when_json_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["statsu", "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "TUP-002"


def test_an_unexpected_error_hides_its_message_and_traceback(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRUEUP_DEBUG", raising=False)
    assert show_failure(KeyError("secret-token"), ["run"]) == 1
    shown = capsys.readouterr().err
    assert "TUP-999" in shown
    assert "secret-token" not in shown


def test_the_traceback_is_shown_when_debugging(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUEUP_DEBUG", "1")
    show_failure(KeyError("place"), ["run"])
    assert "KeyError: 'place'" in capsys.readouterr().err


def test_ctrl_c_exits_130_and_says_what_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert show_failure(KeyboardInterrupt(), ["run"]) == 130
    assert "0 records lost" in capsys.readouterr().err


def test_what_somebody_must_mend_outranks_what_passes_by_itself() -> None:
    access = AccessError("token refused")
    assert worst([TransientError("busy"), access]) is access
    assert worst([]) is None


def test_a_reader_that_leaves_early_gets_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m trueup --help | true"
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, timeout=60)
    assert done.stderr == b""


def test_what_the_machine_refuses_is_no_defect_and_names_the_place(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused = PermissionError(13, "Permission denied", "/data/serve.log")
    assert show_failure(refused, ["serve"]) == 7
    told = capsys.readouterr().err
    assert "TUP-722  /data/serve.log: Permission denied" in told
    assert "do   Give this user access" in told
