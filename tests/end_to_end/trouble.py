"""Trouble for a company under test: its command line, altered answers, full and locked disks."""

import ctypes
import json
import os
import re
import resource
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import httpx
import pyarrow.parquet as pq
import pytest

from tests.end_to_end.company import Company
from trueup.cli import main
from trueup.errors import ConfigError

_PR_CAPBSET_DROP = 24
_FILE_MODE_CAPABILITIES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@dataclass(frozen=True)
class Ended:
    """Result of a command; `error` is the object that `--json` prints of it."""

    code: int
    data: dict
    output: str

    @property
    def error(self) -> dict:
        return self.data["error"]


def trueup(
    company: Company,
    *words: str,
    environment: dict[str, str] | None = None,
    before: Callable[[], None] | None = None,
) -> Ended:
    """Run `trueup … --json` in the company's folder at its time; `before` runs in the child."""
    done = subprocess.run(
        command(*words),
        cwd=company.folder,
        env={**os.environ, "TRUEUP_NOW": company.clock.now().isoformat(), **(environment or {})},
        preexec_fn=before,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    data = json.loads(done.stdout or "{}")  # one object and nothing else
    return Ended(done.returncode, data, done.stdout + done.stderr)


def trueup_here(capsys: pytest.CaptureFixture, company: Company, *words: str) -> Ended:
    """The same within this process, which is quicker."""
    capsys.readouterr()
    code = main([*words, "--project", str(company.folder), "--json"])
    told = capsys.readouterr()
    return Ended(code, json.loads(told.out.splitlines()[-1]), told.out + told.err)


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "trueup", *words, "--json"]


def with_settings(company: Company, folder: Path, *changes: tuple[str, str]) -> Company:
    """The same company in an empty workspace, its project file changed."""
    text = (company.folder / "trueup.yml").read_text()
    for old, new in changes:
        assert old in text, f"{old!r} is not in the project file"
        text = text.replace(old, new)
    folder.mkdir(parents=True)
    (folder / "fx_rates.csv").write_bytes((company.folder / "fx_rates.csv").read_bytes())
    (folder / "trueup.yml").write_text(text)
    return _opened(company, folder)


def _opened(company: Company, folder: Path) -> Company:
    try:
        return company.reopened_at(folder)
    except ConfigError:  # that it cannot be opened is what the test is about
        return replace(company, folder=folder)


@dataclass
class Rewriting(httpx.BaseTransport):
    """Passes requests on and changes the answers: regular expressions to what takes their place.

    `changed` counts per expression how often it did. Use it in a `with` block.
    """

    changes: dict[bytes, bytes]
    changed: dict[bytes, int] = field(default_factory=dict)
    inner: httpx.BaseTransport = field(default_factory=httpx.HTTPTransport)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self.inner.handle_request(request)
        body = answer.read()
        for pattern, new in self.changes.items():
            body, times = re.subn(pattern, new, body)
            self.changed[pattern] = self.changed.get(pattern, 0) + times
        headers = [(k, v) for k, v in answer.headers.items() if k != "content-length"]
        return httpx.Response(answer.status_code, headers=headers, content=body)

    def close(self) -> None:
        self.inner.close()


def readable_texts(workspace: Path) -> Iterator[tuple[str, str]]:
    """Every file but the vault's as text, and every text in Parquet and DuckDB files, decoded."""
    for path in sorted(workspace.rglob("*")):
        if not path.is_file() or path.parent.name == "vault":
            continue
        yield str(path), path.read_bytes().decode("utf-8", "replace")
        if path.suffix == ".parquet":
            table = pq.read_table(path)
            for name in table.column_names:
                yield f"{path}:{name}", "\n".join(map(str, table[name].to_pylist()))
        elif path.suffix == ".duckdb":
            yield from _database_texts(path)


def _database_texts(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as db:
        tables = db.execute(
            "select table_schema, table_name from information_schema.tables"
        ).fetchall()
        for schema, name in tables:
            rows = db.execute(f'select * from "{schema}"."{name}"').fetchall()
            yield f"{path}:{schema}.{name}", "\n".join(map(str, rows))


def a_free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def landed_rows(company: Company) -> list[dict]:
    """Number of rows of every stream and account in the warehouse, over all batches."""
    return company.project.warehouse.query(
        "select source, stream, scope, sum(landed) as landed from raw.batches group by all "
        "order by all"
    )


def without_override() -> None:
    """Make this process obey file modes even when it is root's."""
    for capability in _FILE_MODE_CAPABILITIES:
        ctypes.CDLL(None).prctl(_PR_CAPBSET_DROP, capability)


def files_of_at_most(size: int) -> Callable[[], None]:
    """For a child: no file may grow beyond `size` bytes, as on a disk with so much space."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


@contextmanager
def a_disk_of(folder: Path, size: int) -> Iterator[bool]:
    """A file system of `size` bytes at `folder`; False where this user may not mount one."""
    folder.mkdir(parents=True, exist_ok=True)
    options = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    mounted = subprocess.run(options, capture_output=True, check=False).returncode == 0
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "-l", str(folder)], check=True)
