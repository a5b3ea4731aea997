"""Every error that the sources raise, with its code, found by reading them and not by running."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import trueup

SOURCES = Path(trueup.__file__).parent
ROOT = "TrueupError"
CODE = re.compile(r"TUP-\d+")


@dataclass(frozen=True, slots=True)
class Raised:
    """One place that makes an error; `kind` is its class."""

    code: str
    kind: str
    module: str


@dataclass(frozen=True, slots=True)
class _Kind:
    base: str
    default_code: str


def modules() -> dict[str, ast.Module]:
    """Every module of the package, by its path below it."""
    paths = sorted(SOURCES.rglob("*.py"))
    return {p.relative_to(SOURCES).as_posix(): ast.parse(p.read_text()) for p in paths}


def all_raised(trees: dict[str, ast.Module]) -> list[Raised]:
    """Every constructed error; raises ValueError when the text does not show its code."""
    kinds, names = _kinds(trees), _constants(trees)
    return [
        Raised(_code(call, name, kinds, names), name, module)
        for module, tree in trees.items()
        for call, name in _calls(tree)
        if _is_ours(name, kinds)
    ]


def lineage(trees: dict[str, ast.Module], name: str) -> list[str]:
    """The class and those above it, up to the root of all errors."""
    kinds, found = _kinds(trees), [name]
    while found[-1] != ROOT:
        found.append(kinds[found[-1]].base)
    return found


def codes_written(trees: dict[str, ast.Module]) -> set[str]:
    """Every text that is a code, raised or only compared with."""
    return {
        node.value
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        if CODE.fullmatch(node.value)
    }


def default_codes(trees: dict[str, ast.Module]) -> set[str]:
    """Codes of classes, for errors that are made without one."""
    return {kind.default_code for kind in _kinds(trees).values()} - {""}


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name:
                yield node, name


def _code(call: ast.Call, name: str, kinds: dict[str, _Kind], names: dict[str, str]) -> str:
    given = next((k.value for k in call.keywords if k.arg == "code"), None)
    if isinstance(given, ast.Constant):
        return str(given.value)
    if isinstance(given, ast.Name) and given.id in names:
        return names[given.id]
    if given is not None:
        raise ValueError(f"line {call.lineno}: a code must be a literal or a constant")
    while not kinds[name].default_code:
        name = kinds[name].base
    return kinds[name].default_code


def _is_ours(name: str, kinds: dict[str, _Kind]) -> bool:
    while name in kinds and name != ROOT:
        name = kinds[name].base
    return name == ROOT


def _kinds(trees: dict[str, ast.Module]) -> dict[str, _Kind]:
    nodes = [n for tree in trees.values() for n in tree.body if isinstance(n, ast.ClassDef)]
    return {
        node.name: _Kind(getattr(node.bases[0], "id", "") if node.bases else "", _default(node))
        for node in nodes
    }


def _default(node: ast.ClassDef) -> str:
    for line in node.body:
        if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(line.value, ast.Constant):
            target = line.targets[0] if isinstance(line, ast.Assign) else line.target
            if getattr(target, "id", "") == "default_code":
                return str(line.value.value)
    return ""


def _constants(trees: dict[str, ast.Module]) -> dict[str, str]:
    return {
        line.targets[0].id: line.value.value
        for tree in trees.values()
        for line in tree.body
        if isinstance(line, ast.Assign) and isinstance(line.targets[0], ast.Name)
        if isinstance(line.value, ast.Constant) and isinstance(line.value.value, str)
        if CODE.fullmatch(line.value.value)
    }
