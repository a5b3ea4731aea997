"""The demo's own folder: a copy of the example's project, and its dated files up to now."""

import csv
import shutil
from datetime import datetime
from pathlib import Path

from trueup.errors import ConfigError, IntegrityError
from trueup.pipeline.demo.examples import FAULTS_FOLDER, SCENARIO_FILE
from trueup.pipeline.demo.scenario import MissingRows, Scenario
from trueup.pipeline.settings.clock import SIMULATED_CLOCK as MARKER

NOT_COPIED = (SCENARIO_FILE, FAULTS_FOLDER, "README.md")


def make_folder(folder: Path, scenario: Scenario) -> None:
    """Make the example's project in `folder`; an earlier demo's data is removed first.

    Raises ConfigError for a folder that holds anything else, and leaves it as it is.
    """
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise ConfigError(
            f"{folder}: exists and was not made by the demo",
            why="Nothing was changed there.",
            hint="Choose another: trueup demo --folder DIR",
            code="TUP-351",
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MARKER).write_text("")
        shutil.rmtree(folder / ".trueup", ignore_errors=True)
        ignored = shutil.ignore_patterns(*NOT_COPIED, *scenario.dated_files)
        shutil.copytree(scenario.folder, folder, ignore=ignored, dirs_exist_ok=True)
    except OSError as error:
        raise IntegrityError(
            f"{folder}: {error.strerror or error}",
            hint="Choose a folder that this user may write: trueup demo --folder DIR",
            code="TUP-701",
        ) from error


def publish_files(
    folder: Path, scenario: Scenario, now: datetime, missing: MissingRows | None = None
) -> None:
    """Write the rows of the dated files that exist by `now`, except the missing ones."""
    for name, column in scenario.dated_files.items():
        with (scenario.folder / name).open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [row for row in reader if datetime.fromisoformat(row[column]) <= now]
        if missing and missing.file == name:
            wanted = missing.where.items()
            gap = [row for row in rows if wanted <= row.items()][-missing.newest :]
            rows = [row for row in rows if row not in gap]
        scratch = folder / f"{name}.new"
        with scratch.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames or (), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        scratch.replace(folder / name)


def set_clock(folder: Path, now: datetime) -> None:
    """Write the simulated time into the folder, so that later commands use it."""
    (folder / MARKER).write_text(now.isoformat() + "\n")
