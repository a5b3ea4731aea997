"""The one wall clock, and times in which nobody can be."""

from pathlib import Path

import pytest

from trueup.errors import ConfigError
from trueup.pipeline.settings.clock import (
    NOW_VARIABLE,
    SIMULATED_CLOCK,
    current_time,
    project_time,
)


@pytest.mark.parametrize(
    "text", ["1970-01-01", "2100-01-01", "0001-01-01T00:00+14:00", "9999-12-31T23:00-12:00"]
)
def test_an_impossible_time_is_refused_before_anything_is_read(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NOW_VARIABLE, text)
    with pytest.raises(ConfigError) as caught:
        current_time()
    assert caught.value.code == "TUP-315"
    assert NOW_VARIABLE in caught.value.message + caught.value.hint


def test_a_text_that_is_no_time_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "soon")
    with pytest.raises(ConfigError, match=NOW_VARIABLE) as caught:
        current_time()
    assert caught.value.code == "TUP-323"


def test_a_time_of_another_zone_is_told_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NOW_VARIABLE, "2026-08-21T08:00:00+02:00")
    assert current_time().isoformat() == "2026-08-21T06:00:00+00:00"


def test_a_demos_folder_has_its_own_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NOW_VARIABLE, raising=False)
    (tmp_path / SIMULATED_CLOCK).write_text("2026-06-16T08:05:00+02:00\n")
    assert project_time(tmp_path).isoformat() == "2026-06-16T06:05:00+00:00"
    monkeypatch.setenv(NOW_VARIABLE, "2026-08-21T06:00:00+00:00")
    assert project_time(tmp_path) == current_time()


def test_a_damaged_clock_of_a_demo_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(NOW_VARIABLE, raising=False)
    (tmp_path / SIMULATED_CLOCK).write_text("soon")
    with pytest.raises(ConfigError, match=SIMULATED_CLOCK) as caught:
        project_time(tmp_path)
    assert caught.value.code == "TUP-323"
