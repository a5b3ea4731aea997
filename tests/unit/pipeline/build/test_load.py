"""How many batches go into one transaction."""

import msgspec
import pytest

from tests.unit.lake.lake_builders import a_table, committed
from trueup.core.batch import Counts
from trueup.pipeline.build.load import (
    BATCHES_AT_ONCE,
    RECORDS_AT_ONCE,
    by_transaction,
    pending_batches,
)
from trueup.warehouse.warehouse import PendingBatch


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
