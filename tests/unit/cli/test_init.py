"""`trueup init` makes a folder that works, and overwrites nothing."""

import json
from pathlib import Path

import pytest

from trueup.cli import main
from trueup.pipeline.settings.config import load_config

SECRETS = {
    "GOOGLE_ADS_DEVELOPER_TOKEN": "d",
    "GOOGLE_ADS_CLIENT_ID": "c",
    "GOOGLE_ADS_CLIENT_SECRET": "s",
    "GOOGLE_ADS_REFRESH_TOKEN": "r",
    "META_ACCESS_TOKEN": "m",
    "SHOPIFY_SHOP": "my-shop.myshopify.com",
    "SHOPIFY_ACCESS_TOKEN": "t",
}


def test_the_made_project_file_is_valid(tmp_path: Path) -> None:
    assert main(["init", "my-shop", "-C", str(tmp_path)]) == 0
    config = load_config(tmp_path / "my-shop", SECRETS)
    assert config.name == "my-shop"
    assert set(config.sources) == {"google_ads", "meta_ads", "shopify", "fx"}


def test_every_source_of_the_made_project_takes_its_settings(tmp_path: Path) -> None:
    from contextlib import closing
    from datetime import UTC, datetime

    from trueup.pipeline.settings.project import open_project

    main(["init", "my-shop", "-C", str(tmp_path)])
    project = open_project(tmp_path / "my-shop", SECRETS)
    for name in project.config.sources:
        with closing(project.connect(name, datetime(2026, 7, 31, tzinfo=UTC))) as source:
            assert source.name == name


def test_the_sample_rate_has_its_provenance(tmp_path: Path) -> None:
    main(["init", "my-shop", "-C", str(tmp_path)])
    header, sample = (tmp_path / "my-shop" / "fx_rates.csv").read_text().splitlines()
    assert header == "base,quote,rate_date,rate,provider,published_at"
    assert len(sample.split(",")) == 6


def test_the_workspace_is_ignored_by_git(tmp_path: Path) -> None:
    main(["init", "my-shop", "-C", str(tmp_path)])
    assert ".trueup/" in (tmp_path / "my-shop" / ".gitignore").read_text().splitlines()


def test_nothing_is_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "my-shop" / "trueup.yml"
    mine.parent.mkdir()
    mine.write_text("name: mine\n")
    assert main(["init", "my-shop", "-C", str(tmp_path)]) == 3
    assert mine.read_text() == "name: mine\n"
    assert [path.name for path in mine.parent.iterdir()] == ["trueup.yml"]
    assert "TUP-331" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["../up", "My Shop", "", "a/b", "-x", "shop;rm", "x" * 50])
def test_a_name_cannot_leave_the_folder(name: str, tmp_path: Path) -> None:
    assert main(["init", "-C", str(tmp_path), "--", name]) == 3
    assert list(tmp_path.iterdir()) == []


def test_init_prints_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["init", "my-shop", "-C", str(tmp_path), "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["error"] is None
    assert len(found["files"]) == 4
