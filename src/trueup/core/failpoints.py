"""Failpoints: named places at which tests can kill a process."""

import os
import signal

_armed: dict[str, int] = {}
_hits: dict[str, int] = {}


def arm(point: str, hit: int) -> None:
    """Die by SIGKILL at the `hit`-th passing (from 1) of `point`."""
    _armed[point] = hit


def hits() -> dict[str, int]:
    """Number of passes of each failpoint, so that a test can stop a run at every one."""
    return dict(_hits)


def failpoint(point: str) -> None:
    """Mark a commit boundary; does nothing unless a test armed it."""
    _hits[point] = _hits.get(point, 0) + 1
    if _armed.get(point) == _hits[point]:
        os.kill(os.getpid(), signal.SIGKILL)
