"""Grouping of batches into transactions: none is left out or loaded twice."""

import msgspec
import pytest

from tests.unit.lake.lake_builders import a_table, committed
from trueup.core.batch import Counts
from trueup.pipeline.settings.config import load_config
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps import load as loading
from trueup.pipeline.steps.load import (
    BATCHES_AT_ONCE,
    RECORDS_AT_ONCE,
    by_transaction,
    load,
    pending_batches,
)
from trueup.warehouse.protocol import PendingBatch


@pytest.fixture
def pending(tmp_path):
    table = a_table(tmp_path)
    committed(table, "b", [b"{}"])
    [batch] = pending_batches(table, -1)

    def sized(*records: int) -> list[PendingBatch]:
        headers = (
            msgspec.structs.replace(batch.header, counts=Counts(received=count, landed=count))
            for count in records
        )
        return [
            PendingBatch(version=number, header=header, files=batch.files)
            for number, header in enumerate(headers)
        ]

    return sized


@pytest.mark.parametrize(
    ("records", "sizes"),
    [
        ([], []),
        ([1, 1, 1], [3]),
        ([RECORDS_AT_ONCE - 1, 1, 1], [2, 1]),
        ([1, 10 * RECORDS_AT_ONCE, 1, 1], [1, 1, 2]),
        ([0] * (2 * BATCHES_AT_ONCE + 1), [BATCHES_AT_ONCE, BATCHES_AT_ONCE, 1]),
    ],
)
def test_small_neighbours_share_a_transaction_and_all_stay_in_order(pending, records, sizes):
    batches = pending(*records)
    together = list(by_transaction(batches))
    assert [len(group) for group in together] == sizes
    assert [batch for group in together for batch in group] == batches


_PROJECT = """
name: shop
timezone: America/New_York
currency: USD
start_date: 2026-06-01
sources:
  google_ads: {developer_token: x, client_id: x, client_secret: x, refresh_token: x}
"""


def test_each_transaction_goes_on_where_the_one_before_ended(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "BATCHES_AT_ONCE", 2)
    (tmp_path / "trueup.yml").write_text(_PROJECT)
    project = Project(folder=tmp_path, config=load_config(tmp_path, {}))
    project.open_lake()
    table = project.table("google_ads", "ad_days")
    for number in range(5):
        committed(table, f"b{number}", [b"{}"] * number)
    assert (load(project).batches, load(project).batches) == (5, 0)
    loaded = project.warehouse.query("select batch_id, landed from raw.batches order by load_id")
    assert [tuple(row.values()) for row in loaded] == [(f"b{n}", n) for n in range(5)]
    [found] = project.warehouse.query("select count(*) as rows from raw.google_ads__ad_days")
    assert found["rows"] == 10
