"""A new project: a folder with everything for a first run except the credentials."""

import re
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path

from trueup.errors import ConfigError, IntegrityError

# What is made, and the template it is made from.
FILES = {
    "trueup.yml": "trueup.yml",
    "fx_rates.csv": "fx_rates.csv",
    ".gitignore": "gitignore",
    "README.md": "README.md",
}
HISTORY = timedelta(days=60)
_NAME = re.compile(r"[a-z][a-z0-9-]{0,40}")


def scaffold(parent: Path, name: str, now: datetime) -> tuple[Path, ...]:
    """Create `parent/name` with a commented project file; returns the created files.

    Raises ConfigError for a name the project file would refuse, and rather than overwrite a file.
    """
    if not _NAME.fullmatch(name):
        raise ConfigError(
            f"{name!r} cannot name a project",
            hint="Use lower-case letters, digits and hyphens, beginning with a letter: my-shop",
            code="TUP-330",
        )
    folder = parent / name
    present = [file for file in FILES if (folder / file).exists()]
    if present:
        raise ConfigError(
            f"{folder}: already holds {', '.join(present)}",
            why="Nothing was written; what is there stays as it is.",
            hint="Choose another name, or go on with the project that is there: trueup check",
            code="TUP-331",
        )
    first_day = (now - HISTORY).date().isoformat()
    return tuple(
        _written(folder / file, _filled(template, name, first_day))
        for file, template in FILES.items()
    )


def _filled(template: str, name: str, first_day: str) -> str:
    text = (files("trueup.pipeline.settings") / "template" / template).read_text(encoding="utf-8")
    return text.replace("{name}", name).replace("{start_date}", first_day)


def _written(path: Path, text: str) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # "x" refuses a file that appeared since we looked.
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise IntegrityError(
            f"{path}: {error.strerror}",
            hint="Give this user write access to the folder and space on its disk.",
            code="TUP-701",
        ) from error
    return path
