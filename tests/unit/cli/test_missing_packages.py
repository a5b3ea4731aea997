"""Without its extras Trueup says which one to install."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.projects import NOW, a_project

# None in sys.modules is how Python itself marks a module that cannot be imported.
SCRIPT = """
import sys
for name in {missing!r}:
    sys.modules[name] = None
from trueup.cli import main
sys.exit(main({words!r}))
"""
DEMO = ("graphql", "starlette", "uvicorn", "dbt.cli", "dbt.adapters.duckdb", "streamlit", "altair")


def run_without(
    missing: tuple[str, ...], words: list[str], folder: Path
) -> tuple[int, dict[str, str]]:
    """Exit code and error of a command in `folder`, where some modules are not installed."""
    script = SCRIPT.format(missing=missing, words=[*words, "--json"])
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )
    error: dict[str, str] = json.loads(done.stdout)["error"]
    return done.returncode, error


@pytest.mark.parametrize("missing", [DEMO, *((name,) for name in DEMO)], ids=", ".join)
def test_the_demo_names_its_extra_and_starts_nothing(
    tmp_path: Path, missing: tuple[str, ...]
) -> None:
    code, error = run_without(missing, ["demo"], tmp_path)
    assert (code, error["code"], error["do"]) == (3, "TUP-350", "pip install 'trueup[demo]'")
    assert error["message"] == f"demo: not installed: {', '.join(missing)}"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["streamlit", "altair"])
def test_serve_names_its_extra(tmp_path: Path, missing: str) -> None:
    code, error = run_without((missing,), ["serve"], a_project(tmp_path))
    assert (code, error["code"]) == (3, "TUP-346")
    assert error["do"] == "pip install 'trueup[dashboards]'"


@pytest.mark.parametrize(
    ("command", "missing"), [("run", "dbt"), ("run", "dbt.adapters.duckdb"), ("transform", "dbt")]
)
def test_what_needs_dbt_names_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str, command: str
) -> None:
    monkeypatch.setenv("TRUEUP_NOW", NOW)
    code, error = run_without((missing,), [command], a_project(tmp_path))
    assert (code, error["code"], error["do"]) == (3, "TUP-319", "pip install 'trueup[dbt]'")
