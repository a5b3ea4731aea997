"""Removes part files that no commit names: what attempts left that died before their commit.

An attempt writes only into the day of its own run, `[` below, and is over long before it is swept:

    older days ── 7 drawn by chance ──)[── the newest 14 ──)[── 7 days: never touched ──) now

A day's folder is swept by the first run that comes when it is old enough: between it and that run
at most eight other days can have got folders, however long a pause lies between. The drawn ones
reach, sooner or later, whatever that misses: runs of a past day, sweeps that failed, an old lake.
So a run looks at 21 folders at most, and nothing has to be remembered.
"""

import os
import random
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from trueup.errors import IntegrityError
from trueup.lake.data_files import day_folder, is_part_name
from trueup.lake.table import StreamTable

UNTOUCHED = timedelta(days=7)
"""No attempt lasts so long; younger files may be of one that is at work."""

NEWEST_DAYS = 14
DRAWN_DAYS = 7
_COMMIT = re.compile(r"\d{20}\.json")
_PARQUET = re.compile(rb"[A-Za-z0-9_.-]+\.parquet")


@dataclass(frozen=True, slots=True)
class _Part:
    path: Path
    bytes: int
    written_at: float


def sweep(table: StreamTable, now: datetime) -> Iterator[int]:
    """Remove what is left over below `table`, yielding the bytes of each file once it is gone.

    Removed are only files that have the name of a part, are unnamed by the whole log, and are over
    a week old by their own time and by that of their run. What is older than the log stays: it may
    be of a log that was lost and can be restored. Raises IntegrityError when the disk refuses.
    """
    with _told_plainly(table):
        days = days_to_sweep(_days_of(table.path), now)
        # Listed before the log is read: what is committed in between is then seen as named.
        parts = [part for day in days for part in _old_parts(table.path, day, now)]
        for part in _left_over(table, days, parts):
            try:
                part.path.unlink()
            except FileNotFoundError:
                continue  # another process was quicker
            yield part.bytes


def _left_over(table: StreamTable, days: list[date], parts: list[_Part]) -> list[_Part]:
    """Those of `parts` that no commit names or ever named."""
    if not (parts and table.exists()):
        return []
    named, started_at = table.part_names(days), table.started_at().timestamp()
    unnamed = [p for p in parts if p.path.name not in named and p.written_at >= started_at]
    once_named = _once_named(table.path, {part.path.name for part in unnamed})
    return [part for part in unnamed if part.path.name not in once_named]


def days_to_sweep(days: Iterable[date], now: datetime) -> list[date]:
    """Of the days that have folders, those whose files are looked at by a run at `now`."""
    old = sorted(day for day in days if day < (now - UNTOUCHED).date())
    older, newest = old[:-NEWEST_DAYS], old[-NEWEST_DAYS:]
    drawn = random.Random(now.isoformat()).sample(older, min(DRAWN_DAYS, len(older)))
    return sorted(drawn) + newest


def _days_of(table: Path) -> Iterator[date]:
    with suppress(FileNotFoundError), os.scandir(table) as entries:
        for entry in entries:
            with suppress(ValueError):
                day = date.fromisoformat(entry.name.rpartition("=")[2])
                if entry.name == day_folder(day) and entry.is_dir(follow_symlinks=False):
                    yield day


def _old_parts(table: Path, day: date, now: datetime) -> Iterator[_Part]:
    limit = (now - UNTOUCHED).timestamp()
    with os.scandir(table / day_folder(day)) as entries:
        for entry in entries:
            if is_part_name(entry.name, day) and entry.is_file(follow_symlinks=False):
                with suppress(FileNotFoundError):  # another process has just swept it
                    found = entry.stat(follow_symlinks=False)
                    if found.st_mtime < limit:
                        yield _Part(Path(entry.path), found.st_size, found.st_mtime)


def _once_named(table: Path, names: set[str]) -> set[str]:
    """Those of `names` that any commit holds, also if another program took them out since.

    Reads the whole log, so it is asked only when there is something to remove.
    """
    found: set[str] = set()
    if names:
        for path in (table / "_delta_log").iterdir():
            if _COMMIT.fullmatch(path.name):
                found |= names & {match.decode() for match in _PARQUET.findall(path.read_bytes())}
    return found


@contextmanager
def _told_plainly(table: StreamTable) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IntegrityError(
            f"{table.source}.{table.stream}: left-over part files cannot be removed: "
            f"{error.strerror}: {error.filename}",
            why="No figure depends on them; they only take space.",
            hint=f"Give this user write access to {table.path} and all below it; the next run "
            "tries again.",
            code="TUP-730",
        ) from error
