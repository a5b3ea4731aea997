from trueup.core.packed import PackedRecords
from trueup.sources.records import MIN_PACKED, split

RECORDS = [b'{"n":%d,"t":"%s"}' % (n, "é".encode() * (n % 3)) for n in range(MIN_PACKED)]


def packed() -> PackedRecords:
    records = split(b"[" + b", ".join(RECORDS) + b"]", ()).records
    assert isinstance(records, PackedRecords)
    return records


def test_packed_records_are_a_sequence_of_their_bytes() -> None:
    records = packed()
    assert (len(records), list(records)) == (len(RECORDS), RECORDS)
    assert (records[0], records[-1], records[7]) == (RECORDS[0], RECORDS[-1], RECORDS[7])
    assert [bytes(view) for view in records.views] == RECORDS


def test_a_slice_is_packed_too() -> None:
    part = packed()[3:6]
    assert list(part) == RECORDS[3:6]
    assert bytes(part.text) == b", ".join(RECORDS[3:6])
    assert part.column.to_pylist() == [record.decode() for record in RECORDS[3:6]]
    assert list(packed()[5:5]) == []


def test_the_column_holds_every_record_and_nothing_between() -> None:
    column = packed().column
    column.validate(full=True)
    assert column.to_pylist() == [record.decode() for record in RECORDS]
