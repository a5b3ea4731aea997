"""Locked, foreign and damaged storage: clear errors, nothing lost, the last good version stays."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.prepared import NEWS, a_prepared_company
from tests.end_to_end.trouble import trueup, without_override


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was published once and has a day more in its lake."""
    with a_prepared_company(tmp_path_factory.mktemp("lake") / "company", NEWS) as company:
        yield company


def locked_up(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def test_a_lake_that_may_only_be_read_stops_a_sync_before_it_commits(company, tmp_path):
    here = company.copied_to(tmp_path / "locked", "lake", "vault")
    shutil.rmtree(here.project.lake / "shopify")
    locked_up(here.project.lake)
    ended = trueup(here, "sync", "shopify", before=without_override)
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert "Permission denied" in ended.error["message"]
    assert "write access" in ended.error["do"]
    assert not (here.project.lake / "shopify").exists()


def test_a_lake_that_may_only_be_read_can_still_be_loaded(company, tmp_path):
    here = company.copied_to(tmp_path / "locked", "lake", "vault")
    locked_up(here.project.lake)
    assert trueup(here, "load", before=without_override).code == 0


def in_a_newer_lake(lake: Path) -> None:
    (lake / "_trueup.json").write_text('{"format": 99}')


def in_a_newer_commit(lake: Path) -> None:
    newest = sorted((lake / "shopify" / "orders" / "_delta_log").glob("*.json"))[-1]
    text = newest.read_text()
    assert '\\"format\\":1' in text
    newest.write_text(text.replace('\\"format\\":1', '\\"format\\":99'))


def in_a_newer_delta(lake: Path) -> None:
    log = lake / "shopify" / "orders" / "_delta_log"
    number = len(list(log.glob("*.json")))
    protocol = '{"protocol":{"minReaderVersion":99,"minWriterVersion":99}}\n'
    (log / f"{number:020d}.json").write_text(protocol)


@pytest.mark.parametrize("written", [in_a_newer_lake, in_a_newer_commit, in_a_newer_delta])
@pytest.mark.parametrize("step", [("sync", "shopify"), ("load",)], ids=lambda words: words[0])
def test_a_lake_of_a_newer_version_is_refused_and_left_as_it_is(company, tmp_path, written, step):
    here = company.copied_to(tmp_path / "newer", "lake", "vault")
    written(here.project.lake)
    before = sorted(path for path in here.project.lake.rglob("*") if path.is_file())
    ended = trueup(here, *step)
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert "newer" in ended.error["do"]
    assert sorted(path for path in here.project.lake.rglob("*") if path.is_file()) == before


def cut(part: Path) -> None:
    part.write_bytes(part.read_bytes()[:-300])


def altered(part: Path) -> None:
    whole = bytearray(part.read_bytes())
    whole[200:216] = bytes(byte ^ 0xFF for byte in whole[200:216])
    part.write_bytes(whole)


@pytest.mark.parametrize("damage", [cut, altered, Path.unlink])
def test_a_damaged_part_file_is_named_and_none_of_its_batch_is_loaded(company, tmp_path, damage):
    here = company.copied_to(tmp_path / "damaged", "lake")
    part = next((here.project.lake / "shopify" / "orders").rglob("*.parquet"))
    whole = part.read_bytes()
    damage(part)
    ended = trueup(here, "load")
    assert (ended.code, ended.error["code"]) == (7, "TUP-706")
    assert part.name in ended.error["message"]
    part.write_bytes(whole)
    assert trueup(here, "load").code == 0


def test_a_warehouse_that_is_no_database_is_rebuilt_from_the_lake(company, tmp_path):
    here = company.copied_to(tmp_path / "broken", "lake")
    here.project.warehouse.path.write_bytes(b"garbage" * 1000)
    ended = trueup(here, "load")
    assert ended.code == 0
    assert ended.data["load"]["rows"] > 0
    assert list(here.project.workspace.glob("warehouse*damaged*"))
