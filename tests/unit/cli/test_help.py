"""Help: light and complete."""

import os
import subprocess
import sys

import pytest
from typer.main import get_command

from trueup.cli.app import COMMANDS, build

MODULES = 250
HEAVY = ("duckdb", "deltalake", "pyarrow", "dbt", "httpx", "rich", "pydantic", "numpy")


def test_help_imports_few_modules() -> None:
    # Imports are what help takes its time for: so many take well under 300 ms.
    script = (
        "import sys; from trueup.cli import main; main(['--help']); "
        f"sys.exit(len(sys.modules) > {MODULES})"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from trueup.cli import main; main(['run', '--help']); "
        f"sys.exit(','.join(name for name in {HEAVY} if name in sys.modules) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


COMMAND_OF = get_command(build()).commands


def test_without_a_command_the_help_is_shown_and_nothing_is_wrong() -> None:
    done = subprocess.run([sys.executable, "-m", "trueup"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Usage: trueup")
    assert all(name in done.stdout for name in COMMANDS)


def test_the_shell_completes_commands() -> None:
    asked = {"_TRUEUP_COMPLETE": "complete_bash", "COMP_WORDS": "trueup s", "COMP_CWORD": "1"}
    command = [sys.executable, "-c", "from trueup.cli import main; main()"]
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | asked)
    assert sorted(done.stdout.split()) == ["serve", "status", "sync"]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_one_sentence_and_an_example(name: str) -> None:
    sentence, _, examples = COMMAND_OF[name].help.partition("\b\n")
    assert sentence.strip().endswith(".")
    assert any(line.startswith(f"trueup {name}") for line in examples.splitlines())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    assert [option.name for option in COMMAND_OF[name].params if not option.help] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_print_json(name: str) -> None:
    assert "--json" in options_of(name)


@pytest.mark.parametrize("name", ["run", "sync", "load", "transform", "publish", "backfill"])
def test_whatever_changes_data_can_show_its_plan(name: str) -> None:
    assert "--dry-run" in options_of(name)


def options_of(name: str) -> list[str]:
    return [spelling for option in COMMAND_OF[name].params for spelling in option.opts]
