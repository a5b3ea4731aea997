import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.core.packed import PackedRecords
from trueup.errors import ContractError
from trueup.sources import records as module
from trueup.sources.records import MIN_PACKED, is_sound, split

PATH = ("data", "orders", "nodes")
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
VALUES = st.recursive(
    SCALARS, lambda v: st.lists(v, max_size=3) | st.dictionaries(st.text(), v, max_size=3)
)


def wrapped(array: bytes) -> bytes:
    return b'{"x":[{"nodes":[7]}],"data" : {"orders":{"nodes": ' + array + b',"p":{"n":null}}}}'


def test_records_keep_their_bytes_and_the_rest_is_decoded() -> None:
    found = split(wrapped(b'[ {"a": 1.50} ,\n{"b":"\\u00e9"}]'), PATH)
    assert found.records == [b'{"a": 1.50}', b'{"b":"\\u00e9"}']
    assert found.rest["data"]["orders"] == {"nodes": [], "p": {"n": None}}


@given(st.lists(VALUES), st.sampled_from([None, 1]))
def test_both_ways_of_splitting_agree(values: list[object], indent: int | None) -> None:
    texts = [json.dumps(value, indent=indent).encode() for value in values]
    body = wrapped(b"[" + b" ,\n".join(texts) + b"]")
    assert split(body, PATH).records == texts
    assert module._tolerant(body, PATH)[1] == texts


BETWEEN = st.sampled_from([b",", b", ", b",\n  ", b" ,"])


@given(st.lists(VALUES, min_size=1, max_size=5), BETWEEN, BETWEEN, st.integers(0, MIN_PACKED))
def test_many_records_stay_where_they_came(
    values: list[object], between: bytes, other: bytes, place: int
) -> None:
    texts = [json.dumps(values[n % len(values)]).encode() for n in range(MIN_PACKED + 1)]
    head, tail = between.join(texts[: place + 1]), between.join(texts[place + 1 :])
    found = split(wrapped(b"[" + (head + other + tail if tail else head) + b"]"), PATH)
    assert list(found.records) == texts
    assert not isinstance(found.records, PackedRecords) or between == other or not tail
    assert found.rest["data"]["orders"] == {"nodes": [], "p": {"n": None}}


@pytest.mark.parametrize("record", [b"{}", b'{"a":" , "}', b"1", b'" ,"'])
def test_unlike_spaces_that_make_up_for_one_another_are_seen(record: bytes) -> None:
    gaps = [b",", b" , "] * (MIN_PACKED // 2)
    text = b"".join(part for gap in gaps for part in (record, gap)) + record
    found = split(wrapped(b"[" + text + b"]"), PATH)
    assert found.records == [record] * (MIN_PACKED + 1)
    regular = split(wrapped(b"[" + b" ,".join([record] * MIN_PACKED) + b"]"), PATH)
    assert isinstance(regular.records, PackedRecords)


@pytest.mark.parametrize(
    "bad",
    [
        b'{"n":NaN}',
        b'{"n":1e400}',
        b'{"s":"\\ud800"}',
        b'{"s":"\xff"}',
        b'{"s":"a\x01b"}',
        b'{"a" 1}',
        b"[" * 5000 + b"]" * 5000,
    ],
    ids=["nan", "1e400", "surrogate", "utf8", "control", "colon", "deep"],
)
def test_one_bad_record_does_not_lose_its_page(bad: bytes) -> None:
    found = split(wrapped(b'[{"id":"]}\\""},' + bad + b',{"id":2}]'), PATH)
    assert found.records == [b'{"id":"]}\\""}', bad, b'{"id":2}']
    assert found.rest["data"]["orders"]["p"] == {"n": None}


@pytest.mark.parametrize(
    "body", [b"{}", b'{"data":null}', b'{"data":{"orders":{"nodes":null}}}', b'{"data":[]}']
)
def test_an_absent_array_gives_no_records(body: bytes) -> None:
    assert split(body, PATH).records == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        wrapped(b'[{"a":1}]')[:-1],
        wrapped(b'[{"a":1}]') + b"}",
        wrapped(b'[{"a":NaN]'),
        wrapped(b'[{"a":NaN},]'),
        wrapped(b'[{"a":NaN},,1]'),
        b'{"data":{"orders":{"nodes":[{"a":NaN}]},"orders":{"nodes":[]}}}',
        b'{"data":{"orders":{"nodes":[1],"nodes":[2]}}}',
        b'{"data":{"orders":{"nodes":{"a":1}}}}',
        b'{"data":{"orders":{"nodes":[1]}},"spend":NaN}',
        b'{"data":{"orders":{"nodes":["\\',
    ],
)
def test_an_answer_that_is_not_sound_is_refused(body: bytes) -> None:
    with pytest.raises(ContractError):
        split(body, PATH)


@given(st.lists(VALUES, min_size=1), st.data())
def test_a_cut_body_is_never_sound(values: list[object], data: st.DataObject) -> None:
    body = json.dumps({"data": values}).encode()
    assert is_sound(body)
    assert not is_sound(body[: data.draw(st.integers(0, len(body) - 1))])


def test_a_ten_megabyte_string_goes_through_both_ways() -> None:
    name = b'{"name":"' + b"x\\n" * 3_400_000 + b'"}'
    assert split(b'{"data":[' + name + b',{"n":NaN}]}', ("data",)).records[0] == name
    assert msgspec.json.decode(split(b'{"data":[' + name + b"]}", ("data",)).records[0])
