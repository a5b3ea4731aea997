from hypothesis import given
from hypothesis import strategies as st

from trueup.pipeline.sync.deduplication import KeysSeen

PAGES = st.lists(st.lists(st.tuples(st.sampled_from("abcdef"), st.integers(0, 1))), max_size=5)


@given(PAGES)
def test_rows_are_told_apart_as_if_each_was_looked_up(pages: list[list[tuple[str, int]]]) -> None:
    seen, known = KeysSeen(), dict[str, int]()
    for page in pages:
        found = seen.sort([key for key, _ in page], [digest for _, digest in page])
        told: dict[str, list[int]] = {"new": [], "repeated": [], "conflicting": []}
        for row, (key, digest) in enumerate(page):
            kind = "new" if key not in known else "conflicting"
            kind = "repeated" if known.get(key) == digest else kind
            told[kind].append(row)
            known.setdefault(key, digest)
        assert list(found.new) == told["new"]
        assert list(found.repeated) == told["repeated"]
        assert list(found.conflicting) == told["conflicting"]


def test_an_empty_page_changes_nothing() -> None:
    seen = KeysSeen()
    assert list(seen.sort([], []).new) == []
    assert list(seen.sort(["a"], [1]).new) == [0]
