"""Is everything there that a run needs? Asks every source for its accounts, writes no data."""

import importlib.util
import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import datetime
from functools import partial
from pathlib import Path

from trueup.core.account import AccountStatus
from trueup.core.batch import BatchHeader
from trueup.errors import ConfigError, IntegrityError, TrueupError
from trueup.pipeline.inspect.findings import Finding, looked
from trueup.pipeline.inspect.state_tables import read_state
from trueup.pipeline.inspect.stored_data import stored_data
from trueup.pipeline.settings.config import refuse_later_start
from trueup.pipeline.settings.project import Project, open_project
from trueup.pipeline.settings.vault_binding import KEY_FILE, VAULT_FILE, require_matching_vault
from trueup.pipeline.steps.transform import dbt_project_folder
from trueup.pipeline.sync.engine import no_account_error
from trueup.pipeline.time_zones import require_known_zone, zone_differences
from trueup.privacy.vault import load_or_create_master_key


def check(folder: Path, now: datetime) -> list[Finding]:
    """Settings, then every source, the vault, the lake and the models, each on its own."""
    try:
        project = open_project(folder)
        refuse_later_start(project.config, now)
    except TrueupError as error:
        return [Finding(subject="project file", error=error)]
    config = project.config
    message = f"{config.name} · {config.timezone} · {config.currency} · from {config.start_date}"
    findings = [Finding(subject="project file", message=message)]
    with ThreadPoolExecutor(max_workers=8) as pool:
        asked = [
            pool.submit(looked, f"source {name}", partial(_source, project, name, now))
            for name in config.sources
        ]
        findings += [future.result() for future in asked]
    findings.append(looked("vault", lambda: _vault(project)))
    findings.append(looked("lake", lambda: _writable(project)))
    findings += stored_data(project)
    findings.append(looked("time zones", partial(_time_zones, project, now)))
    findings.append(looked("models", _models))
    return findings


def _source(project: Project, name: str, now: datetime) -> tuple[str, str]:
    with closing(project.connect(name, now)) as source:
        accounts = source.accounts()
    active = [a for a in accounts if a.status is AccountStatus.ACTIVE]
    closed = [a for a in accounts if a.status is AccountStatus.UNAVAILABLE]
    warning = "; ".join(f"{a.account_id} is not available: {a.reason}" for a in closed)
    if error := no_account_error(name, accounts):
        raise error
    return f"{len(active)} account(s): {', '.join(a.account_id for a in active)}", warning


def _vault(project: Project) -> tuple[str, str]:
    folder = project.vault_folder
    key_file, vault_file = folder / KEY_FILE, folder / VAULT_FILE
    require_matching_vault(folder, project.lake, project.master_key)
    if vault_file.exists():
        # Raises when key, vault and lake do not belong together.
        project.require_newest_vault(_newest_headers(project))
        return f"opens with its key, generation {project.vault.generation}", ""
    if project.master_key is None and not key_file.exists():
        return "not made yet; the first run makes it with a key file of mode 0600", ""
    if project.master_key is None:
        load_or_create_master_key(key_file)
    return "key is there; the vault is made by the first run", ""


def _newest_headers(project: Project) -> Iterator[BatchHeader]:
    """Of tables that can be read: what is wrong with others is a finding of its own."""
    for table in project.tables():
        with suppress(IntegrityError):
            if commit := table.newest_commit():
                yield commit.header


def _writable(project: Project) -> tuple[str, str]:
    folder = project.lake
    while not folder.exists():
        folder = folder.parent
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"trueup")
            probe.flush()
            os.fsync(probe.fileno())
        if (project.lake / "_trueup.json").exists():
            project.open_lake()
    except OSError as error:
        raise IntegrityError(
            f"lake {project.lake}: {error.strerror}",
            why="What a source sends could not be kept, so nothing would be read.",
            hint="Give this user write access to the folder and space on its disk.",
            code="TUP-701",
        ) from error
    return f"{project.lake} can be written", ""


def _time_zones(project: Project, now: datetime) -> tuple[str, str]:
    require_known_zone(project)
    found = zone_differences(project, read_state(project).tables["ops.accounts"], now)
    warning = "; ".join(f"{zone}: {what}" for zone, what in found.items())
    return "differ between Python and DuckDB" if found else "the same everywhere", warning


def _models() -> tuple[str, str]:
    for module in ("dbt.cli", "dbt.adapters.duckdb"):
        if not is_installed(module):
            raise ConfigError(
                f"models: {module} is not installed",
                why="Nothing could be modelled, checked or published; sync and load would work.",
                hint="pip install 'trueup[dbt]'",
                code="TUP-319",
            )
    return f"{dbt_project_folder()} with dbt on DuckDB", ""


def is_installed(module: str) -> bool:
    """Find out whether a module is there, without importing it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:  # a parent package is missing
        return False
