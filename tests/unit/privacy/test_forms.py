import json
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.privacy.checks import decode_sound, judge
from trueup.privacy.fields import FieldPath
from trueup.privacy.forms import MAX_DEPTH, MAX_MISSES, MAX_NAMES, Forms

PATHS = ("ad.id", "day")
ROW = {"ad": {"id": "1", "name": "A"}, "day": "2026-06-01", "clicks": 3, "ids": [{"x": 1}]}


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def read(forms: Forms, records: Sequence[bytes]) -> list[list[str]] | None:
    columns = forms.texts(b"\n".join([*records, b""]), len(records))
    return columns and [columns[path] for path in PATHS]


def taught(*rows: dict[str, object]) -> Forms:
    forms = Forms(PATHS)
    forms.learn(rows)
    return forms


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        {"ad": {"id": "2"}, "day": "2026-06-02"},
        {"ad": {"id": "é|\n"}, "day": "d", "clicks": None, "ids": []},
        {"ad": {"id": "1", "name": {"de": "x"}}, "day": "d"},
    ],
)
def test_rows_of_the_form_are_read_with_names_there_or_not(row: dict[str, object]) -> None:
    expected = [FieldPath(path).texts([row, ROW]) for path in PATHS]
    assert read(taught(ROW), [compact(row), compact(ROW)]) == expected


@pytest.mark.parametrize(
    "record",
    [
        b'{"ad":{"id":"1","id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"ad":{"id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d","ids":[{"x":1,"x":2}]}',
        b'{"ad":{"id":"1"},"day":"d","new":1}',
        b'{"ad":{"id":"1"},"day":"d","clicks":1e400}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"\\ud800"}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"\xff"}',
        b'{"ad":{"id":"1"},"day":"d","\xff":1}',
        b'{"ad":{"id":"1\\u0000"},"day":"d"}',
        b'{"ad":{"id":"1"} ,"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d"',
        b'{"ad":{"name":"A"},"day":"d"}',
        b'{"ad":{"id":null},"day":"d"}',
        b'{"ad":{"id":1},"day":"d"}',
        b'{"ad":[],"day":"d"}',
        b'{"day":"d"}',
        b"[]",
        b"",
    ],
)
def test_a_record_that_needs_a_closer_look_gets_it(record: bytes) -> None:
    assert read(taught(ROW), [compact(ROW), record]) is None


@pytest.mark.parametrize(
    "records",
    [
        [b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},', b'"day":"e"}'],
        [b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},"day":"e"}'],
        [b'{"ad":{"id":"1"},"day":', b'"d"}'],
        [b"", b'{"ad":{"id":"1"},"day":"d"}\n{"ad":{"id":"2"},"day":"e"}'],
    ],
)
def test_records_that_do_not_end_where_they_should_are_not_taken(records: list[bytes]) -> None:
    assert read(taught(ROW), records) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
ROWS = st.fixed_dictionaries(
    {"day": st.text(max_size=3), "ad": st.dictionaries(st.sampled_from(["id", "b"]), VALUES)},
    optional={"clicks": VALUES, "x": VALUES},
)


@given(st.lists(ROWS, min_size=1, max_size=4), st.lists(ROWS, min_size=1, max_size=4))
def test_what_is_read_is_what_one_by_one_would_have_been(
    lesson: list[dict[str, object]], rows: list[dict[str, object]]
) -> None:
    records = [compact(row) for row in rows]
    columns = read(taught(*lesson), records)
    if columns is not None:
        assert [judge(record)[1] for record in records] == [""] * len(records)
        assert columns == [FieldPath(path).texts(decode_sound(records) or []) for path in PATHS]


def test_every_name_that_is_learned_is_read_from_then_on() -> None:
    forms, new = taught(ROW), {**ROW, "cost": {"micros": "5"}}
    assert read(forms, [compact(new)]) is None
    forms.learn([new])
    assert read(forms, [compact(new), compact(ROW)]) is not None


def test_names_that_come_later_keep_their_place_in_the_record() -> None:
    forms = taught({"ad": {"id": "1"}, "day": "d"})
    between = {"ad": {"id": "1"}, "clicks": "4", "day": "d"}
    forms.learn([between])
    assert read(forms, [compact(between), compact({"ad": {"id": "1"}, "day": "d"})]) is not None


def test_a_vendor_that_writes_another_json_is_soon_let_be() -> None:
    forms = taught(ROW)
    for _ in range(MAX_MISSES):
        forms.learn([ROW])
    assert read(forms, [compact(ROW)]) is None


def test_a_miss_now_and_then_does_not_count() -> None:
    forms = taught(ROW)
    for _ in range(3 * MAX_MISSES):
        forms.learn([ROW])
        assert read(forms, [compact(ROW)]) is not None


@pytest.mark.parametrize(
    "odd",
    [
        {str(n): n for n in range(MAX_NAMES + 1)},
        {str(n): {str(m): m for m in range(MAX_NAMES // 2)} for n in range(4)},
    ],
)
def test_objects_with_ever_new_names_do_not_grow_without_end(odd: dict[str, object]) -> None:
    forms = taught(ROW, {**ROW, "odd": odd})
    columns = read(forms, [compact(ROW)])
    assert columns in (None, [["1"], ["2026-06-01"]])


def test_deep_objects_are_read() -> None:
    deep: dict[str, object] = {}
    for _ in range(4 * MAX_DEPTH):
        deep = {"in": deep}
    row = {**ROW, "deep": deep}
    assert read(taught(row), [compact(row)]) == [["1"], ["2026-06-01"]]
