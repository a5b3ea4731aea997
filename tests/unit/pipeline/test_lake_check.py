"""A run reads some of the lake's files in turn, names what is damaged, and goes on."""

import pytest

from tests.end_to_end.company import heard
from trueup.pipeline import lake_check
from trueup.pipeline.lake_check import check_lake
from trueup.pipeline.run import run_publish
from trueup.pipeline.run_context import Run


@pytest.fixture
def company(grown_company, tmp_path):
    return grown_company.copied_to(tmp_path / "copy", "lake", "warehouse.duckdb", "published")


def files_of(company, source="google_ads", stream="ad_days"):
    return sorted(company.project.table(source, stream).path.glob("ingest_date=*/*.parquet"))


def checks(company, count):
    run = Run(project=company.project, now=company.clock.now(), run_id="r")
    company.project.warehouse.prepare([])
    return [error for _ in range(count) for error in check_lake(run)]


def test_a_whole_lake_has_no_damage(company):
    assert checks(company, 3) == []


def flipped(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-50])


def removed(path):
    path.unlink()


@pytest.mark.parametrize("harm", [flipped, cut, removed])
def test_a_damaged_file_is_named_until_it_is_restored(company, harm):
    path = files_of(company)[-1]
    whole = path.read_bytes()
    harm(path)
    commits = company.project.table("google_ads", "ad_days").version() + 1
    rounds = -(-commits // lake_check.BATCHES_PER_TABLE)
    found = checks(company, rounds)
    assert {(error.code, path.name in error.message) for error in found} == {("TUP-734", True)}
    assert len(checks(company, 2)) == 2
    path.write_bytes(whole)
    assert checks(company, rounds) == []


def test_a_run_goes_on_publishes_and_ends_with_the_damage(company):
    for path in files_of(company):
        removed(path)
    events = []
    result = run_publish(company.project, company.clock.now(), events.append)
    assert result.published is not None
    assert (result.error().code, result.error().exit_code) == ("TUP-734", 7)
    assert [event.subject for event in heard(events, "lake_file_damaged")] == ["google_ads.ad_days"]


def test_a_run_reads_no_more_when_the_history_is_longer(company, monkeypatch):
    monkeypatch.setattr(lake_check, "BATCHES_PER_TABLE", 1)
    read, inner = [], lake_check.check_batches

    def counted(table, versions, max_bytes):
        read.append((table.source, table.stream))
        return inner(table, versions, max_bytes)

    monkeypatch.setattr(lake_check, "check_batches", counted)
    checks(company, 1)
    assert len(read) == len(set(read)) > 5
    monkeypatch.setattr(lake_check, "BYTES_PER_RUN", 1)
    read.clear()
    checks(company, 30)
    assert len(set(read)) > 5  # in turn, whatever the limit
    assert len(read) < 60
