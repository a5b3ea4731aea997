import json
import random

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.privacy.checks import judge
from trueup.privacy.forms import MAX_DEPTH, MAX_MISSES, MAX_NAMES, Forms

PATHS = ("ad.id", "day")
ROW = {"ad": {"id": "1", "name": "A"}, "day": "2026-06-01", "clicks": 3, "ids": [{"x": 1}]}


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def accepted(forms: Forms, *records: bytes) -> list[bool]:
    if forms.pattern is None:
        return [False] * len(records)
    texts = pa.array(records, pa.binary()).cast(pa.string())
    found: list[bool] = pc.match_substring_regex(texts, forms.pattern).to_pylist()
    return found


def taught(*rows: dict[str, object]) -> Forms:
    forms = Forms(PATHS)
    forms.learn(rows)
    return forms


@pytest.mark.parametrize(
    "record",
    [
        compact(ROW),
        json.dumps(ROW, indent=2).encode(),
        json.dumps(ROW).encode(),
        compact({"ad": {"id": "é|"}, "day": "d"}),
        compact({"ad": {"id": "2"}, "day": "d", "ids": []}),
        compact({"ad": {"id": "2"}, "day": "d", "ids": [{}, {"x": -1.5e3}]}),
        compact({"ad": {"id": "2"}, "day": "d", "clicks": None}),
        rb'{"ad":{"id":"1","name":"\" \\ \/ \u00e9 \u0001 \n"},"day":"d"}',
    ],
)
def test_records_of_the_form_are_accepted_with_names_there_or_not(record: bytes) -> None:
    forms = taught(ROW, {"ad": {"id": "1"}, "day": "d"}, {**ROW, "ids": [{}]})
    assert accepted(forms, record, compact(ROW)) == [True, True]
    assert judge(record)[1] == ""


@pytest.mark.parametrize(
    "record",
    [
        b'{"ad":{"id":"1","id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"ad":{"id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d","ids":[{"x":1,"x":2}]}',
        b'{"ad":{"id":"1"},"day":"d","ids":[,]}',
        b'{"ad":{"id":"1"},"day":"d","ids":[{"x":1},]}',
        b'{"ad":{"id":"1"},"day":"d","new":1}',
        b'{"ad":{"id":"1"},"day":"d","clicks":1e400}',
        b'{"ad":{"id":"1"},"day":"d","clicks":' + b"9" * 400 + b"}",
        b'{"ad":{"id":"1"},"day":"d","clicks":NaN}',
        b'{"ad":{"id":"1"},"day":"d","clicks":01}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"\\ud800"}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"\\u0000"}',
        b'{"ad":{"id":"1"},"day":"d","clicks":"a\nb"}',
        b'{"ad":{"id":"1\\u0041"},"day":"d"}',
        b'{"ad":{"id":"1"}"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d",}',
        b'{,"ad":{"id":"1"},"day":"d"}',
        b'{"ad":{"id":"1"},"day":"d"',
        b'{"ad":{"id":"1"},"day":"d"}}',
        b'{"ad":{"id":"1"},"day":"d"}\n',
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
    least: dict[str, object] = {"ad": {"id": "1"}, "day": "d"}
    rows = [{**least, "clicks": clicks, "ids": ids} for clicks in (3, "") for ids in ([], [{}])]
    right = [compact(row) for row in rows]
    assert accepted(taught(ROW, least, *rows), record, *right) == [False, *[True] * 4]
    for row in rows:
        assert accepted(taught(least, row), record, compact(row)) == [False, True]


@pytest.mark.parametrize("names", [["a", "b", "c"], ["b"], ["a", "c"], []])
def test_commas_are_right_where_no_name_is_always_there(names: list[str]) -> None:
    rows = [{"ad": {"id": "1"}, "day": "d", "m": {name: 1}} for name in "abc"]
    right = compact(rows[0] | {"m": dict.fromkeys(names, 1)})
    forms = taught(rows[0] | {"m": {"a": 1, "b": 1, "c": 1}}, *rows)
    assert accepted(forms, right) == [True]
    wrong = [right.replace(b'"m":{', b'"m":{,'), right.replace(b"}}", b",}}")]
    assert accepted(forms, *wrong, right.replace(b'1,"', b'1"') + b" ") == [False] * 3


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abc"), inner),
    max_leaves=6,
)
AD = st.fixed_dictionaries({"id": st.text(max_size=3)}, optional={"b": VALUES})
ROWS = st.fixed_dictionaries(
    {"day": st.text(max_size=3), "ad": AD | st.dictionaries(st.sampled_from(["id", "b"]), VALUES)},
    optional={"clicks": VALUES, "x": VALUES},
)


def is_right(record: bytes) -> bool:
    """Whether `record` is sound, without NUL, and has a text without an escape at every path."""
    value, reason = judge(record)
    if reason or b"\\u0000" in record:
        return False
    texts = [value["ad"]["id"], value["day"]]
    return all(isinstance(text, str) and f'"{text}"'.encode() in record for text in texts)


@given(
    st.lists(ROWS, min_size=1, max_size=3),
    ROWS,
    st.sampled_from([None, 1]),
    st.booleans(),
)
def test_what_is_accepted_is_what_one_by_one_would_have_been(
    lesson: list[dict[str, object]], other: dict[str, object], indent: int | None, is_escaped: bool
) -> None:
    forms = taught(*lesson)
    for row in (*lesson, other):
        record = json.dumps(row, indent=indent, ensure_ascii=is_escaped).encode()
        assert accepted(forms, record) == [False] or is_right(record)


def test_no_change_of_one_character_makes_something_unsound_that_is_accepted() -> None:
    row = {**ROW, "none": [], "e": 1.5e-7, "m": {"a": True}, "t": "\u20ac\n"}
    forms = taught(row, {**row, "m": {}}, {"ad": {"id": "1"}, "day": "d"})
    changed = set()
    for text in (json.dumps(row), json.dumps(row, separators=(",", ":"), ensure_ascii=False)):
        for at in range(len(text) + 1):
            changed |= {text[:at] + text[at + 1 :], text[:at] + text[at : at + 1] * 2 + text[at:]}
            for new in '{}[],:"0-.eE \\u\n\x01\x7f':
                changed |= {text[:at] + new + text[at:], text[:at] + new + text[at + 1 :]}
    records = [text.encode() for text in sorted(changed)]
    taken = [r for r, is_ok in zip(records, accepted(forms, *records), strict=True) if is_ok]
    assert len(records) > 5_000
    assert len(taken) > 500
    assert [record for record in taken if not is_right(record)] == []


def test_every_name_that_is_learned_is_accepted_from_then_on() -> None:
    forms, new = taught(ROW), {**ROW, "cost": {"micros": "5"}}
    assert accepted(forms, compact(new)) == [False]
    forms.learn([new])
    assert accepted(forms, compact(new), compact(ROW)) == [True, True]


def test_names_that_come_later_keep_their_place_in_the_record() -> None:
    forms = taught({"ad": {"id": "1"}, "day": "d"})
    between = {"ad": {"id": "1"}, "clicks": "4", "day": "d"}
    forms.learn([between])
    assert accepted(forms, compact(between), compact({"ad": {"id": "1"}, "day": "d"})) == [True] * 2


def test_names_come_in_the_order_that_all_records_together_tell() -> None:
    names = [f"n{n}" for n in range(8)]
    rows = [
        {"ad": {"id": "1"}, **{name: 1 for name in names if name in (one, other)}, "day": "d"}
        for one in names
        for other in names
    ]
    random.Random(1).shuffle(rows)
    forms = Forms(PATHS)
    for _ in range(4):
        forms.learn(rows)
    whole = {"ad": {"id": "1"}, **dict.fromkeys(names, 1), "day": "d"}
    assert accepted(forms, *map(compact, [*rows, whole])) == [True] * (len(rows) + 1)


def test_a_vendor_whose_records_are_never_alike_is_soon_let_be() -> None:
    forms = taught(ROW)
    for _ in range(MAX_MISSES - 1):
        forms.count(is_proved=False)
    assert (forms.pattern is None, forms.is_given_up) == (False, False)
    forms.count(is_proved=False)
    assert (forms.pattern, forms.is_given_up) == (None, True)


def test_a_miss_now_and_then_does_not_count() -> None:
    forms = taught(ROW)
    for _ in range(3 * MAX_MISSES):
        forms.count(is_proved=False)
        forms.count(is_proved=True)
    assert accepted(forms, compact(ROW)) == [True]


@pytest.mark.parametrize(
    "odd",
    [
        {str(n): n for n in range(MAX_NAMES + 1)},
        {str(n): {str(m): m for m in range(MAX_NAMES // 2)} for n in range(4)},
        {'quote"': 1},
    ],
)
def test_objects_that_no_expression_can_tell_are_not_accepted(odd: dict[str, object]) -> None:
    assert accepted(taught(ROW, {**ROW, "odd": odd}), compact(ROW)) == [False]


def test_what_is_nested_without_end_is_not_learned() -> None:
    deep: object = 1
    for _ in range(4 * MAX_DEPTH):
        deep = {"in": deep}
    assert accepted(taught({**ROW, "deep": deep}), compact(ROW)) == [False]


@pytest.mark.parametrize("row", [{"ad": {"id": 1}, "day": "d"}, {"ad": "x", "day": "d"}, {}])
def test_without_a_text_at_every_path_there_is_no_form(row: dict[str, object]) -> None:
    assert taught(row).pattern is None
