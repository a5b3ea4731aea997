"""Whole-process figures of a command: wall and CPU seconds, peak memory; medians over runs."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figures:
    """One run of a whole process, start-up included."""

    wall_seconds: float
    cpu_seconds: float
    peak_mib: float


def run_once(command: Sequence[str]) -> Figures:
    """Run `command` to its end; raises CalledProcessError with what it printed when it fails."""
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output = process.stdout.read() if process.stdout else b""
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.stderr.write(output.decode(errors="replace"))
        raise subprocess.CalledProcessError(process.returncode, command)
    return Figures(
        wall_seconds=time.monotonic() - started,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        peak_mib=usage.ru_maxrss / 1024,
    )


def median(runs: Sequence[Figures]) -> Figures:
    """The median of each figure on its own."""
    return Figures(
        wall_seconds=statistics.median(run.wall_seconds for run in runs),
        cpu_seconds=statistics.median(run.cpu_seconds for run in runs),
        peak_mib=max(run.peak_mib for run in runs),
    )


def in_turn(commands: Mapping[str, Sequence[str]], runs: int) -> dict[str, Figures]:
    """Medians of `runs` runs of each command, taken in turn so that all meet the same machine."""
    found: dict[str, list[Figures]] = {name: [] for name in commands}
    for number in range(runs):
        for name, command in commands.items():
            found[name].append(run_once(command))
            last = found[name][-1]
            print(
                f"  run {number + 1}/{runs} {name:<28} {last.wall_seconds:8.2f} s wall "
                f"{last.cpu_seconds:8.2f} s CPU {last.peak_mib:7.0f} MiB",
                flush=True,
            )
    return {name: median(figures) for name, figures in found.items()}
