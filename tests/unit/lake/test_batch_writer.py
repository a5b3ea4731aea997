from datetime import date
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.lake.lake_builders import NOW
from trueup.core.window import Window
from trueup.errors import IntegrityError
from trueup.lake import batch_writer as collecting
from trueup.lake.batch_writer import BatchWriter, payload_digests
from trueup.lake.data_files import Lineage, Records

DAY = Window.of_day(date(2026, 6, 1), ZoneInfo("UTC"))
NEXT_DAY = Window.of_day(date(2026, 6, 2), ZoneInfo("UTC"))


def lineage(window):
    return Lineage(batch_id="b1", scope="1", extracted_at=NOW, page_index=0, window=window)


def records(*payloads):
    return Records(
        payloads=payloads, record_indexes=range(len(payloads)), keys=["k"] * len(payloads)
    )


@given(st.lists(st.binary(), max_size=20), st.randoms())
def test_the_content_hash_does_not_depend_on_the_order(payloads, random):
    shuffled = random.sample(payloads, len(payloads))
    assert sum(payload_digests(shuffled)) == sum(payload_digests(payloads))


def test_a_record_twice_is_other_content_than_once(tmp_path):
    once, twice = BatchWriter(tmp_path, "a"), BatchWriter(tmp_path, "b")
    once.add(records(b"{}"), lineage(DAY))
    twice.add(records(b"{}", b"{}"), lineage(DAY))
    assert once.content_hash(DAY) != twice.content_hash(DAY)


def test_windows_that_did_not_change_leave_no_record(tmp_path):
    writer = BatchWriter(tmp_path, "b1")
    writer.add(records(b'{"day":1}'), lineage(DAY))
    writer.add(records(b'{"day":2}'), lineage(NEXT_DAY))
    writer.drop(DAY)
    [part] = writer.write(lineage(None))
    assert pq.read_table(tmp_path / part.path)["payload"].to_pylist() == ['{"day":2}']


def test_a_large_batch_spills_and_loses_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "SPILL_BYTES", 10_000)
    writer = BatchWriter(tmp_path, "b1")
    for n in range(50):
        writer.add(records(b'{"n":%d,"x":"%s"}' % (n, b"x" * 1000)), lineage(DAY))
    parts = writer.write(lineage(None))
    assert len(parts) > 1
    assert sum(pq.read_table(tmp_path / p.path).num_rows for p in parts) == 50


def test_a_discarded_batch_leaves_no_file(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "SPILL_BYTES", 1)
    writer = BatchWriter(tmp_path, "b1")
    writer.add(records(b"{}"), lineage(DAY))
    writer.add(records(b"{}"), lineage(DAY))
    assert list(tmp_path.rglob("*.parquet"))
    writer.discard()
    assert not list(tmp_path.rglob("*.parquet"))


def test_an_empty_window_has_a_hash_of_its_own(tmp_path):
    writer = BatchWriter(tmp_path, "b1")
    writer.open_window(DAY)
    assert (writer.rows(DAY), writer.content_hash(DAY)) == (0, "0-" + "0" * 32)
    assert writer.write(lineage(None)) == ()


def test_a_part_that_could_not_be_written_stops_the_batch_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(collecting, "SPILL_BYTES", 1)
    no_folder = tmp_path / "file"
    no_folder.touch()
    writer = BatchWriter(no_folder, "b1")
    writer.add(records(b"{}"), lineage(DAY))
    with pytest.raises(IntegrityError, match="Not a directory"):
        writer.add(records(b"{}"), lineage(DAY))
    with pytest.raises(IntegrityError, match="Not a directory"):
        writer.write(lineage(None))
    writer.discard()
