"""Lock for one run at a time per workspace. It saves work; correctness does not need it.

A run holds the lock alone; those who only look share it for a moment, and a run waits for them.
"""

import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import portalocker
from portalocker import LockFlags

from trueup.errors import IntegrityError, TransientError

LOCK_FILE = "run.lock"
OTHERS = 0o077
# Looking takes well under a second; who takes longer was stopped in the middle of it.
WAIT_FOR_READERS_SECONDS = 30.0
_PAUSE_SECONDS = 0.02


@contextmanager
def run_lock(workspace: Path, run_id: str) -> Iterator[None]:
    """Hold the workspace; raises TransientError, which names the holder, when another run does.

    Takes the access of other users away, which older workspaces give. The lock is the process's:
    it goes when the process goes, however it ends.
    """
    try:
        workspace.mkdir(parents=True, exist_ok=True)
        _make_private(workspace)
        handle = os.open(workspace / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unwritable(workspace, error) from error
    try:
        _take_alone(handle, workspace)
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"{run_id} (process {os.getpid()})".encode(), 0)
        except OSError as error:
            raise _unwritable(workspace, error) from error
        yield
    finally:
        os.close(handle)


@contextmanager
def read_lock(workspace: Path) -> Iterator[bool]:
    """Block new runs while the workspace is read; False, without waiting, during a run.

    Any number may look at the same time. False, too, where this user may not take the lock.
    """
    try:
        handle = os.open(workspace / LOCK_FILE, os.O_RDONLY | os.O_CREAT, 0o600)
    except OSError:
        yield False
        return
    try:
        yield _taken(handle, LockFlags.SHARED)
    finally:
        os.close(handle)


def _make_private(workspace: Path) -> None:
    """Access for the owner alone; a folder of another user is left as its owner set it."""
    found = workspace.stat()
    if found.st_uid == os.geteuid() and stat.S_IMODE(found.st_mode) & OTHERS:
        workspace.chmod(stat.S_IMODE(found.st_mode) & ~OTHERS)


def _take_alone(handle: int, workspace: Path) -> None:
    deadline = time.monotonic() + WAIT_FOR_READERS_SECONDS
    while not _taken(handle, LockFlags.EXCLUSIVE):
        # What can be shared is held by somebody who only looks.
        if not _taken(handle, LockFlags.SHARED):
            raise _busy(workspace, f"run {_holder(handle)} is at work")
        portalocker.unlock(handle)
        if time.monotonic() > deadline:
            seconds = f"{WAIT_FOR_READERS_SECONDS:.0f} s"
            raise _busy(workspace, f"a process has been looking at it for over {seconds}")
        time.sleep(_PAUSE_SECONDS)


def _taken(handle: int, kind: LockFlags) -> bool:
    try:
        portalocker.lock(handle, kind | LockFlags.NON_BLOCKING)
    except portalocker.AlreadyLocked:
        return False
    return True


def _holder(handle: int) -> str:
    name = os.pread(handle, 200, 0).decode(errors="replace").strip()
    since = datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC)
    return f"{name or 'of another process'}, since {since:%Y-%m-%d %H:%M} UTC,"


def _busy(workspace: Path, who: str) -> TransientError:
    return TransientError(
        f"workspace {workspace}: {who}",
        why="Nothing was started. Two runs at once would read everything twice.",
        hint="Wait for it to end, then run again.",
        code="TUP-755",
    )


def _unwritable(workspace: Path, error: OSError) -> IntegrityError:
    return IntegrityError(
        f"workspace {workspace}: {error.strerror}",
        why="Nothing was started. The published tables are unchanged.",
        hint="Give this user write access to the folder and space on its disk; or set workspace "
        "in trueup.yml to a folder that it may write.",
        code="TUP-701",
    )
