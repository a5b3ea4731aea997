from datetime import UTC, datetime
from pathlib import Path

import pytest

from trueup.errors import ConfigError
from trueup.pipeline.settings.config import load_config
from trueup.pipeline.settings.project import open_project
from trueup.pipeline.steps.load import prepare
from trueup.pipeline.steps.transform import transform

PROJECT = """
name: shop
timezone: Europe/Berlin
currency: EUR
start_date: 2026-01-01
sources:
  meta_ads:
    access_token: ${TOKEN}
    accounts: ["${ONE}", "${TWO}-${ONE}"]
"""


def refused(folder: Path, environment: dict[str, str]) -> ConfigError:
    (folder / "trueup.yml").write_text(PROJECT)
    with pytest.raises(ConfigError) as caught:
        load_config(folder, environment)
    return caught.value


def test_every_variable_that_is_not_set_is_named_at_once(tmp_path: Path) -> None:
    error = refused(tmp_path, {"TOKEN": "t"})
    assert error.message.endswith(
        "2 environment variables are not set: ONE (sources.meta_ads.accounts), "
        "TWO (sources.meta_ads.accounts)"
    )
    assert (error.hint, error.code) == ("export ONE=… TWO=…", "TUP-313")


def test_one_that_is_not_set_is_named_with_its_key(tmp_path: Path) -> None:
    error = refused(tmp_path, {"ONE": "1", "TWO": "2"})
    assert "'sources.meta_ads.access_token' needs the environment variable TOKEN" in error.message


def test_variables_are_put_in_wherever_they_stand(tmp_path: Path) -> None:
    (tmp_path / "trueup.yml").write_text(PROJECT)
    meta = load_config(tmp_path, {"TOKEN": "t", "ONE": "1", "TWO": "2"}).sources["meta_ads"]
    assert meta["accounts"] == ["1", "2-1"]


def error_of(folder: Path, old: str, new: str) -> ConfigError:
    assert old in PROJECT
    (folder / "trueup.yml").write_text(PROJECT.replace(old, new))
    with pytest.raises(ConfigError) as caught:
        connected(folder)
    return caught.value


def connected(folder: Path) -> None:
    project = open_project(folder, {"TOKEN": "t", "ONE": "1", "TWO": "2"})
    project.connect("meta_ads", datetime(2026, 6, 2, tzinfo=UTC))


@pytest.mark.parametrize(
    ("old", "new", "line", "key", "code"),
    [
        ("2026-01-01", "2026-02-30", 5, "start_date", "TUP-312"),
        ("2026-01-01", "!!int x", 5, "", "TUP-304"),
        ("currency: EUR", "currency: EUR\ncurrency: USD", 5, "currency", "TUP-307"),
        ("currency: EUR", "currency: EUR\nworkers: 0", 5, "workers", "TUP-312"),
        (
            "currency: EUR",
            "currency: EUR\nnetwork:\n  no_proxi: a",
            6,
            "network.no_proxi",
            "TUP-310",
        ),
        ("  meta_ads", "  meta_adz", 7, "meta_adz", "TUP-325"),
        ("    accounts:", "    account:", 9, "sources.meta_ads.account", "TUP-310"),
        ('"${ONE}"', "[]", 9, "sources.meta_ads.accounts.0", "TUP-312"),
        ("    access_token: ${TOKEN}", "    poll_seconds: 1", 7, "access_token", "TUP-311"),
        ("${TOKEN}", "${NONE}", 8, "sources.meta_ads.access_token", "TUP-313"),
    ],
)
def test_file_line_and_key_of_a_wrong_setting_are_named(
    tmp_path: Path, old: str, new: str, line: int, key: str, code: str
) -> None:
    error = error_of(tmp_path, old, new)
    assert error.message.startswith(f"{tmp_path / 'trueup.yml'} line {line}: ")
    assert key in error.message
    assert error.code == code


def test_a_value_that_is_refused_is_not_shown(tmp_path: Path) -> None:
    error = error_of(tmp_path, "2026-01-01", "pa55word")
    assert "pa55word" not in f"{error.message} {error.hint} {error.why}"


def test_an_anchor_is_followed_and_may_be_set_again(tmp_path: Path) -> None:
    more = "    poll_seconds: &a 1\n    connect_timeout_seconds: &a 2\n"
    (tmp_path / "trueup.yml").write_text(PROJECT.rstrip() + "\n" + more)
    meta = load_config(tmp_path, {"TOKEN": "t", "ONE": "1", "TWO": "2"}).sources["meta_ads"]
    assert (meta["poll_seconds"], meta["connect_timeout_seconds"]) == (1, 2)


@pytest.mark.parametrize(
    "zone", ["localtime", "posix/Europe/Berlin", "right/UTC", "Mars/Base", "America"]
)
def test_a_zone_that_only_some_machines_have_is_refused(tmp_path: Path, zone: str) -> None:
    (tmp_path / "trueup.yml").write_text(PROJECT.replace("Europe/Berlin", zone))
    with pytest.raises(ConfigError) as caught:
        load_config(tmp_path, {"TOKEN": "t", "ONE": "1", "TWO": "2"})
    assert "'timezone' is not an IANA time zone" in caught.value.message


def test_a_zone_that_the_warehouse_does_not_know_stops_before_a_model(tmp_path: Path) -> None:
    (tmp_path / "trueup.yml").write_text(PROJECT)
    project = open_project(tmp_path, {"TOKEN": "t", "ONE": "1", "TWO": "2"})
    project.config = project.config.model_copy(update={"timezone": "Europe/Atlantis"})
    prepare(project)
    with pytest.raises(ConfigError, match="'Europe/Atlantis' is not known to DuckDB") as caught:
        transform(project)
    assert caught.value.code == "TUP-366"
