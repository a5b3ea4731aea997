"""Python and DuckDB agree on local days, or the days on which they do not are named."""

import os
import subprocess
import sys
import zoneinfo
from datetime import date
from importlib.resources import files

import pytest

from trueup.core.time_zones import pin_time_zones
from trueup.warehouse.time_zones import differing_days, is_known_zone

WINNIPEG, REGINA = "America/Winnipeg", "America/Regina"
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)


@pytest.fixture
def old_zones(tmp_path):
    """Zone files of a machine whose Winnipeg has no summer time, like Regina beside it."""
    folder = tmp_path / "zoneinfo"
    (folder / "America").mkdir(parents=True)
    regina = files("tzdata") / "zoneinfo" / "America" / "Regina"
    (folder / WINNIPEG).write_bytes(regina.read_bytes())
    yield folder
    pin_time_zones()


def test_the_pinned_zones_are_those_of_duckdb():
    zones = [WINNIPEG, "Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe"]
    assert differing_days(zones, date(2020, 1, 1), date(2027, 12, 31)) == {}


def test_days_that_begin_at_another_instant_are_named(old_zones):
    zoneinfo.reset_tzpath([str(old_zones)])
    zoneinfo.ZoneInfo.clear_cache()
    found = differing_days([WINNIPEG, "Europe/Berlin"], FIRST, LAST)
    assert list(found) == [WINNIPEG]
    # Central Daylight Time of 2025: from 9 March, 2 o'clock, to 2 November, 2 o'clock.
    assert (found[WINNIPEG][0], found[WINNIPEG][-1]) == (date(2025, 3, 10), date(2025, 11, 2))
    assert len(found[WINNIPEG]) == 238


def test_a_zone_that_duckdb_does_not_know_differs_every_day(old_zones):
    (old_zones / "America" / "Atlantis").write_bytes((old_zones / WINNIPEG).read_bytes())
    zoneinfo.reset_tzpath([str(old_zones)])
    assert not is_known_zone("America/Atlantis")
    assert is_known_zone(WINNIPEG)
    found = differing_days(["America/Atlantis"], FIRST, date(2025, 1, 10))
    assert len(found["America/Atlantis"]) == 10


@pytest.mark.parametrize("module", ["trueup.pipeline.run", "trueup.pipeline.settings.project"])
def test_the_pipeline_never_takes_the_zones_of_the_machine(old_zones, module):
    read = (
        f"import {module}, datetime, zoneinfo; "
        f"at = datetime.datetime(2025, 7, 1, tzinfo=zoneinfo.ZoneInfo('{WINNIPEG}')); "
        "print(at.utcoffset())"
    )
    done = subprocess.run(
        [sys.executable, "-c", read],
        env={**os.environ, "PYTHONTZPATH": str(old_zones)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "-1 day, 19:00:00"
