from pathlib import Path

import pytest

from trueup.errors import ConfigError
from trueup.pipeline.settings.config import load_config

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
