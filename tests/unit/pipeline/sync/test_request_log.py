"""The requests that a batch's header keeps."""

from trueup.core.page import Page, RequestTrace
from trueup.pipeline.sync.request_log import KEPT_CHARACTERS, RequestLog


def trail_of(bodies: list[str]) -> RequestLog:
    trail = RequestLog()
    for body in bodies:
        trace = RequestTrace(
            method="POST", url="u", status=200, request_body=body, request_sha256="of " + body[:9]
        )
        trail.note(Page(records=[], trace=trace))
    return trail


def test_request_bodies_are_kept_as_they_are() -> None:
    bodies = ['{"query":"a","after":"1"}', "", '{"query":"a","after":"2"}']
    assert [request.request_body for request in trail_of(bodies).requests] == bodies


def test_beyond_the_cap_of_a_header_only_the_hash_of_a_request_is_kept() -> None:
    bodies = [str(number) * (KEPT_CHARACTERS // 3) for number in range(5)] + ["x"]
    kept = trail_of(bodies).requests
    assert [request.request_body for request in kept] == [*bodies[:3], "", "", "x"]
    assert [request.request_sha256 for request in kept] == ["of " + body[:9] for body in bodies]
    assert sum(len(request.request_body) for request in kept) <= KEPT_CHARACTERS
