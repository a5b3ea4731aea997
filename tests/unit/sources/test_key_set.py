from hypothesis import given
from hypothesis import strategies as st

from trueup.sources.key_set import KeySet, RecordKeys, content_key

PAGES = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=12), max_size=9)


@given(PAGES)
def test_new_keys_are_those_of_an_ordinary_set(pages: list[list[str]]) -> None:
    keys, known = KeySet(), set[str]()
    for page in pages:
        expected = [row for row, key in enumerate(page) if key not in {*known, *page[:row]}]
        assert keys.add(page) == expected
        known.update(page)
    assert len(keys) == len(known)
    assert keys.added == sum(map(len, pages))


@given(PAGES)
def test_a_key_keeps_the_value_that_it_was_first_added_with(pages: list[list[str]]) -> None:
    keys, first = KeySet(), dict[str, int]()
    for number, page in enumerate(pages):
        keys.add(page, [number] * len(page))
        for key in page:
            first.setdefault(key, number)
    assert keys.values(list(first)) == list(first.values())


def test_a_key_costs_sixteen_bytes() -> None:
    keys = KeySet()
    for page in range(50):
        keys.add([f"{page}-{row}" for row in range(1_000)])
    held = sum(hashes.nbytes + values.nbytes for hashes, values in keys._runs)
    assert held == 16 * len(keys) == 16 * 50_000
    assert len(keys._runs) < 17


def test_keys_of_numbers_and_texts_are_told_from_records_without() -> None:
    keys = RecordKeys(("a.id", "day"))
    whole = b'{"a":{"id":1},"day":"2026-01-01"}'
    broken = [b'{"a":{"id":NaN},"day":"2026-01-01"}', b'{"day":"2026-01-01"}', b"[]", b'"\\ud800"']
    assert keys([whole]) == ["1|2026-01-01"]
    assert keys([whole, *broken]) == ["1|2026-01-01", *map(content_key, broken)]
    assert keys([]) == []
