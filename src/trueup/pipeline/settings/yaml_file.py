"""Reads a YAML file of settings: its mapping, and the line of every key."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, DuplicateKeyError, SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from trueup.errors import ConfigError

# A project file is read by people: beyond these it is another file, or one made to do harm.
MOST_BYTES = 1_000_000
MOST_VALUES = 10_000
_TWICE = re.compile(r'found duplicate key "(.*?)" with value', re.DOTALL)

Place = tuple[int | str, ...]
"""Keys and list positions that lead to a value, outermost first."""


@dataclass(frozen=True, slots=True)
class SettingsFile:
    """The mapping of a YAML file, with the positions of its keys."""

    path: Path
    values: dict[Any, Any]
    root: Node

    def where(self, place: Place = ()) -> str:
        """`file line n`: the line of the key at `place`, or of the innermost one that is there."""
        line, node = None, self.root
        for part in place:
            found = next((inner for inner in _inner(node) if inner[0] == str(part)), None)
            if found is None:
                break
            _, line, node = found
        return str(self.path) if line is None else f"{self.path} line {line}"


def read_settings(path: Path) -> SettingsFile:
    """Settings in the file at `path`; raises ConfigError when it holds none."""
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _Constructor
    yaml.composer.warn_double_anchors = False
    try:
        root = yaml.compose(_text(path))
        found = yaml.constructor.construct_document(root) if root else None
        if not isinstance(found, dict):
            raise _no_mapping(path, found)
        if sum(1 for _ in zip(_values(found), range(MOST_VALUES + 1), strict=False)) > MOST_VALUES:
            raise _too_large(path, f"over {MOST_VALUES:,} values")
    except DuplicateKeyError as error:
        raise _key_twice(_line(path, error), _TWICE.findall(error.problem)[0]) from None
    except YAMLError as error:
        raise ConfigError(
            f"{_line(path, error)}: not valid YAML",
            why="Nothing was started.",
            hint="Check the quotes there, and the indentation: spaces, never tabs.",
            code="TUP-304",
        ) from error
    except RecursionError:
        raise _too_large(path, "nested too deeply") from None
    return SettingsFile(path, found, root)


def _line(path: Path, error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    return f"{path} line {mark.line + 1}" if mark else str(path)


def _inner(node: Node) -> Iterator[tuple[str, int, Node]]:
    """Key or position, line and node of everything directly within `node`."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line + 1, value
    elif isinstance(node, SequenceNode):
        for position, value in enumerate(node.value):
            yield str(position), value.start_mark.line + 1, value


class _Constructor(SafeConstructor):
    """Names the line of a value that its type cannot hold, and leaves dates to the settings."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except ValueError as error:
            raise ConstructorError(None, None, str(error), node.start_mark) from error


_Constructor.add_constructor("tag:yaml.org,2002:timestamp", SafeConstructor.construct_yaml_str)


def _text(path: Path) -> str:
    try:
        if path.is_file() and path.stat().st_size > MOST_BYTES:
            raise _too_large(path, f"{path.stat().st_size:,} bytes")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigError(
            f"{path}: no project file here",
            hint="Go to a folder that has one, or make one: trueup init my-shop",
            code="TUP-302",
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{path}: byte {error.start + 1} is not UTF-8",
            why="Nothing was started.",
            hint="Save the file as UTF-8 in your editor.",
            code="TUP-303",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}",
            why="Nothing was started.",
            hint="Give this user read access to the file.",
            code="TUP-322",
        ) from error


def _values(value: object) -> Iterator[object]:
    """All values within a value; the value of an alias is repeated for each use."""
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from _values(one)


def _no_mapping(path: Path, found: object) -> ConfigError:
    kind = {list: "a list", type(None): "nothing", str: "a text"}.get(type(found), "a single value")
    return ConfigError(
        f"{path}: holds {kind}, not the keys of a project",
        why="Nothing was started.",
        hint="See a whole one: trueup init my-shop writes it with comments.",
        code="TUP-305",
    )


def _too_large(path: Path, how: str) -> ConfigError:
    return ConfigError(
        f"{path}: {how}, which is no project file",
        why="Nothing was started.",
        hint="Check that it is the file you mean; settings fit on a page or two.",
        code="TUP-306",
    )


def _key_twice(where: str, key: str) -> ConfigError:
    return ConfigError(
        f"{where}: {key!r} is there twice",
        why="Only one of the two would count, silently; so nothing was started.",
        hint="Keep one. A source is named once: list ad accounts under its key accounts; a second "
        "shop needs a project of its own.",
        code="TUP-307",
    )
