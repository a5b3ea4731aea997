"""A YAML file as the mapping it should be; everything it may be instead is named."""

from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from trueup.errors import ConfigError

# A project file is read by people: beyond these it is another file, or one made to do harm.
MOST_BYTES = 1_000_000
MOST_VALUES = 10_000


def parsed_mapping(path: Path) -> dict[Any, Any]:
    """The mapping in the file at `path`; raises ConfigError saying what it holds instead."""
    try:
        found = yaml.load(_text(path), _Loader)  # noqa: S506  # a SafeLoader that refuses more
        if not isinstance(found, dict):
            raise _no_mapping(path, found)
        if sum(1 for _ in zip(_values(found), range(MOST_VALUES + 1), strict=False)) > MOST_VALUES:
            raise _too_large(path, f"over {MOST_VALUES:,} values")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f" line {mark.line + 1}" if mark else ""
        if isinstance(error, _KeyTwiceError):
            raise _key_twice(f"{path}{line}", str(error.problem)) from None
        raise ConfigError(
            f"{path}{line}: not valid YAML",
            why="Nothing was started.",
            hint="Check the quotes there, and the indentation: spaces, never tabs.",
            code="TUP-304",
        ) from error
    except RecursionError:
        raise _too_large(path, "nested too deeply") from None
    return found


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


class _KeyTwiceError(yaml.constructor.ConstructorError):
    """A mapping names a key twice; `problem` is the key."""


class _Loader(yaml.SafeLoader):
    """Refuses a key that is there twice, of which YAML would silently drop the first."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value != "<<":
                if key.value in seen:
                    raise _KeyTwiceError(None, None, key.value, key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


def _values(value: object) -> Iterator[object]:
    """Everything in it, as often as it is met: an alias counts wherever it is used."""
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
