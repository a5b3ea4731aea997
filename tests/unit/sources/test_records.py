import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import ContractError
from trueup.sources import records as module
from trueup.sources.records import is_sound, split

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


@given(st.lists(VALUES, min_size=1, max_size=5), st.sampled_from([b",", b", ", b",\n  ", b" ,"]))
def test_what_stands_between_records_belongs_to_none(values: list[object], between: bytes) -> None:
    texts = [json.dumps(value).encode() for value in values]
    found = split(wrapped(b"[" + between.join(texts) + b"]"), PATH)
    assert found.records == texts
    assert found.rest["data"]["orders"] == {"nodes": [], "p": {"n": None}}


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
