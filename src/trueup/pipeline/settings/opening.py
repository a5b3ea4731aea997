"""Opening a project by its folder, for a run or for reading only."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from trueup.errors import ConfigError, known_names
from trueup.pipeline.settings.clock import current_time
from trueup.pipeline.settings.config import load_config
from trueup.pipeline.settings.environment import master_key
from trueup.pipeline.settings.failpoint_settings import arm_from_environment
from trueup.pipeline.settings.project import Project

# The demo keeps its simulated time in a file of this name.
SIMULATED_CLOCK = ".trueup-demo"


def open_project(folder: Path, environment: Mapping[str, str] | None = None) -> Project:
    """Open a project for a run: every variable that the project file names must be set."""
    arm_from_environment()
    return Project(
        folder=folder,
        config=load_config(folder, environment),
        master_key=master_key(),
        environment=os.environ if environment is None else environment,
    )


def open_for_reading(folder: Path) -> Project:
    """Open a project for reading: credentials may be unset, and no source can be read."""
    arm_from_environment()
    return Project(folder=folder, config=load_config(folder, _AnyVariable(os.environ)))


def reading_time(folder: Path) -> datetime:
    """Now; in a folder of the demo, the simulated time of its last run."""
    marker = folder / SIMULATED_CLOCK
    text = marker.read_text(encoding="utf-8").strip() if marker.exists() else ""
    return datetime.fromisoformat(text) if text else current_time()


def chosen_sources(project: Project, names: Iterable[str] | None) -> list[str]:
    """Named sources, or all; raises ConfigError for one that the project lacks."""
    known = list(project.config.sources)
    chosen = list(dict.fromkeys(names or known))
    for name in chosen:
        if name not in known:
            raise ConfigError(
                f"no source named {name!r}",
                why="Nothing was started.",
                hint=known_names(name, known, "sources"),
                code="TUP-317",
            )
    return chosen


class _AnyVariable(Mapping[str, str]):
    """Environment in which unset variables are empty."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> str:
        return self._known.get(name, "")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
