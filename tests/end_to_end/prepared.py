"""Prepared companies: each stage is built once per state of the code, kept, and copied by tests.

```
<cache>/<state of the code>/<stage>/     trueup.yml, fx_rates.csv and the workspace
<cache>/<state of the code>/<stage>.lock held by whoever builds it
```
A stage appears by one rename, so that several workers and checkouts share a cache. Set
TRUEUP_TEST_CACHE to keep it elsewhere than in the system's temporary folder.
"""

import fcntl
import hashlib
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from pathlib import Path

import trueup
import trueup_simulators
from tests.end_to_end.company import NOWHERE, Company, a_company, served
from trueup.pipeline.run import run_publish, run_sync, run_transform
from trueup.pipeline.settings.config import PROJECT_FILE
from trueup.pipeline.steps.transform import dbt_project_folder
from trueup_simulators.world import WorldConfig

CACHE_VARIABLE = "TRUEUP_TEST_CACHE"
KEPT_SECONDS = 2 * 86_400
LIBRARIES = ("dbt-core", "dbt-duckdb", "deltalake", "duckdb", "msgspec", "pyarrow", "pydantic")
CODE = (Path(trueup.__file__).parent, Path(trueup_simulators.__file__).parent, dbt_project_folder())
OURS = (Path(__file__), Path(__file__).with_name("company.py"))

SHOP = WorldConfig(scale="small", days=3)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A state of a company: what is done to it after another stage, some hours later."""

    name: str
    work: Callable[[Company], object]
    after: "Stage | None" = None
    hours: float = 0
    config: WorldConfig = SHOP
    workers: int = 4

    def hours_in_all(self) -> float:
        return self.hours + (self.after.hours_in_all() if self.after else 0)


def _sync(company: Company) -> None:
    synced = run_sync(company.project, company.clock.now(), company.project.config.sources)
    assert synced.errors() == []


def _publish(company: Company) -> None:
    assert run_publish(company.project, company.clock.now()).error() is None


def _transform(company: Company) -> None:
    run_transform(company.project, company.clock.now())


SYNCED = Stage(name="synced", work=_sync)
PUBLISHED = Stage(name="published", work=_publish, after=SYNCED)
# A day later: news in the lake, then also in the candidate tables, where nobody has audited them.
NEWS = Stage(name="news", work=_sync, after=PUBLISHED, hours=24)
GROWN = Stage(name="grown", work=_transform, after=NEWS)


@contextmanager
def a_prepared_company(folder: Path, stage: Stage) -> Iterator[Company]:
    """A copy of a prepared company in `folder`, which must not exist; its vendors are served."""
    shutil.copytree(prepared(stage), folder, symlinks=True)
    with served(folder, stage.config) as company:
        company.clock.advance(timedelta(hours=stage.hours_in_all()))
        yield company


def prepared(stage: Stage) -> Path:
    """The folder of a prepared company. It is shared: copy it, change nothing in it."""
    root = _cache()
    folder = root / stage.name
    with (root / f"{stage.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _build(stage, root, folder)
    return folder


def _build(stage: Stage, root: Path, folder: Path) -> None:
    building = root / f".{stage.name}.{os.getpid()}"
    shutil.rmtree(building, ignore_errors=True)
    begun = (
        a_prepared_company(building, stage.after)
        if stage.after
        else a_company(building, stage.config, stage.workers)
    )
    with begun as company:
        company.clock.advance(timedelta(hours=stage.hours))
        stage.work(company)
        shutil.rmtree(company.project.workspace / "dbt", ignore_errors=True)
        settings = building / PROJECT_FILE
        settings.write_text(settings.read_text().replace(company.base_url, NOWHERE))
    building.rename(folder)


def _cache() -> Path:
    """The folder of this state of the code; those that nobody used for days are removed."""
    default = Path(tempfile.gettempdir()) / f"trueup-tests-{os.getuid()}"
    cache_folder = Path(os.environ.get(CACHE_VARIABLE) or default)
    folder = cache_folder / state_of_the_code()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.utime(folder)
    for other in cache_folder.iterdir():
        with suppress(OSError):  # another process removes it as well
            if time.time() - other.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(other)
    return folder


@cache
def state_of_the_code() -> str:
    """A hash of everything that a prepared company depends on."""
    digest = hashlib.sha256(sys.version.encode())
    for library in LIBRARIES:
        digest.update(f"{library} {version(library)}\n".encode())
    for root in CODE:
        for path in sorted(root.rglob("*")):
            if path.is_file() and not {"__pycache__", "target", "logs"} & set(path.parts):
                digest.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    for path in OURS:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
