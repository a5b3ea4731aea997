"""Help: light, complete, the same as the generated page."""

import subprocess
import sys
from pathlib import Path

import pytest

from trueup.cli.app import COMMANDS, build
from trueup.cli.reference import command_tree, reference

ROOT = Path(__file__).parents[3]
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


def test_the_reference_page_is_current() -> None:
    page = (ROOT / "docs" / "reference" / "cli.md").read_text(encoding="utf-8")
    assert page == reference(), "run: python -m docs.generate"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_one_sentence_and_an_example(name: str) -> None:
    described = command_tree(build())[name]
    assert described.sentence.endswith(".")
    assert any(line.startswith(f"trueup {name}") for line in described.examples)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name: str) -> None:
    for option in command_tree(build())[name].options:
        assert option.help, f"{name} {option.names}"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_can_print_json(name: str) -> None:
    options = command_tree(build())[name].options
    assert any("--json" in option.names for option in options)


@pytest.mark.parametrize("name", ["run", "sync", "load", "transform", "publish", "backfill"])
def test_whatever_changes_data_can_show_its_plan(name: str) -> None:
    options = command_tree(build())[name].options
    assert any("--dry-run" in option.names for option in options)
