"""Compares what a lake table's log says with the files that are there.

A file that the warehouse has loaded is not read again, so nothing else would notice its loss
before the warehouse has to be rebuilt.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from trueup.core.batch import PartFile
from trueup.errors import IntegrityError
from trueup.lake.table import StreamTable

MAX_NAMED = 3
"""So many damaged files of a table are named; more are counted."""


@dataclass(slots=True, kw_only=True)
class FileCheck:
    """A check of a table's batches: what was read, and problems by version."""

    versions: list[int] = field(default_factory=list)
    bytes: int = 0
    problems: dict[int, str] = field(default_factory=dict)


def check_batches(table: StreamTable, versions: Iterable[int], max_bytes: int) -> FileCheck:
    """Read the files of `versions` against their hashes, until `max_bytes` are read."""
    found = FileCheck()
    for version in versions:
        if found.bytes >= max_bytes:
            break
        found.versions.append(version)
        try:
            commit = table.commit_at(version)
        except IntegrityError as error:
            found.problems[version] = error.message
            continue
        except OSError as error:
            found.problems[version] = f"{error.filename}: {error.strerror}"
            continue
        for part in commit.header.files if commit else ():
            if problem := _problem(table.path / part.path, part):
                found.problems[version] = problem
            found.bytes += part.bytes
    return found


def check_presence(table: StreamTable) -> None:
    """Raises IntegrityError when an entry of the table's log or a data file is not there.

    Reads names and sizes only. Its cost grows with the history, so no run does it.
    """
    newest = table.version()
    with os.scandir(table.path / "_delta_log") as entries:
        names = {entry.name for entry in entries}
    for version in range(newest + 1):
        if f"{version:020d}.json" not in names:
            table.commit_at(version)  # raises
    problems = list(_absent(table))
    if problems:
        raise damage_error(table, problems)


def damage_error(table: StreamTable, problems: list[str]) -> IntegrityError:
    """Damaged files of one table, the first of them by name."""
    more = f" and {len(problems) - MAX_NAMED} more" if len(problems) > MAX_NAMED else ""
    return IntegrityError(
        f"{table.source}.{table.stream}: {'; '.join(problems[:MAX_NAMED])}{more}",
        why="The warehouse holds the rows of these files if they were loaded before, so figures "
        "stay right. But it could not be rebuilt from the lake.",
        hint=f"Restore the files below {table.path} from backup, then: trueup check",
        code="TUP-734",
    )


def _absent(table: StreamTable) -> Iterator[str]:
    for name, size in table.data_files():
        try:
            found = (table.path / name).stat().st_size
        except FileNotFoundError:
            yield f"{name} is missing"
            continue
        if found != size:
            yield f"{name} has {found} of {size} bytes"


def _problem(path: Path, part: PartFile) -> str:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return f"{part.path} is missing"
    return "" if digest == part.sha256 else f"{part.path} differs from what was written"
