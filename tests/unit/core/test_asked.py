from hypothesis import given
from hypothesis import strategies as st

from trueup.core.asked import request_body
from trueup.core.page import Page, RequestTrace
from trueup.pipeline.sync.trail import KEPT_CHARACTERS, Trail

WORDS = '{"query":"query Orders($first: Int!) { orders(first: $first) { nodes { id } } }",'


def trail_of(bodies: list[str]) -> Trail:
    trail = Trail()
    for body in bodies:
        trace = RequestTrace(method="POST", url="u", status=200, request_body=body)
        trail.note(Page(records=[], trace=trace))
    return trail


def kept(trail: Trail) -> int:
    return sum(len(note.request_body) for note in trail.notes)


@given(st.lists(st.text("abc", max_size=12) | st.text("ab", max_size=3).map(WORDS.__add__)))
def test_what_was_asked_is_told_again_whatever_it_was(bodies: list[str]) -> None:
    trail = trail_of(bodies)
    assert [request_body(trail.notes, n) for n in range(len(bodies))] == bodies


def test_pages_of_one_list_cost_little_more_than_their_cursors() -> None:
    bodies = [f'{WORDS * 40}"after":"{n:03}"}}' for n in range(200)]
    trail = trail_of(bodies)
    assert request_body(trail.notes, 199) == bodies[199]
    assert kept(trail) < len(bodies[0]) + 200 * 3


def test_a_header_has_a_bound_and_later_questions_still_fit_in() -> None:
    different = [f"{n}" + chr(1000 + n) * 4_000 for n in range(30)]
    trail = trail_of([*different, "short"])
    assert 0.9 * KEPT_CHARACTERS < kept(trail) <= KEPT_CHARACTERS
    told = [bool(request_body(trail.notes, n)) for n in (0, 15, 20, 30)]
    assert told == [True, True, False, True]
