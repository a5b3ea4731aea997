"""Docstrings begin with a verb or a noun, not with a question word."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TREES = ("src", "simulators", "dashboards", "benchmarks", "docs", "tests")
QUESTION = re.compile(r"(?:What|Whether|How|Where|Which|When|Why|Who)\b")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.mark.parametrize("tree", TREES)
def test_no_docstring_begins_with_a_question_word(tree: str) -> None:
    files = sorted((ROOT / tree).rglob("*.py"))
    assert files
    assert [place for file in files for place in _questions(file)] == []


def _questions(file: Path) -> list[str]:
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, DOCUMENTED)]
    return [
        f"{file.relative_to(ROOT)}: {getattr(node, 'name', 'module')}"
        for node in nodes
        if QUESTION.match(ast.get_docstring(node) or "")
    ]
