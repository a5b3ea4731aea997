"""A run removes and reports unused files of the lake; they never stop it."""

import os
import shutil
import time
from datetime import timedelta

import pytest

from tests.end_to_end.company import heard
from tests.unit.lake.lake_builders import begun_earlier, made_unreadable
from trueup.errors import IntegrityError
from trueup.pipeline.run import run_publish
from trueup.pipeline.run_context import Run
from trueup.pipeline.vacuum import TABLES_AT_ONCE, drawn, sweep

DAY = timedelta(days=1)


@pytest.fixture
def company(grown_company, tmp_path):
    return grown_company.copied_to(tmp_path / "copy", "lake", "warehouse.duckdb", "published")


def table_of(company, stream):
    return company.project.table("shopify", stream)


def a_time_for(company, *streams):
    """A time at which a run looks at these tables of the shop."""
    now, wanted = company.clock.now(), {table_of(company, stream) for stream in streams}
    while not wanted <= set(drawn(all_tables(company), now)):
        now += timedelta(seconds=1)
    return now


def all_tables(company):
    streams = company.project.streams().items()
    return [company.project.table(name, s.name) for name, listed in streams for s in listed]


def lake_files(company):
    return {path for path in company.project.lake.rglob("*") if path.is_file()}


def an_orphan(table):
    """A copy of one of the table's parts under a name that only a killed attempt can have left."""
    begun_earlier(table, 60 * DAY)
    part = next(table.path.glob("ingest_date=*/*.parquet"))
    orphan = part.with_name(f"{part.name[:-16]}00112233.parquet")
    shutil.copy(part, orphan)
    return aged(orphan)


def aged(path):
    written_at = time.time() - 20 * DAY.total_seconds()
    os.utime(path, (written_at, written_at))
    return path


def test_a_run_removes_what_is_left_over_and_tells_it(company):
    before, events = lake_files(company), []
    size = an_orphan(table_of(company, "orders")).stat().st_size
    result = run_publish(company.project, a_time_for(company, "orders"), events.append)
    assert lake_files(company) == before
    assert (result.swept.files, result.swept.bytes, result.swept.errors) == (1, size, [])
    [told] = heard(events, "parts_swept")
    assert (told.subject, told.fields) == ("shopify.orders", {"files": 1, "bytes": size})


def test_nothing_is_told_where_nothing_is_left_over(company):
    for part in company.project.lake.rglob("*.parquet"):
        aged(part)
    before, events = lake_files(company), []
    now = a_time_for(company, "orders")
    run = Run(project=company.project, now=now, run_id="r", listener=events.append)
    assert (sweep(run).files, events, lake_files(company)) == (0, [], before)


def test_a_table_that_cannot_be_swept_is_told_and_stops_neither_the_others_nor_the_run(company):
    events, now = [], a_time_for(company, "orders", "customers")
    orders = table_of(company, "orders")
    kept, removed = an_orphan(orders), an_orphan(table_of(company, "customers"))
    made_unreadable(orders, 1)
    result = run_publish(company.project, now, events.append)
    [told] = heard(events, "sweep_failed")
    assert (told.subject, "TUP-715" in told.fields["error"]) == ("shopify.orders", True)
    assert [error.code for error in result.swept.errors] == ["TUP-715"]
    assert (kept.exists(), removed.exists()) == (True, False)
    # The entry of the log that cannot be read is damage, which does not stop the run either.
    assert (result.error().code, result.published is None) == ("TUP-734", False)


def test_a_lake_that_was_set_back_loses_no_part_by_it(company):
    table, now = table_of(company, "orders"), a_time_for(company, "orders")
    (table.path / "_delta_log" / f"{table.version():020d}.json").unlink()
    begun_earlier(table, 60 * DAY)
    parts = set(table.path.glob("ingest_date=*/*.parquet"))
    for part in parts:
        aged(part)
    company.project._tables.clear()
    with pytest.raises(IntegrityError, match="ends before it"):
        run_publish(company.project, now)
    assert set(table.path.glob("ingest_date=*/*.parquet")) == parts


def test_a_run_looks_at_few_tables_and_every_table_comes_round(company):
    tables, now = all_tables(company), company.clock.now()
    looks = [drawn(tables, now + n * DAY) for n in range(100)]
    assert {len(look) for look in looks} == {TABLES_AT_ONCE}
    assert {table for look in looks for table in look} == set(tables)
