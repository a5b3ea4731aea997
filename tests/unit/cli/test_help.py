"""Help: quick, complete, the same as the generated page."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest

from trueup.cli.app import COMMANDS, build
from trueup.cli.reference import command_tree, reference

ROOT = Path(__file__).parents[3]
HELP_SECONDS = 0.300
HEAVY = ("duckdb", "deltalake", "pyarrow", "dbt", "httpx", "rich", "pydantic", "numpy")


def _seconds_of(arguments: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL, env=os.environ
    )
    return time.perf_counter() - started


def test_help_answers_within_300_ms() -> None:
    # What the machine is busy with slows the bare interpreter as well; that much is forgiven.
    idle = 0.015
    help_seconds = statistics.median(_seconds_of(["-m", "trueup", "--help"]) for _ in range(5))
    bare_seconds = statistics.median(_seconds_of(["-c", "pass"]) for _ in range(5))
    assert help_seconds < HELP_SECONDS * max(1.0, bare_seconds / idle)


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
