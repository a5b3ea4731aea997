"""What requests asked, kept short: pages of one list are asked for in nearly the same words."""

from collections.abc import Sequence

from trueup.core.batch import TraceNote


def shortened(text: str, like: str) -> tuple[int, str, int]:
    """How many characters `text` begins with as `like` does, its own middle, and so its end."""
    head = _common(text, like)
    tail = _common(text[head:][::-1], like[head:][::-1])
    return head, text[head : len(text) - tail], tail


def request_body(trail: Sequence[TraceNote], page_index: int) -> str:
    """The body that the page of `trail` was asked for with; empty when none was kept."""
    whole = ""
    for note in trail[: page_index + 1]:
        is_whole = not (note.request_head or note.request_tail)
        whole = note.request_body if is_whole and note.request_body else whole
    note = trail[page_index]
    if not (note.request_head or note.request_tail):
        return note.request_body
    return whole[: note.request_head] + note.request_body + whole[len(whole) - note.request_tail :]


def _common(one: str, other: str) -> int:
    """How many characters two texts share before they differ."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(one), len(other)))
