"""Files that are lost, moved, damaged or locked: named, and rebuilt where that is safe."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.end_to_end.company import Company
from tests.end_to_end.prepared import PUBLISHED, a_prepared_company
from tests.end_to_end.trouble import a_free_port, trueup, trueup_here, without_override
from trueup.pipeline.inspect.status import status
from trueup.pipeline.run import run_load, run_publish, run_sync

HARD_TO_QUOTE = 'Zoë\'s "shop"; {{ x }} 100% &'
ALL = ("lake", "vault", "warehouse.duckdb", "published")
FACTS = "select * exclude (load_id) from core.fact_ad_spend order by all"


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was published once, in a folder whose name is hard to quote."""
    with a_prepared_company(tmp_path_factory.mktemp("lost") / HARD_TO_QUOTE, PUBLISHED) as company:
        yield company


@pytest.fixture(autouse=True)
def _its_time(company, monkeypatch):
    monkeypatch.setenv("TRUEUP_NOW", company.clock.now().isoformat())


@pytest.fixture(scope="module")
def home(company, tmp_path_factory):
    """The company elsewhere, published there again; each test damages and restores it."""
    here = company.copied_to(tmp_path_factory.mktemp("home") / HARD_TO_QUOTE, *ALL)
    run_publish(here.project, company.clock.now())
    return here


def part_of(company: Company) -> Path:
    return next((company.project.published.root / "parts" / "fact_ad_spend").iterdir())


def a_part_gone(company: Company) -> None:
    part_of(company).unlink()


def a_part_cut(company: Company) -> None:
    part_of(company).write_bytes(part_of(company).read_bytes()[:-300])


def a_bit_of_a_part_flipped(company: Company) -> None:
    data = bytearray(part_of(company).read_bytes())
    data[len(data) // 2] ^= 16
    part_of(company).write_bytes(data)


def the_serving_file_garbage(company: Company) -> None:
    company.project.published.serving_file().write_bytes(b"garbage" * 100)


def the_pointer_gone(company: Company) -> None:
    (company.project.published.root / "current").unlink()


def all_of_it_gone(company: Company) -> None:
    shutil.rmtree(company.project.published.root)


PUBLISHED_DAMAGE = (
    a_part_gone,
    a_part_cut,
    a_bit_of_a_part_flipped,
    the_serving_file_garbage,
    the_pointer_gone,
    all_of_it_gone,
)


@pytest.mark.parametrize("damage", PUBLISHED_DAMAGE)
def test_a_damaged_published_version_is_shown_and_made_again(company, home, capsys, damage):
    damage(home)
    seen = trueup_here(capsys, home, "status")
    if seen.data["publish_id"] is not None:
        assert (seen.code, seen.error["code"]) == (7, "TUP-733")
        assert "parts/fact_ad_spend" in str(seen.data["damaged_files"]) or seen.data["unreadable"]
    assert run_publish(home.project, company.clock.now()).error() is None
    assert home.content() == company.content()
    assert home.published(FACTS) == company.published(FACTS)


def test_a_project_that_was_moved_is_readable_where_it_is_and_published_anew(company, tmp_path):
    moved = company.copied_to(tmp_path / "moved", *ALL)
    now = company.clock.now()
    assert status(moved.project, now).errors() == ()
    assert moved.published(FACTS) == company.published(FACTS)
    assert run_publish(moved.project, now).published is not None
    assert run_publish(moved.project, now).published is None
    assert moved.published(FACTS) == company.published(FACTS)


def test_a_manifest_that_cannot_be_read_is_named_and_left_alone(company, tmp_path, capsys):
    here = company.copied_to(tmp_path / "here", *ALL)
    manifest = here.project.published.root / "current" / "manifest.json"
    manifest.write_text("{")
    for command in ("status", "publish"):
        ended = trueup_here(capsys, here, command)
        assert (ended.code, ended.error["code"]) == (7, "TUP-724")
        assert "manifest.json" in ended.error["message"]
        assert "trueup publish" in ended.error["do"]
    assert manifest.read_text() == "{"


def test_a_lost_warehouse_is_made_again_from_the_lake_in_spite_of_ctrl_c(company, tmp_path):
    # A whole run in a folder whose name is hard to quote; the vault alone makes tokens the same.
    here, now = company.copied_to(tmp_path / HARD_TO_QUOTE, "vault"), company.clock.now()
    assert run_sync(here.project, now, here.project.config.sources).errors() == []

    def ctrl_c(event):
        if event.kind == "model_built" and event.done == 3:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        run_publish(here.project, now, ctrl_c)
    assert here.project.published.current() is None
    assert run_publish(here.project, now).error() is None
    assert here.content() == company.content()
    assert here.published(FACTS) == company.published(FACTS)


def a_header_flipped(file: bytearray) -> None:
    file[4096] ^= 1


def a_block_of_the_catalog_flipped(file: bytearray) -> None:
    file[len(file) // 100 * 2] ^= 1
    for at in range(12_288, 400_000, 4096):
        file[at] ^= 1


def every_block_of_data_flipped(file: bytearray) -> None:
    for at in range(12_288 + 262_144 * 4 + 100, len(file), 262_144):
        file[at] ^= 1


def cut_in_half(file: bytearray) -> None:
    del file[len(file) // 2 :]


def garbage(file: bytearray) -> None:
    file[:] = b"garbage" * 10_000


def emptied(file: bytearray) -> None:
    file.clear()


WAREHOUSE_DAMAGE = (
    *(a_header_flipped, a_block_of_the_catalog_flipped, every_block_of_data_flipped),
    *(cut_in_half, garbage, emptied),
)


@pytest.mark.parametrize("damage", WAREHOUSE_DAMAGE)
def test_a_damaged_warehouse_is_named_and_rebuilt_by_the_next_publish(
    company, tmp_path, capsys, damage
):
    here = company.copied_to(tmp_path / "here", *ALL)
    path = here.project.warehouse.path
    file = bytearray(path.read_bytes())
    damage(file)
    path.write_bytes(file)
    for command in ("check", "status"):
        seen = trueup_here(capsys, here, command)
        assert "TUP-999" not in seen.output
        if damage is not every_block_of_data_flipped:  # seen only by those who read all rows
            assert "TUP-732" in seen.output
    result = run_publish(here.project, company.clock.now())
    assert result.error() is None
    if damage is not emptied:  # an empty file is filled where it is
        assert "warehouse.damaged.duckdb" in result.repaired[0]
        assert path.with_name("warehouse.damaged.duckdb").read_bytes() == bytes(file)
    assert here.content() == company.content()


def test_a_damaged_warehouse_stays_where_it_is_while_the_lake_is_not_complete(
    company, tmp_path, capsys
):
    here = company.copied_to(tmp_path / "here", *ALL)
    here.project.warehouse.path.write_bytes(b"garbage" * 10_000)
    lost = next((here.project.lake / "shopify" / "orders").glob("ingest_date=*/*.parquet"))
    lost.unlink()
    ended = trueup_here(capsys, here, "publish")
    assert (ended.code, ended.error["code"]) == (7, "TUP-732")
    assert lost.name in ended.error["message"]
    assert here.project.warehouse.path.read_bytes() == b"garbage" * 10_000


def a_missing_data_file(company: Company) -> None:
    next((company.project.lake / "meta_ads" / "ad_days").glob("ingest_date=*/*.parquet")).unlink()


def a_gap_in_a_log(company: Company) -> None:
    a_gap(log_files(company))


def the_newest_of_a_log_gone(company: Company) -> None:
    log_files(company)[-1].unlink()


@pytest.mark.parametrize(
    ("damage", "where", "code"),
    [
        (a_missing_data_file, "lake meta_ads.ad_days", "TUP-734"),
        (a_gap_in_a_log, "lake shopify.orders", "TUP-715"),
        (the_newest_of_a_log_gone, "warehouse", "TUP-723"),
        (a_bit_of_a_part_flipped, "published version", "TUP-733"),
    ],
)
def test_check_names_what_is_damaged(company, tmp_path, capsys, damage, where, code):
    here = company.copied_to(tmp_path / "here", *ALL)
    damage(here)
    ended = trueup_here(capsys, here, "check")
    assert ended.code == 7
    wrong = {
        found["subject"]: found["error"]["code"]
        for found in ended.data["checks"]
        if not found["ok"]
    }
    assert wrong == {where: code}


def test_check_says_that_a_missing_warehouse_will_be_loaded(company, tmp_path, capsys):
    here = company.copied_to(tmp_path / "here", "lake", "vault", "published")
    ended = trueup_here(capsys, here, "check")
    [found] = [f for f in ended.data["checks"] if f["subject"] == "warehouse"]
    assert (ended.code, "the next run loads it" in found["warning"]) == (0, True)


def the_key_gone(vault: Path) -> None:
    (vault / "master.key").unlink()


def the_key_garbage(vault: Path) -> None:
    (vault / "master.key").write_text("hello")


def another_key(vault: Path) -> None:
    (vault / "master.key").write_text("A" * 43 + "=\n")


def the_vault_gone(vault: Path) -> None:
    (vault / "vault.sqlite").unlink()


def the_vault_garbage(vault: Path) -> None:
    (vault / "vault.sqlite").write_bytes(b"garbage" * 100)


def all_of_the_vault_gone(vault: Path) -> None:
    shutil.rmtree(vault)


VAULT_DAMAGE = {
    the_key_gone: (7, "TUP-710"),
    the_key_garbage: (4, "TUP-422"),
    another_key: (4, "TUP-420"),
    the_vault_gone: (7, "TUP-718"),
    the_vault_garbage: (7, "TUP-720"),
    all_of_the_vault_gone: (7, "TUP-718"),
}


@pytest.mark.parametrize("damage", VAULT_DAMAGE)
@pytest.mark.parametrize("command", ["sync", "check"])
def test_a_lost_vault_or_key_stops_before_anything_is_made_new(
    company, tmp_path, capsys, damage, command
):
    here = company.copied_to(tmp_path / "here", "lake", "vault")
    vault = here.project.workspace / "vault"
    damage(vault)
    before = [(path, path.read_bytes()) for path in vault.glob("*")]
    ended = trueup_here(capsys, here, command)
    found = ended.error
    assert (ended.code, found["code"]) == VAULT_DAMAGE[damage]
    assert str(vault) in found["message"]
    assert "Restore" in found["do"]
    assert found["why"]
    assert [(path, path.read_bytes()) for path in vault.glob("*")] == before


def log_files(company: Company) -> list[Path]:
    return sorted((company.project.lake / "shopify" / "orders" / "_delta_log").glob("*.json"))


def garbage_in_the_newest(files: list[Path]) -> None:
    files[-1].write_text("garbage")


def half_of_the_newest(files: list[Path]) -> None:
    files[-1].write_text(files[-1].read_text()[:-200])


def a_broken_header(files: list[Path]) -> None:
    files[-1].write_text(files[-1].read_text().replace("batch_id", "batch"))


def a_gap(files: list[Path]) -> None:
    files[-1].rename(files[-1].with_name(f"{len(files):020d}.json"))


@pytest.mark.parametrize(
    "damage", [garbage_in_the_newest, half_of_the_newest, a_broken_header, a_gap]
)
def test_a_damaged_log_is_named_and_status_shows_the_rest(company, tmp_path, capsys, damage):
    here = company.copied_to(tmp_path / "here", *ALL)
    damage(log_files(here))
    ended = trueup_here(capsys, here, "load")
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert "shopify.orders" in ended.error["message"]
    assert not re_stack(ended.error["message"])
    assert "_delta_log" in ended.error["do"]
    seen = trueup_here(capsys, here, "status")
    reasons = {c["stream"]: c["reason"] for c in seen.data["coverage"] if c["source"] == "shopify"}
    assert "shopify.orders" in reasons["orders"]
    assert reasons["customers"] == ""


def re_stack(text: str) -> bool:
    """True when a message contains a library's stack or objects."""
    return any(part in text for part in ("\n", "sysdeps", "<unknown>", "FileMeta"))


@pytest.mark.parametrize("lost", [-1, 0])
def test_a_lake_that_was_set_back_is_noticed_before_batches_are_taken_for_loaded(
    company, tmp_path, capsys, lost
):
    here, now = company.copied_to(tmp_path / "here", *ALL), company.clock.now()
    for path in log_files(here)[lost:]:
        path.unlink()
    run_sync(here.project, now, ["shopify"])
    ended = trueup_here(capsys, here, "load")
    assert (ended.code, ended.error["code"]) == (7, "TUP-723")
    assert "warehouse.duckdb" in ended.error["do"]
    here.project.warehouse.path.unlink()
    assert run_load(here.project, now).rows > 0


@pytest.mark.parametrize("locked", [".", "vault"])
def test_a_folder_that_may_not_be_written_is_named(company, tmp_path, locked):
    here = company.copied_to(tmp_path / "here")
    folder = here.project.workspace / locked
    folder.mkdir(exist_ok=True, mode=0o700)
    folder.chmod(0o500)
    ended = trueup(here, "sync", before=without_override)
    folder.chmod(0o700)
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert str(here.project.workspace) in ended.error["message"]
    assert "Permission denied" in ended.error["message"]
    assert "access to the" in ended.error["do"]


@pytest.mark.parametrize("taken", ["published", "dbt", "lake", "serve.log"])
def test_a_place_that_something_else_takes_is_named(company, tmp_path, capsys, taken):
    parts = {"published": ("lake", "warehouse.duckdb"), "dbt": ("lake",)}.get(taken, ())
    words = {"lake": ("sync",), "serve.log": ("serve", "--port", str(a_free_port()))}
    here = company.copied_to(tmp_path / "here", *parts)
    place = here.project.workspace / taken
    place.mkdir() if taken == "serve.log" else place.touch()
    ended = trueup_here(capsys, here, *words.get(taken, ("publish",)))
    assert (ended.code, ended.error["class"]) == (7, "IntegrityError")
    assert str(place) in ended.error["message"]
    assert ended.error["why"]
    assert "access" in ended.error["do"]


def test_a_workspace_that_may_not_be_read_is_named_by_status(company, tmp_path):
    here = company.copied_to(tmp_path / "here")
    here.project.workspace.chmod(0o000)
    ended = trueup(here, "status", before=without_override)
    here.project.workspace.chmod(0o700)
    assert (ended.code, ended.error["code"]) == (7, "TUP-722")
    assert ".trueup" in ended.error["message"]


@pytest.mark.parametrize("name", ["a%20b", "a?b", "shop [2026]", "a*", "a #b", "a\\b"])
def test_a_path_that_the_libraries_would_misread_is_refused(company, tmp_path, capsys, name):
    here = company.copied_to(tmp_path / name)
    ended = trueup_here(capsys, here, "sync", "fx")
    assert (ended.code, ended.error["code"]) == (3, "TUP-309")
    assert "set workspace" in ended.error["do"]
    assert [path.name for path in here.project.workspace.iterdir()] == ["run.lock"]
