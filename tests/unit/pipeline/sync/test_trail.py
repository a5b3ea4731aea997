"""The requests that a batch's header keeps."""

from trueup.core.page import Page, RequestTrace
from trueup.pipeline.sync.trail import KEPT_CHARACTERS, Trail


def trail_of(bodies: list[str]) -> Trail:
    trail = Trail()
    for body in bodies:
        trace = RequestTrace(
            method="POST", url="u", status=200, request_body=body, request_sha256="of " + body[:9]
        )
        trail.note(Page(records=[], trace=trace))
    return trail


def test_request_bodies_are_kept_as_they_are() -> None:
    bodies = ['{"query":"a","after":"1"}', "", '{"query":"a","after":"2"}']
    assert [note.request_body for note in trail_of(bodies).notes] == bodies


def test_beyond_the_cap_of_a_header_only_the_hash_of_a_request_is_kept() -> None:
    bodies = [str(number) * (KEPT_CHARACTERS // 3) for number in range(5)] + ["x"]
    notes = trail_of(bodies).notes
    assert [note.request_body for note in notes] == [*bodies[:3], "", "", "x"]
    assert [note.request_sha256 for note in notes] == ["of " + body[:9] for body in bodies]
    assert sum(len(note.request_body) for note in notes) <= KEPT_CHARACTERS
