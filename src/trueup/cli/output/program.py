"""Commands of this program as the reader's shell takes them."""

import os
import shlex
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

NAME = "trueup"


def command_line(words: Iterable[str]) -> str:
    """`trueup WORDS`, beginning with whatever starts this very installation from here."""
    return shlex.join([*_program(), *words])


def _program() -> list[str]:
    started = Path(sys.argv[0])
    if started.name != NAME or not started.exists():
        # `python -m trueup`, or another program that uses the package.
        return [_as_typed(Path(sys.executable)), "-m", NAME]
    found = shutil.which(NAME)
    if found and Path(found).samefile(started):
        return [NAME]
    return [_as_typed(started)]


def _as_typed(program: Path) -> str:
    """Relative to the working folder where it is below it, else absolute."""
    absolute = Path(os.path.abspath(program))  # noqa: PTH100  # a link in a venv must stay one
    here = Path.cwd()
    return str(absolute.relative_to(here) if absolute.is_relative_to(here) else absolute)
