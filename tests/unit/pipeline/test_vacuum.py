"""What is left over in the lake goes with a run, is told, and never stops one."""

import os
import shutil
from datetime import timedelta

import pytest

from tests.end_to_end.company import heard
from trueup.errors import IntegrityError
from trueup.pipeline.run import run_publish
from trueup.pipeline.run_context import Run
from trueup.pipeline.vacuum import sweep

DAY = timedelta(days=1)


@pytest.fixture
def company(grown_company, tmp_path):
    return grown_company.copied_to(tmp_path / "copy", "lake", "warehouse.duckdb", "published")


def orders(company):
    return company.project.table("shopify", "orders")


def later(company):
    """A time at which everything in the lake is over a week old, also by this machine's clock."""
    return max(orders(company).started_at(), company.clock.now()) + 60 * DAY


def lake_files(company):
    return {path for path in company.project.lake.rglob("*") if path.is_file()}


def an_orphan(table, now):
    """A copy of one of the table's parts under a name that only a killed attempt can have left."""
    part = next(table.path.glob("ingest_date=*/*.parquet"))
    orphan = part.with_name(f"{part.name[:-16]}00112233.parquet")
    shutil.copy(part, orphan)
    written_at = (now - 20 * DAY).timestamp()
    os.utime(orphan, (written_at, written_at))
    return orphan


def test_a_run_removes_what_is_left_over_and_tells_it(company):
    before, events, now = lake_files(company), [], later(company)
    size = an_orphan(orders(company), now).stat().st_size
    result = run_publish(company.project, now, events.append)
    assert lake_files(company) == before
    assert (result.swept.files, result.swept.bytes, result.swept.errors) == (1, size, [])
    [told] = heard(events, "parts_swept")
    assert (told.subject, told.fields) == ("shopify.orders", {"files": 1, "bytes": size})


def test_nothing_is_told_where_nothing_is_left_over(company):
    before, events = lake_files(company), []
    now = later(company)
    run = Run(project=company.project, now=now, run_id="r", listener=events.append)
    assert (sweep(run).files, events, lake_files(company)) == (0, [], before)


def test_a_table_that_cannot_be_swept_is_told_and_stops_neither_the_others_nor_the_run(company):
    events, now = [], later(company)
    an_orphan(orders(company), now)
    swept = an_orphan(company.project.table("shopify", "customers"), now)
    (orders(company).path / "_delta_log" / f"{999:020d}.json").mkdir()
    result = run_publish(company.project, now, events.append)
    [told] = heard(events, "sweep_failed")
    assert (told.subject, "TUP-730" in told.fields["error"]) == ("shopify.orders", True)
    assert [error.code for error in result.swept.errors] == ["TUP-730"]
    assert (swept.exists(), result.error(), result.published is None) == (False, None, False)


def test_a_lake_that_was_set_back_loses_no_part_by_it(company):
    table, now = orders(company), later(company)
    (table.path / "_delta_log" / f"{table.version():020d}.json").unlink()
    parts = set(table.path.glob("ingest_date=*/*.parquet"))
    for part in parts:
        os.utime(part, ((now - 20 * DAY).timestamp(),) * 2)
    company.project._tables.clear()
    with pytest.raises(IntegrityError, match="ends before it"):
        run_publish(company.project, now)
    assert set(table.path.glob("ingest_date=*/*.parquet")) == parts
