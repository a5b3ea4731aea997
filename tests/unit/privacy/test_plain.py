import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.privacy.privacy_builders import VISA, a_door
from trueup.core.stream import Stream, StreamKind
from trueup.privacy import plain
from trueup.privacy.checks import judge
from trueup.privacy.plain import MAX_MISSES, MIN_RECORDS, Columns, PlainReader

DAYS = Stream(name="days", kind=StreamKind.REPORT, key=("ad.id", "day"), day="day")
ROW = {"ad": {"id": "1", "name": "A"}, "day": "2026-06-01", "clicks": 3, "ids": [{"x": 1}]}


@pytest.fixture(autouse=True, scope="module")
def pages_of_any_size() -> Iterator[None]:
    with patch.object(plain, "MIN_RECORDS", 1):
        yield


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def read(records: Sequence[bytes], stream: Stream = DAYS) -> Columns | None:
    return PlainReader(stream, 1 << 20).read(records)


@pytest.mark.parametrize(
    "record",
    [
        compact(ROW),
        compact({"ad": {"id": "2"}, "day": "2026-06-02"}),
        compact({"ad": {"id": 'é|\n\\"'}, "day": "d", "clicks": None, "ids": []}),
        compact({"day": "d", "new": {"in": [1.5, None]}, "ad": {"id": ""}}),
        b'{"ad":{"id":"\\u00e9\\ud83d\\ude00\\/"},"day":"d"}',
        b'{ "ad" : {"id":\t"1"},\r\n "day":"d" }',
        b'{"ad":{"id":"1"},"day":"d","clicks":-0}',
        b'{"ad":{"id":"1"},"day":"d","clicks":1e308}',
        b'{"ad":{"id":"1"},"day":"d","clicks":123456789012345678901234567890}',
    ],
)
def test_keys_and_days_are_those_of_a_look_at_each(tmp_path: Path, record: bytes) -> None:
    records = [compact(ROW), record, compact(ROW)]
    columns = read(records)
    door = a_door(tmp_path, DAYS)
    with patch.object(PlainReader, "begin", return_value=None):
        admitted = door.admit(records)
    assert columns is not None
    assert (columns.keys, columns.days) == (admitted.keys, admitted.days)
    assert admitted.refused == []


@pytest.mark.parametrize(
    "record",
    [
        b'{"ad":{"id":"1","id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"ad":{"id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d","\\u0064ay":"e"}',
        b'{"ad":{"id":"1"},"day":"d","ids":[{"x":1,"x":2}]}',
        b'{"ad":{"id":"1"},"day":"d","new":null,"new":null}',
        b'{"ad":{"id":"1"},"day":"d","new":{},"new":{}}',
        b'{"ad":{"id":"1"},"day":"d","clicks":1e400}',
        b'{"ad":{"id":"1"},"day":"d","clicks":NaN}',
        b'{"ad":{"id":"1"},"day":"d","new":NaN}',
        b'{"ad":{"id":"1"},"day":"d","new":[{"in":-Infinity}]}',
        b'{"ad":{"id":"1"},"day":"d","new":[[Inf]]}',
        b'{"ad":{"id":"1"},"day":"d","clicks":' + b"9" * 5000 + b"}",
        b'{"ad":{"id":"1"},"day":"d","clicks":' + b"9" * 400 + b".0}",
        b'{"ad":{"id":"1"},"day":"d","clicks":"\\ud800"}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"\xff"}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"\xed\xa0\x80"}',
        b'{"ad":{"id":"1"},"day":"d","\xff":1}',
        b'{"ad":{"id":"1\\u0000"},"day":"d"}',
        b'{"ad":{"id":"1\n"},"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d"',
        b'{"ad":{"id":"1"},"day":"d",}',
        b'{"ad":{"id":"1"},"day":"d"} {}',
        b'{"ad":{"id":"1"},"day":"d"}//}',
        b'{"ad":{"name":"A"},"day":"d"}',
        b'{"ad":{"id":null},"day":"d"}',
        b'{"ad":{"id":1},"day":"d"}',
        b'{"ad":[],"day":"d"}',
        b'{"day":"d"}',
        b"[]",
        b"null",
        b"",
        b'\xef\xbb\xbf{"ad":{"id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d","name":"' + b"x" * plain.MAX_RECORD_BYTES + b'"}',
        b'{"ad":{"id":"1"},"day":"d","deep":' + b"[" * 9999 + b"]" * 9999 + b"}",
        b'{"ad":{"id":"1"},"day":"d","deep":' + b'{"in":' * 300 + b"1" + b"}" * 301,
    ],
)
@pytest.mark.parametrize("place", [0, 1])
def test_a_record_that_needs_a_closer_look_gets_it(record: bytes, place: int) -> None:
    records = [compact(ROW), compact(ROW)]
    records.insert(place, record)
    assert read(records) is None


@pytest.mark.parametrize(
    "records",
    [
        [b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},', b'"day":"e"}'],
        [b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},"day":"e"}'],
        [b'{"ad":{"id":"1"},"day":', b'"d"}'],
        [b"", b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},"day":"e"}'],
        [b"{}", b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},"day":"e"}'],
        [b'{"ad":{"id":"1"},"day":"d","a":', b'{"b":1}}', b'{"day":"d"}{"day":"e"}'],
        [b'{"ad":{"id":"1"},"day":"d","a":[{"c":1}', b'{"b":1}]}', b"{}{}"],
    ],
)
def test_records_that_do_not_end_where_they_should_are_not_taken(records: list[bytes]) -> None:
    assert read(records) is None


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.sampled_from(["2026-06-01", "2026-06-01T00:00:00Z", "1", "NaN"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {"day": st.text(max_size=3), "ad": st.dictionaries(st.sampled_from(["id", "b"]), VALUES)},
    optional={"clicks": VALUES, "x": VALUES},
)


@settings(max_examples=300)
@given(st.data(), st.lists(ROWS, min_size=1, max_size=4))
def test_nothing_is_taken_that_would_be_refused(
    data: st.DataObject, rows: list[dict[str, object]]
) -> None:
    """Also of records that were broken at some place: a byte dropped, doubled or exchanged."""
    records = [compact(row) for row in rows]
    if data.draw(st.booleans()):
        broken = data.draw(st.integers(0, len(records) - 1))
        record = records[broken]
        at = data.draw(st.integers(0, len(record) - 1))
        with_it = data.draw(st.sampled_from([b"", record[at : at + 1] * 2, b'"', b"}", b",", b"0"]))
        records[broken] = record[:at] + with_it + record[at + 1 :]
    columns = read(records)
    if columns is not None:
        judged = [judge(record) for record in records]
        assert [reason for _, reason in judged] == [""] * len(records)
        assert columns.days == [value["day"] for value, _ in judged]


def test_values_of_two_types_under_one_name_are_not_of_one_form() -> None:
    assert read([compact({**ROW, "x": 1}), compact({**ROW, "x": "1"})]) is None


def test_dates_stay_the_text_that_they_were() -> None:
    columns = read([compact({"ad": {"id": "2026-06-01T00:00Z"}, "day": "2026-06-01"})] * 2)
    assert columns == Columns(
        keys=["2026-06-01T00:00Z|2026-06-01"] * 2,
        days=["2026-06-01"] * 2,
        cursors=[None, None],
        has_sign=False,
    )


def test_a_cursor_is_read_too() -> None:
    stream = Stream(name="s", kind=StreamKind.INCREMENTAL, key=("id",), cursor="at.time")
    columns = read([b'{"id":"1","at":{"time":"t1"}}', b'{"id":"2","at":{"time":"t2"}}'], stream)
    assert columns
    assert (columns.keys, columns.days, columns.cursors) == (["1", "2"], ["", ""], ["t1", "t2"])


def test_a_stream_that_is_never_plain_is_soon_let_be() -> None:
    reader, odd = PlainReader(DAYS, 1 << 20), [compact({**ROW, "x": x}) for x in (1, "1")]
    for _ in range(MAX_MISSES):
        assert (asked := reader.begin(odd))
        assert asked.result() is None
    assert reader.begin([compact(ROW)]) is None


def test_a_miss_now_and_then_does_not_count() -> None:
    reader, odd = PlainReader(DAYS, 1 << 20), [compact({**ROW, "x": x}) for x in (1, "1")]
    for _ in range(2 * MAX_MISSES):
        assert reader.read(odd) is None
        assert reader.read([compact(ROW)]) is not None
    assert reader.begin([compact(ROW)])


def large(*odd: bytes) -> list[bytes]:
    rows = [{**ROW, "ad": {"id": str(n), "name": f"Ad {n}"}} for n in range(3 * MIN_RECORDS)]
    records = [compact(row) for row in rows]
    return [*records[:700], *odd, *records[700:]]


@pytest.mark.parametrize(
    "odd",
    [
        [],
        [compact({**ROW, "name": f"pay {VISA}"})],
        [compact({**ROW, "name": "ask ann@example.com"})],
        [compact({**ROW, "ann@example.com": 1})],
        [compact({**ROW, "name": "10% off + more = fine"})],
        [b'{"ad":{"id":"1","id":"2"},"day":"d"}'],
        [b"{", b"NaN"],
    ],
)
def test_a_large_page_is_admitted_as_its_records_would_be_one_by_one(
    tmp_path: Path, odd: list[bytes]
) -> None:
    page, door = large(*odd), a_door(tmp_path, DAYS)
    with patch.object(PlainReader, "begin", return_value=None):
        expected = door.admit(page)
    admitted = door.admit(page)
    for found in (admitted, expected):  # what is sealed is another text each time
        found.refused = [replace(refused, payload_text="") for refused in found.refused]
    assert admitted == expected
    assert len(expected.payloads) + len(expected.refused) == len(page)
