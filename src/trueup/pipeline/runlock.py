"""One run at a time per workspace: saves work. Correctness does not rest on it."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from trueup.errors import IntegrityError, TransientError


@contextmanager
def run_lock(workspace: Path, run_id: str) -> Iterator[None]:
    """Hold the workspace; raises TransientError when another process holds it.

    The lock is the process's: it goes when the process goes, however it ends.
    """
    path = workspace / "run.lock"
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise _unwritable(workspace, error) from error
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip()
            raise TransientError(
                f"workspace {workspace}: run {holder or 'of another process'} is at work",
                why="Nothing was started; two runs at once would only read everything twice.",
                hint="Wait for it to end, then run again.",
                code="TUP-755",
            ) from None
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{run_id} (process {os.getpid()})".encode(), 0)
        except OSError as error:
            raise _unwritable(workspace, error) from error
        yield
    finally:
        os.close(handle)


def _unwritable(workspace: Path, error: OSError) -> IntegrityError:
    return IntegrityError(
        f"workspace {workspace}: {error.strerror}",
        why="Nothing was started; what was published stays on show.",
        hint="Give this user write access to the folder and space on its disk.",
        code="TUP-701",
    )
