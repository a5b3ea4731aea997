"""A command does its work even if nobody reads its output."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.cli.projects import NOW, a_project
from trueup.pipeline.settings.project import open_project

COMMAND = (sys.executable, "-m", "trueup")
ENVIRONMENT = os.environ | {"TRUEUP_NOW": NOW}


def left_after_one_line(*words: str) -> tuple[bytes, int]:
    """The first line and the exit code of a command whose output nobody reads any further."""
    with subprocess.Popen(
        [*COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=ENVIRONMENT
    ) as command:
        assert command.stdout is not None
        line = os.read(command.stdout.fileno(), 1)
        command.stdout.close()
    return line, command.returncode


def test_a_run_whose_reader_leaves_goes_on_to_the_end(tmp_path: Path) -> None:
    folder = a_project(tmp_path)
    line, code = left_after_one_line("run", "-C", str(folder))
    assert (line, code) == (b"s", 0)
    published = open_project(folder, {}).published.current()
    assert published is not None
    assert published.tables


def test_a_help_that_nobody_reads_ends_in_silence() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "--help"], stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("closed", ["1", "2"])
def test_a_command_that_was_started_without_a_stream_works(tmp_path: Path, closed: str) -> None:
    script = f'exec "$@" {closed}>&-'
    command = ["sh", "-c", script, "sh", *COMMAND, "sync", "-C", str(a_project(tmp_path))]
    assert subprocess.run(command, env=ENVIRONMENT).returncode == 0


def test_what_no_encoding_of_the_reader_can_show_is_replaced(tmp_path: Path) -> None:
    environment = ENVIRONMENT | {"PYTHONIOENCODING": "ascii:strict"}
    command = [*COMMAND, "sync", "-C", str(a_project(tmp_path))]
    done = subprocess.run(command, env=environment, capture_output=True)
    assert done.returncode == 0
    assert done.stdout.decode("ascii").rstrip().endswith("?")
