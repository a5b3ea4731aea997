"""Builders for batches and tables of the lake."""

import json
from datetime import UTC, datetime, timedelta

from trueup.core.batch import BatchHeader, Counts, ScopeState
from trueup.lake.batch_writer import BatchWriter
from trueup.lake.data_files import Lineage, Records
from trueup.lake.layout import open_lake
from trueup.lake.table import StreamTable

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)


def a_table(lake, stream="ad_days"):
    open_lake(lake)
    return StreamTable(lake, "google_ads", stream)


def begun_earlier(table, age):
    """Let the table's log say that it was begun `age` earlier than it was."""
    first = table.path / "_delta_log" / f"{0:020d}.json"
    actions = [json.loads(line) for line in first.read_text().splitlines()]
    for action in actions:
        if "metaData" in action:
            action["metaData"]["createdTime"] -= int(age / timedelta(milliseconds=1))
    first.write_text("".join(json.dumps(action) + "\n" for action in actions))


def made_unreadable(table, version):
    """Let the disk refuse a version of the log of a table that is open."""
    table.version()
    path = table.path / "_delta_log" / f"{version:020d}.json"
    path.unlink()
    path.mkdir()


def a_header(batch_id, scope="1", files=(), rows=0, state=None, aside=0):
    return BatchHeader(
        batch_id=batch_id,
        source="google_ads",
        stream="ad_days",
        kind="report",
        scope=scope,
        extracted_at=NOW,
        state=state or ScopeState(),
        counts=Counts(received=rows + aside, landed=rows, quarantined=aside),
        files=files,
    )


def committed(table, batch_id, payloads, scope="1", expected="last", aside=()):
    lineage = Lineage(batch_id=batch_id, scope=scope, extracted_at=NOW, page_index=0)
    writer = BatchWriter(table.path, batch_id)
    writer.add(
        Records(
            payloads=payloads,
            record_indexes=range(len(payloads)),
            keys=[str(n) for n in range(len(payloads))],
        ),
        lineage,
    )
    if aside:
        indexes = range(len(payloads), len(payloads) + len(aside))
        problems = ["not_json"] * len(aside)
        refused = Records(payloads=aside, record_indexes=indexes, problems=problems)
        writer.add(refused, lineage)
    files = writer.write(lineage)
    position = table.last_commit(scope) if expected == "last" else expected
    header = a_header(batch_id, scope, files, len(payloads), aside=len(aside))
    return table.append(header, position)
