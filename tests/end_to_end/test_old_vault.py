"""A vault that was restored from an older copy is refused; a killed run leaves none behind."""

import shutil
from pathlib import Path

import pytest

from tests.end_to_end.company import Company, a_company
from tests.end_to_end.trouble import trueup, trueup_here
from trueup.pipeline.run import run_sync
from trueup_simulators.world import WorldConfig

TINY = WorldConfig(scale="small", days=3)
# Between the vault's commit and the lake's, and after both.
KILLS = ("C3:1", "C5:20", "C6:12", "C6:20", "C7:12", "C7:20")


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """A company that was synced on two days; its vault of the first day is kept as `older`."""
    folder = tmp_path_factory.mktemp("vaults") / "company"
    with a_company(folder, TINY) as company:
        sync(company)
        shutil.copytree(company.project.vault_folder, company.project.workspace / "older")
        company.a_day_later()
        sync(company)
        yield company


@pytest.fixture(autouse=True)
def _its_time(company, monkeypatch):
    monkeypatch.setenv("TRUEUP_NOW", company.clock.now().isoformat())


def sync(company: Company) -> None:
    run_sync(company.project, company.clock.now(), company.project.config.sources)


def restored(company: Company, folder: Path) -> Company:
    """A copy of the company with its older vault."""
    here = company.copied_to(folder, "lake", "older")
    (here.project.workspace / "older").rename(here.project.vault_folder)
    return here


def known(company: Company) -> int:
    return max((h.vault_generation for h in company.project.newest_headers()), default=0)


@pytest.mark.parametrize("command", ["sync", "check", "run"])
def test_an_older_vault_is_refused_before_anything_is_read(company, tmp_path, capsys, command):
    here = restored(company, tmp_path / "here")
    before = (here.project.vault_folder / "vault.sqlite").read_bytes()
    ended = trueup_here(capsys, here, command)
    assert (ended.code, ended.error["code"]) == (7, "TUP-731")
    assert "Restore the newest copy" in ended.error["do"]
    assert (here.project.vault_folder / "vault.sqlite").read_bytes() == before


def test_the_newest_vault_is_taken_again(company, tmp_path, capsys):
    here = restored(company, tmp_path / "here")
    assert trueup_here(capsys, here, "sync").code == 7
    shutil.rmtree(here.project.vault_folder)
    shutil.copytree(company.project.vault_folder, here.project.vault_folder)
    assert trueup_here(capsys, here, "sync").code == 0


def test_the_loss_is_accepted_for_one_generation_and_once(company, tmp_path, capsys, monkeypatch):
    here = restored(company, tmp_path / "here")
    older = here.project.vault.generation
    monkeypatch.setenv("TRUEUP_ACCEPT_VAULT_GENERATION", str(older + 1))
    assert trueup_here(capsys, here, "sync").code == 7
    monkeypatch.setenv("TRUEUP_ACCEPT_VAULT_GENERATION", str(older))
    assert trueup_here(capsys, here, "check").code == 7
    assert trueup_here(capsys, here, "sync").code == 0
    monkeypatch.delenv("TRUEUP_ACCEPT_VAULT_GENERATION")
    assert trueup_here(capsys, here, "sync").code == 0
    assert here.project.vault.generation > known(company)


@pytest.mark.parametrize("point", KILLS)
def test_a_killed_sync_never_leaves_the_lake_ahead_of_the_vault(company, tmp_path, point):
    here = company.copied_to(tmp_path / "here")
    killed = trueup(here, "sync", environment={"TRUEUP_FAILPOINT": point})
    assert killed.code == -9
    assert here.project.vault.generation >= known(here)
    assert trueup(here, "sync").code == 0
    assert here.project.vault.generation >= known(here) > 0


def test_a_sync_without_new_people_leaves_the_generation(company, tmp_path):
    here = company.copied_to(tmp_path / "here", "lake", "vault")
    before = here.project.vault.generation
    sync(here)
    assert here.project.vault.generation == before
