"""The project file `trueup.yml`, typed; errors name the nearest known key."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationError,
    field_validator,
)

from trueup.core.time_zones import is_zone
from trueup.errors import ConfigError, known_names
from trueup.pipeline.settings.network import NetworkConfig
from trueup.pipeline.settings.yaml_file import Place, SettingsFile, read_settings
from trueup.sources.registry import REGISTRY

PROJECT_FILE = "trueup.yml"
EARLIEST_START = date(2000, 1, 1)
M = TypeVar("M", bound=BaseModel)
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class ProjectConfig(BaseModel):
    """Settings of `trueup.yml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(
        pattern=r"^[a-z][a-z0-9-]{0,40}$",
        description="Short name of the company: lower-case letters, digits and hyphens.",
    )
    version: int = Field(default=1, ge=1, le=1, description="Layout of this file.")
    timezone: str = Field(description="IANA zone of the reporting day.")
    currency: str = Field(pattern=r"^[A-Z]{3}$", description="ISO 4217 reporting currency.")
    start_date: date = Field(
        ge=EARLIEST_START, description="First day of the figures; it may be set earlier later."
    )
    workspace: Path = Field(
        default=Path(".trueup"),
        description="Folder of lake, warehouse, vault and what is published.",
    )
    workers: int = Field(default=4, ge=1, le=32, description="Accounts read at a time per source.")
    keep_publishes: int = Field(
        default=5, ge=2, description="Published versions that are kept at least."
    )
    keep_publish_hours: int = Field(
        default=24,
        ge=0,
        le=8760,
        description="Hours that a version is kept after a newer one took its place, for those who "
        "still read it.",
    )
    network: NetworkConfig = Field(
        default=NetworkConfig(), description="Proxies and certificates on the way to sources."
    )
    sources: dict[str, dict[str, Any]] = Field(description="Settings of each source, by name.")
    _file: SettingsFile = PrivateAttr()

    @property
    def file(self) -> SettingsFile:
        """File of these settings."""
        return self._file

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        if not is_zone(value):
            raise ValueError("is not an IANA time zone, such as Europe/Berlin")
        return value

    @field_validator("workspace")
    @classmethod
    def _possible_path(cls, value: Path) -> Path:
        if not str(value).isprintable():
            raise ValueError("has characters that cannot be in a path")
        if re.match(r"\w+:/", str(value)):
            raise ValueError("must be a folder of this machine, not an address")
        return value


def load_config(folder: Path, environment: Mapping[str, str] | None = None) -> ProjectConfig:
    """Read the project file of `folder`; `${NAME}` stands for a variable of the environment.

    Raises ConfigError naming the file, the line, the key and what would be valid.
    """
    file = read_settings(folder / PROJECT_FILE)
    variables = os.environ if environment is None else environment
    named = _variables(file.values)
    if unset := {name: place for place, name in named if name not in variables}:
        raise _not_set(file, unset)
    config = parse_model(ProjectConfig, _filled(file.values, variables), file)
    for name in config.sources:
        if name not in REGISTRY:
            raise _no_such_type(file, name)
    config._file = file  # noqa: SLF001  # pydantic takes no private attribute when it validates
    return config


def refuse_later_start(config: ProjectConfig, now: datetime) -> None:
    """Raises ConfigError when the project begins after `now`: there would be nothing to read."""
    # The day begins earlier in the east: a start of tomorrow may be today there.
    if config.start_date > now.date() + timedelta(days=1):
        raise ConfigError(
            f"{config.file.where(('start_date',))}: 'start_date' {config.start_date} is still to "
            f"come: this machine says it is {now:%Y-%m-%d}",
            why="There would be nothing to read, so nothing was started.",
            hint=f"Set start_date in {PROJECT_FILE} to a day that is over; or set this machine's "
            "clock, if that is wrong.",
            code="TUP-308",
        )


def parse_model(model: type[M], values: object, file: SettingsFile, place: Place = ()) -> M:
    """`values`, which stand at `place` of `file`, as `model`.

    A ConfigError names the first wrong key, its line, and the nearest right one.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise _explained(error, model, file, place) from None


def _explained(
    error: ValidationError, model: type[BaseModel], file: SettingsFile, place: Place
) -> ConfigError:
    # A mistyped key is also a missing one: the typing mistake is what helps.
    found = error.errors()
    first = next((e for e in found if e["type"] == "extra_forbidden"), found[0])
    where, key = file.where((*place, *first["loc"])), _dotted((*place, *first["loc"]))
    if first["type"] == "extra_forbidden":
        known = _owner(model, first["loc"]).model_fields
        hint = known_names(str(first["loc"][-1]), known, "keys")
        return ConfigError(f"{where}: unknown key {key!r}", hint=hint, code="TUP-310")
    if first["type"] == "missing":
        field = model.model_fields.get(str(first["loc"][-1]))
        hint = f"Add {key}: {field.description if field else ''}".strip()
        return ConfigError(f"{where}: {key!r} is missing", hint=hint, code="TUP-311")
    # The input itself is left out: it may be a secret.
    message = first["msg"].removeprefix("Value error, ")
    field = model.model_fields.get(str(first["loc"][0])) if first["loc"] else None
    return ConfigError(
        f"{where}: {key!r} {message[0].lower()}{message[1:]}",
        hint=f"{first['loc'][0]}: {field.description}" if field and field.description else "",
        code="TUP-312",
    )


def _owner(model: type[BaseModel], place: tuple[int | str, ...]) -> type[BaseModel]:
    """Model within `model` that the last key of `place` belongs to."""
    for part in place[:-1]:
        inner = model.model_fields[str(part)].annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return model


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _no_such_type(file: SettingsFile, name: str) -> ConfigError:
    return ConfigError(
        f"{file.where(('sources', name))}: no source type named {name!r}",
        why="Nothing was started.",
        hint=known_names(name, REGISTRY, "types"),
        code="TUP-325",
    )


def _variables(value: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Places whose values name a variable of the environment, each with its variable."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _variables(inner, (*place, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _variables(inner, place)
    elif isinstance(value, str):
        yield from ((place, name) for name in _VARIABLE.findall(value))


def _not_set(file: SettingsFile, unset: Mapping[str, Place]) -> ConfigError:
    """Names all variables that are not set at once, as {variable: place}."""
    where = file.where(next(iter(unset.values())))
    if len(unset) == 1:
        [(name, place)] = unset.items()
        told = f"{_dotted(place)!r} needs the environment variable {name}, which is not set"
    else:
        names = ", ".join(f"{name} ({_dotted(place)})" for name, place in unset.items())
        told = f"{len(unset)} environment variables are not set: {names}"
    return ConfigError(
        f"{where}: {told}",
        hint=f"export {' '.join(f'{name}=…' for name in unset)}",
        code="TUP-313",
    )


def _filled(value: object, environment: Mapping[str, str]) -> object:
    if isinstance(value, dict):
        return {name: _filled(inner, environment) for name, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, environment) for inner in value]
    if not isinstance(value, str):
        return value
    return _VARIABLE.sub(lambda match: environment[match[1]], value)
