"""A company whose process is killed at a failpoint, and what its lake and warehouse then hold."""

import multiprocessing
import os
import signal
import sys
from pathlib import Path

from deltalake import DeltaTable

from tests.end_to_end.company import Company
from trueup.cli import main
from trueup.lake.table import StreamTable

SYNC_POINTS = ("C1", "C2", "C3", "C4", "C5", "C6", "C7")
LOAD_POINTS = ("C8", "C9", "C10", "C11")
PUBLISH_POINTS = ("C12", "C13", "C14", "C15")

# Fresh processes that have the slow imports behind them; nothing else is shared.
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["trueup.pipeline.run", "dbt.cli.main", "dbt.adapters.duckdb"])


def _trueup(folder: Path, environment: dict[str, str], words: tuple[str, ...]) -> None:
    os.chdir(folder)
    os.environ.update(environment)
    sys.exit(main([*words, "--quiet"]))


def command(folder: Path, company: Company, *words: str, dies_at: str = "") -> int:
    """Run `trueup` as a process of its own at the company's time; returns its exit status."""
    environment = {"TRUEUP_NOW": company.clock.now().isoformat()}
    if dies_at:
        environment["TRUEUP_FAILPOINT"] = dies_at
    process = PROCESSES.Process(target=_trueup, args=(folder, environment, words))
    process.start()
    process.join(300)
    assert process.exitcode in (0, -signal.SIGKILL), f"trueup {words}: {process.exitcode}"
    return process.exitcode


def lake_content(company: Company) -> dict[str, object]:
    """Content of each stream's table: newest hash of every window, or the set of payloads.

    And the newest of every total that the source gave.
    """
    content: dict[str, object] = {}
    for source, listed in company.project.streams().items():
        for stream in listed:
            table = StreamTable(company.project.lake, source, stream.name)
            commits = list(table.commits_after(-1))
            assert all(commit.header.counts.is_conserved() for commit in commits)
            content[f"{source}.{stream.name}"] = {
                (commit.header.scope, window.day): window.content_hash
                for commit in commits
                for window in commit.header.windows
            } or _payloads(table)
            content[f"totals of {source}.{stream.name}"] = {
                (commit.header.scope, total.since, total.until, total.name): total.value
                for commit in commits
                for total in commit.header.totals
            }
    return content


def _payloads(table: StreamTable) -> list[str]:
    if not table.exists():
        return []
    rows = DeltaTable(str(table.path)).to_pyarrow_dataset().to_table(["payload"])
    return sorted(rows["payload"].to_pylist())


def raw_content(company: Company) -> dict[str, list[dict[str, object]]]:
    """Every row of every raw table, but for when it was loaded and under which number."""
    tables = company.project.warehouse.query(
        "select table_name as name, list(column_name) as columns from duckdb_columns() "
        "where schema_name = 'raw' and not contains(table_name, 'positions') group by all"
    )
    moments = {"load_id", "loaded_at", "extracted_at", "known_at", "run_id"}
    return {
        table["name"]: company.project.warehouse.query(
            f"select {', '.join(sorted(set(table['columns']) - moments))} from "
            f"raw.{table['name']} order by all"
        )
        for table in tables
    }
