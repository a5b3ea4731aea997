"""The demo as a person starts it: every command that it prints runs where it was printed."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.unit.pipeline.demo.scenarios import copied_example

SCRIPT = Path(sys.executable).with_name("trueup")
SECONDS = 300


@dataclass(frozen=True)
class Printed:
    """A finished demo in the folder `home`; `next_lines` are the commands under "Try next"."""

    home: Path
    text: str
    error: str
    next_lines: list[str]


def environment() -> dict[str, str]:
    """A shell in which no `trueup` is found by its name alone."""
    return {**os.environ, "PATH": "/usr/bin:/bin"}


def in_shell(home: Path, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", "-c", line], cwd=home, env=environment(), capture_output=True, text=True,
        timeout=SECONDS, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Printed]:
    """A tiny example of a user's own, run by a program that is not on the path."""
    home = tmp_path_factory.mktemp("a user's home")
    copied_example(home / "corner shop", days=3, scale="small")
    (home / ".venv-demo" / "bin").mkdir(parents=True)
    (home / ".venv-demo" / "bin" / "trueup").symlink_to(SCRIPT)
    words = "demo -q -C 'my demo' --example 'corner shop' --break currency-missing"
    done = in_shell(home, f".venv-demo/bin/trueup {words}")
    try:
        assert done.returncode == 6, done.stderr
        lines = done.stdout.split("Try next")[1].splitlines()
        yield Printed(home, done.stdout, done.stderr, [line.strip() for line in lines])
    finally:
        for pid in re.findall(r"stop it with: kill (\d+)", done.stdout):
            os.kill(int(pid), signal.SIGTERM)


def test_the_commands_begin_with_the_program_that_printed_them(printed: Printed) -> None:
    assert printed.next_lines == [
        ".venv-demo/bin/trueup status -C 'my demo'",
        ".venv-demo/bin/trueup demo --example 'corner shop' --break currency-missing",
        ".venv-demo/bin/trueup init my-shop",
    ]


def test_the_dashboard_answers_at_the_address_that_is_printed(printed: Printed) -> None:
    [address] = re.findall(r"Dashboard  (http://\S+)", printed.text)
    assert httpx.get(address, trust_env=False).status_code == httpx.codes.OK


def test_status_of_the_demo_is_shown(printed: Printed) -> None:
    done = in_shell(printed.home, printed.next_lines[0])
    # The planted fault withholds tables, which is an error until it is fixed.
    assert done.returncode == 6
    assert "shopify" in done.stdout


def test_the_error_of_a_planted_fault_ends_with_a_command_that_runs(printed: Printed) -> None:
    assert "TUP-602" in printed.error
    [command] = re.findall(r"  do   (.+)", printed.error)
    assert in_shell(printed.home, command).returncode == 6


def test_the_demo_that_is_proposed_begins(printed: Printed) -> None:
    with subprocess.Popen(
        ["/bin/sh", "-c", f"exec {printed.next_lines[1]} -q"], cwd=printed.home, env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        begun = "".join(process.stdout.readline() for _ in range(3))
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=SECONDS)
    assert "World      3 days" in begun
    assert "TUP-130" in error


def test_a_project_of_one_s_own_is_made(printed: Printed) -> None:
    done = in_shell(printed.home, printed.next_lines[2])
    assert (done.returncode, done.stderr) == (0, "")
    assert (printed.home / "my-shop" / "trueup.yml").exists()
