"""Removes part files that no commit names: attempts that died before their commit left them.

`DeltaTable.vacuum` finds them, but may not remove them itself: it also takes parts that another
program replaced in the table, which a load from the lake still needs, parts of a log that was lost
and can be restored, and files that are not ours; and it adds versions to the log.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from trueup.errors import IntegrityError
from trueup.lake.data_files import is_part_path
from trueup.lake.table import StreamTable

RETENTION = timedelta(days=7)
"""Longer than any attempt; younger files may belong to a running one."""


def sweep(table: StreamTable) -> Iterator[int]:
    """Remove unused files below `table`, yielding the size of each removed file.

    Raises IntegrityError when the log cannot be read or the disk refuses.
    """
    with _told_plainly(table):
        for path in left_over(table):
            try:
                size = path.stat().st_size
                path.unlink()
            except FileNotFoundError:
                continue  # another process was quicker
            yield size


def left_over(table: StreamTable) -> list[Path]:
    """Parts over a week old that no commit ever named, and that are no older than the log."""
    if not table.exists():
        return []
    unused = [name for name in table.unused_files(RETENTION) if is_part_path(name)]
    if not unused:
        return []
    # The log is read after the files were listed: what was committed in between is seen as named.
    named = {part.path for commit in table.commits_after(-1) for part in commit.header.files}
    started_at = table.started_at().timestamp()
    paths = [table.path / name for name in unused if name not in named]
    return [path for path in paths if _written_at(path) >= started_at]


def _written_at(path: Path) -> float:
    """Time of the last write; 0 when the file no longer exists."""
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


@contextmanager
def _told_plainly(table: StreamTable) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise IntegrityError(
            f"{table.source}.{table.stream}: unused part files cannot be removed: "
            f"{error.strerror}: {error.filename}",
            why="No figure depends on these files. They only take space.",
            hint=f"Give this user write access to {table.path} and all below it; the next run "
            "tries again.",
            code="TUP-730",
        ) from error
