import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trueup.ingest.json_validation import decode_sound, judge, names_are_unique

KEYS = st.sampled_from(["a", "b", 'q"', 'q":', "c:", "é", "\n", " :"])
SPELLED = st.sampled_from(["json", "escaped", "spaced"])


def spell(key: str, how: str) -> str:
    text = json.dumps(key)
    if how == "escaped":
        return text.replace('\\"', "\\u0022").replace(":", "\\u003A").replace("a", "\\u0061") + ":"
    return text + (" :" if how == "spaced" else ":")


@st.composite
def objects(draw: st.DrawFn, depth: int = 2) -> str:
    """JSON text of an object whose keys may repeat and be spelled in several ways."""
    members = []
    for _ in range(draw(st.integers(0, 3))):
        if depth and draw(st.booleans()):
            value = draw(objects(depth=depth - 1))
            value = f"[{value}]" if draw(st.booleans()) else value
        else:
            value = spell(draw(KEYS), draw(st.sampled_from(["json", "escaped"])))[:-1]
        members.append(spell(draw(KEYS), draw(SPELLED)) + value)
    return "{" + ",".join(members) + "}"


@given(st.lists(objects(), min_size=1, max_size=4))
@example(['{"a":"\\u0022:","a":1}'])
@example(['{"a" :1,"a":"\\":"}'])
@example(['{"a":1,"a":1}', '{"b":"\\u0022\\u003a"}'])
def test_the_fast_check_for_repeated_keys_is_exact(texts: list[str]) -> None:
    records = [text.encode() for text in texts]
    unique = [names_are_unique(record) for record in records]
    assert [judge(record)[1] == "" for record in records] == unique
    if decode_sound(records) is not None:
        assert all(unique)


def test_the_fast_way_is_taken_for_ordinary_records() -> None:
    records = [b'{"a":{"b":"x\\":y"},"c":[{"b":1.5}]}', b'{"a":"\\u00e9"}']
    assert decode_sound(records) == [json.loads(record) for record in records]


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (b'{"a":NaN}', "not_json"),
        (b'{"a":Infinity}', "not_json"),
        (b'{"a":1', "not_json"),
        (b"", "not_json"),
        (b'{"a":01}', "not_json"),
        (b'{"a":"\x00"}', "not_json"),
        (b'{"a":1}{"b":2}', "not_json"),
        (b'{"a":1e400}', "number_out_of_range"),
        (b'{"a":-1e999}', "number_out_of_range"),
        (b'{"a":"\\ud800"}', "invalid_text"),
        (b'{"a":"\\ud800 and more"}', "invalid_text"),
        (b'{"a":"\\udc00"}', "invalid_text"),
        (b'{"\\ud800":1}', "invalid_text"),
        (b'{"a":"\xff"}', "invalid_text"),
        (b'{"a":"\xed\xa0\x80"}', "invalid_text"),
        (b'{"a":{"b":1,"b":1}}', "duplicate_json_key"),
        (b'{"a":1,"\\u0061":1}', "duplicate_json_key"),
        (b'{"a" :1,"a":2}', "duplicate_json_key"),
        (b"[1]", "not_an_object"),
        (b"null", "not_an_object"),
        (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "too_deep"),
    ],
)
def test_unsound_records_are_refused_with_a_stable_reason(record: bytes, reason: str) -> None:
    assert judge(record) == ({}, reason)
    assert decode_sound([b'{"a":1}', record]) is None


@pytest.mark.parametrize(
    "record",
    [
        b'{"a":"\\\\u0000"}',
        b'{"a":"\\u0000","\\u0000":1}',
        b'{"a":"\\ud83d\\ude00"}',
        b'{"a" : "x : y", "b":{}}',
        b'{"a":"\\u0022:"}',
        b'{"a":[{"b":1},{"b":1}],"b":1}',
        b'{"a":123456789012345678901234567890}',
    ],
)
def test_unusual_but_sound_records_pass(record: bytes) -> None:
    assert judge(record) == (json.loads(record), "")
