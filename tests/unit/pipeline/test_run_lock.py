"""Runs exclude each other; who only looks never makes a run fail."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from trueup.errors import TransientError
from trueup.pipeline import run_lock as run_lock_module
from trueup.pipeline.run_lock import read_lock, run_lock


def test_a_second_run_is_refused_at_once_and_told_who_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    with (
        run_lock(tmp_path, "first"),
        pytest.raises(TransientError, match="run first") as caught,
        run_lock(tmp_path, "second"),
    ):
        pass
    assert caught.value.code == "TUP-755"
    assert pauses == []


HOLDER = """
import sys, time
from pathlib import Path
from trueup.pipeline.run_lock import run_lock
with run_lock(Path(sys.argv[1]), "first"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_process_that_was_killed_blocks_no_run(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(TransientError) as caught, run_lock(tmp_path, "second"):
            pass
        holder.kill()
    named = rf"run first \(process {holder.pid}\), since 20\d\d-\d\d-\d\d \d\d:\d\d UTC, is at work"
    assert re.search(named, caught.value.message)
    with run_lock(tmp_path, "second"):
        pass


def test_a_run_that_begins_while_somebody_looks_waits_for_them(tmp_path: Path) -> None:
    with run_lock(tmp_path, "before"):
        pass
    events: list[str] = []

    def a_run() -> None:
        with run_lock(tmp_path, "run"):
            events.append("run")

    run = threading.Thread(target=a_run)
    with read_lock(tmp_path) as first, read_lock(tmp_path) as second:
        run.start()
        run.join(0.2)
        events.append("looked")
    run.join()
    assert (first, second) == (True, True)
    assert events == ["looked", "run"]


def test_many_runs_and_lookers_at_once_exclude_only_runs(tmp_path: Path) -> None:
    at_work, done, ends = threading.Lock(), threading.Event(), []

    def look() -> None:
        while not done.is_set():
            with read_lock(tmp_path) as is_idle:
                if is_idle:
                    ends.append(at_work.locked())

    lookers = [threading.Thread(target=look) for _ in range(3)]
    for looker in lookers:
        looker.start()
    for number in range(20):
        with run_lock(tmp_path, f"{number}"), at_work:
            time.sleep(0.001)
    done.set()
    for looker in lookers:
        looker.join()
    assert ends
    assert not any(ends)


def test_whoever_looks_for_too_long_is_named_as_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_lock_module, "WAIT_FOR_READERS_SECONDS", 0.0)
    with (
        read_lock(tmp_path),
        pytest.raises(TransientError, match="looking at it"),
        run_lock(tmp_path, "run"),
    ):
        pass


def test_while_a_run_is_at_work_looking_does_not_wait(tmp_path: Path) -> None:
    with run_lock(tmp_path, "run"), read_lock(tmp_path) as is_idle:
        assert not is_idle


def test_where_no_lock_can_be_taken_nothing_is_assumed(tmp_path: Path) -> None:
    with read_lock(tmp_path / "missing") as is_idle:
        assert not is_idle
