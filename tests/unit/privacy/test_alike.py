"""Pages of many records: what is admitted by columns is what one by one would have been."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.unit.privacy.privacy_builders import VISA, a_door, an_ad_day, compact
from trueup.core.packed import PackedRecords
from trueup.core.stream import Stream, StreamKind
from trueup.privacy import alike
from trueup.privacy.admitted import Admitted
from trueup.privacy.checks import judge
from trueup.privacy.door import Door
from trueup.privacy.forms import MAX_MISSES
from trueup.privacy.tokens import is_token
from trueup.sources.records import split

COUNT = 700
ODD = {
    "number_out_of_range": an_ad_day().replace(b'"3"', b"9" * 400),
    "nul_character": an_ad_day(ad={"id": "1\0"}),
    "nul_in_text": an_ad_day(name="a\0b"),
    "duplicate_json_key": an_ad_day().replace(b"{", b'{"clicks":"4",', 1),
    "not_an_object": b'["EUR","USD"]',
    "missing_key": an_ad_day(ad={}),
    "missing_day": an_ad_day(date=None),
    "card_number": an_ad_day(name=f"pay {VISA}"),
    "too_large": an_ad_day(name="x" * 2000),
    "e_mail": an_ad_day(name="call ann@example.com"),
    "parameter": an_ad_day(url="https://x/?first_name=Ann&p=1"),
    "number_as_key": an_ad_day(ad={"id": 7}),
    "bar_in_key": an_ad_day(ad={"id": "a|b"}),
    "escape_in_key": an_ad_day(ad={"id": "é"}),
    "quote_in_text": an_ad_day(name='Brand "X" \\ \n'),
    "percent": an_ad_day(name="50% off = now + then"),
    "new_name": an_ad_day(cost={"micros": "5"}, ids=[1, 2]),
    "other_order": b'{"date":"2026-11-01","ad":{"id":"1"}}',
    "spaces": json.dumps({"ad": {"id": "12"}, "date": "2026-11-01"}).encode(),
}


def ad_days(count: int = COUNT) -> list[bytes]:
    return [an_ad_day(ad={"id": str(n)}) for n in range(count)]


def packed(records: Sequence[bytes], between: bytes = b",") -> PackedRecords:
    page = split(b'{"results":[' + between.join(records) + b'],"next":"=+"}', ("results",)).records
    assert isinstance(page, PackedRecords)
    return page


def admitted_at_once(door: Door, page: PackedRecords) -> Admitted:
    return door.admit(page, door.begin(page))


def facts(admitted: Admitted) -> list[object]:
    refused = [(r.record_index, r.reason, r.is_sealed) for r in admitted.refused]
    columns = [admitted.payloads, admitted.keys, admitted.cursors, admitted.days, admitted.indexes]
    return [*map(list, columns), refused, admitted.strays]


@pytest.fixture
def door(tmp_path: Path) -> Door:
    return a_door(tmp_path, max_record_bytes=1000)


@pytest.fixture
def closer_looks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many records at a time got a closer look."""
    looks: list[int] = []
    look: Callable[[Door, list[bytes]], Admitted] = Door._admit

    def counted(door: Door, page: list[bytes]) -> Admitted:
        looks.append(len(page))
        return look(door, page)

    monkeypatch.setattr(Door, "_admit", counted)
    return looks


@pytest.mark.parametrize("between", [b",", b" ,", b",\n  "])
def test_records_that_are_all_alike_land_as_they_came(
    door: Door, closer_looks: list[int], between: bytes
) -> None:
    page = packed(ad_days(), between)
    admitted = admitted_at_once(door, page)
    assert closer_looks == []
    assert admitted.payloads is page
    assert facts(admitted) == facts(door.admit(ad_days()))


@pytest.mark.parametrize("name", ["\\u00e9", "a\\/b", '\\"X\\" \\\\', "é"])
def test_escapes_do_not_call_for_a_closer_look(
    door: Door, closer_looks: list[int], name: str
) -> None:
    text = '{"ad":{"id":"%d"},"date":"2026-11-01","name":"%s"}'
    records = [(text % (n, name)).encode() for n in range(COUNT)]
    admitted = admitted_at_once(door, packed(records))
    assert (list(admitted.payloads), admitted.keys[7]) == (records, "7|2026-11-01")
    assert closer_looks == []


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize("place", [0, 130, COUNT])
def test_an_odd_record_is_taken_as_it_would_be_alone(door: Door, kind: str, place: int) -> None:
    records = [*ad_days()[:place], ODD[kind], *ad_days()[place:]]
    assert facts(admitted_at_once(door, packed(records))) == facts(door.admit(records))


def test_only_what_stands_near_an_odd_record_gets_a_closer_look(
    door: Door, closer_looks: list[int]
) -> None:
    admitted_at_once(door, packed([*ad_days()[:200], ODD["e_mail"], *ad_days()[200:]]))
    assert closer_looks == [64]


@pytest.mark.parametrize("seed", range(8))
def test_pages_with_many_odd_records_are_taken_as_they_would_be_alone(
    door: Door, seed: int
) -> None:
    source = random.Random(seed)
    kinds = source.sample(list(ODD.values()), 6)
    one_in = source.choice([3, 30, 300])
    for _ in range(4):
        page = [r if source.randrange(one_in) else source.choice(kinds) for r in ad_days()]
        assert facts(admitted_at_once(door, packed(page))) == facts(door.admit(page))


def test_personal_values_become_tokens_and_the_rest_stays(door: Door) -> None:
    records = [*ad_days()[:300], ODD["e_mail"], *ad_days()[300:]]
    admitted = admitted_at_once(door, packed(records))
    token = json.loads(admitted.payloads[300])["name"].removeprefix("call ")
    assert is_token(token)
    assert [*admitted.payloads[:300], *admitted.payloads[301:]] == ad_days()
    assert admitted.strays == 1


def test_a_page_may_be_begun_while_others_are_taken(door: Door) -> None:
    pages = [packed(ad_days()), packed([ODD["new_name"]] * COUNT), packed(ad_days(400))]
    begun = [door.begin(page) for page in pages]
    taken = [door.admit(page, first) for page, first in zip(pages, begun, strict=True)]
    assert [facts(one) for one in taken] == [facts(door.admit([*page])) for page in pages]


def test_an_incremental_streams_cursors_are_read(tmp_path: Path, closer_looks: list[int]) -> None:
    stream = Stream(name="x", kind=StreamKind.INCREMENTAL, key=("id",), cursor="at")
    records = [compact({"id": str(n), "at": f"t{n}"}) for n in range(COUNT)]
    admitted = admitted_at_once(a_door(tmp_path, stream), packed(records))
    assert (admitted.cursors, admitted.days) == ([f"t{n}" for n in range(COUNT)], [""] * COUNT)
    assert closer_looks == []


@pytest.mark.parametrize("odd", [b"\xc0\xaf", b"\xed\xa0\x80", b"\xff"])
def test_text_that_is_not_utf8_is_refused(door: Door, odd: bytes) -> None:
    # RE2 lets an overlong slash and a surrogate pass.
    records = [an_ad_day(name="x")] * COUNT
    broken = [record.replace(b'"x"', b'"' + odd + b'"') for record in records]
    assert admitted_at_once(door, packed(records)).refused == []
    assert {refused.reason for refused in admitted_at_once(door, packed(broken)).refused} == {
        "invalid_text"
    }


def test_a_page_too_small_for_its_form_is_taken_as_it_would_be_alone(door: Door) -> None:
    wide = [an_ad_day(ad={"id": str(n)}, **{f"n{m}": "" for m in range(50)}) for n in range(3000)]
    small, large = packed(wide[:COUNT]), packed(wide)
    begun = [door.begin(page) for page in (small, large, small)]
    assert [one is None for one in begun] == [True, False, True]
    assert [facts(door.admit(p, b)) for p, b in zip((small, large), begun[:2], strict=True)] == [
        facts(door.admit(page)) for page in (wide[:COUNT], wide)
    ]


def test_what_was_new_once_is_alike_from_then_on(door: Door, closer_looks: list[int]) -> None:
    page = packed([*ad_days(300), *[ODD["new_name"]] * 400])
    assert (
        len(admitted_at_once(door, page).payloads)
        == len(admitted_at_once(door, page).payloads)
        == COUNT
    )
    assert closer_looks == [COUNT - 300 // 64 * 64]


NEVER_ALIKE = {
    "a key that is no text": [an_ad_day(ad={"id": 7})] * COUNT,
    "ever new names": [compact({"ad": {"id": "1"}, "date": "d", f"n{n}": 1}) for n in range(COUNT)],
    "numbers too long": [an_ad_day(clicks=10**20), an_ad_day(clicks=10**20), an_ad_day()] * 300,
}


@pytest.mark.parametrize("kind", NEVER_ALIKE)
def test_records_that_are_never_alike_are_tried_no_more(
    door: Door, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    page = packed(NEVER_ALIKE[kind])
    judged: list[bytes] = []
    monkeypatch.setattr(alike, "judge", lambda record: judged.append(record) or judge(record))
    for _ in range(MAX_MISSES):
        assert len(admitted_at_once(door, page).payloads) == len(page)
    before = len(judged)
    assert len(admitted_at_once(door, page).payloads) == len(page)
    assert (door.begin(page), len(judged)) == (None, before)
    assert before >= MAX_MISSES
