"""Reads single columns of a table's records, of one scope and of the newer files only."""

from collections.abc import Iterator
from datetime import date

import pyarrow.compute as pc
import pyarrow.parquet as pq

from trueup.lake.table import StreamTable


def record_keys(table: StreamTable, scope: str, since: date) -> Iterator[list[str]]:
    """The keys of records that landed on or after `since`, repeated ones too."""
    return _column(table, "record_key", "upsert", scope, since)


def quarantined_count(table: StreamTable, scope: str, since: date) -> int:
    """Number of records that were quarantined on or after `since`."""
    return sum(map(len, _column(table, "record_key", "quarantine", scope, since)))


def _column(
    table: StreamTable, name: str, operation: str, scope: str, since: date
) -> Iterator[list[str]]:
    if not table.exists():
        return
    for path, _ in table.data_files():
        day = path.partition("/")[0].removeprefix("ingest_date=")
        if day < since.isoformat():
            continue
        with pq.ParquetFile(table.path / path) as file:
            for batch in file.iter_batches(columns=[name, "operation", "scope"]):
                wanted = pc.and_(
                    pc.equal(batch["operation"], operation), pc.equal(batch["scope"], scope)
                )
                yield batch.filter(wanted)[name].to_pylist()
