"""The models as Snowflake would get them: the same files, with the other engine's macros."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
import yaml

from tests.models.warehouse_harness import PROJECT, VARIABLES

MODELS = sorted((PROJECT / "models").rglob("*.sql"))


class _Handed(Exception):
    """Value that a macro passes to `return`, of any type."""

    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


class SnowflakeProject:
    """Renders models; `incremental` as on a later run."""

    def __init__(self, *, incremental: bool) -> None:
        self._macros = SimpleNamespace()
        settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
        variables = settings["vars"] | VARIABLES
        self._environment = jinja2.Environment(
            extensions=["jinja2.ext.do"], autoescape=False, undefined=jinja2.StrictUndefined
        )
        self._environment.globals |= {
            "adapter": SimpleNamespace(dispatch=self._dispatch),
            "config": lambda **_: "",
            "execute": incremental,
            "flags": SimpleNamespace(FULL_REFRESH=False, WHICH="parse"),
            "is_incremental": lambda: incremental,
            "modules": SimpleNamespace(datetime=__import__("datetime")),
            "ref": lambda name: f"db.models.{name}",
            "return": _hand_back,
            "source": lambda source, table: f"db.raw.{source}__{table}",
            "this": "db.models.this_table",
            "trueup": self._macros,
            "var": variables.__getitem__,
        }
        for path in sorted((PROJECT / "macros").glob("*.sql")):
            self._load(path)

    def render(self, path: Path) -> str:
        return self._environment.from_string(path.read_text()).render()

    def _load(self, path: Path) -> None:
        module = self._environment.from_string(path.read_text()).module
        for name, macro in _macros_of(module):
            called = _returning(macro)
            setattr(self._macros, name, called)
            self._environment.globals[name] = called

    def _dispatch(self, name: str, package: str) -> Any:
        assert package == "trueup", "only own macros are dispatched"
        return getattr(self._macros, f"snowflake__{name}")


def _macros_of(module: Any) -> Iterator[tuple[str, Any]]:
    for name in dir(module):
        macro = getattr(module, name)
        if isinstance(macro, jinja2.runtime.Macro):
            yield name, macro


def _hand_back(value: Any) -> None:
    raise _Handed(value)


def _returning(macro: Any) -> Any:
    def call(*args: Any, **named: Any) -> Any:
        try:
            return macro(*args, **named)
        except _Handed as handed:
            return handed.value

    return call
