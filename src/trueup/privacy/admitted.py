"""What came of a page at the door: the records that may land, and those that are kept aside."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import TypeVar

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that is kept aside.

    `reason` is a stable code of `privacy.checks`. `payload_text` has no card number; it is sealed
    by the vault when the stream has personal fields or it may hold a personal value, and base64
    behind a prefix when the record is not UTF-8.
    """

    record_index: int
    reason: str
    payload_text: str
    is_sealed: bool = False


@dataclass(slots=True)
class Admitted:
    """The records that may land, column by column, and those that may not.

    `indexes` are places in the page as it came. A key's parts are joined with `|`. `days` are
    empty text for streams without a day. `strays` counts the personal values that were found
    outside of declared fields.
    """

    payloads: Sequence[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    indexes: Sequence[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    strays: int = 0


def together(parts: Sequence[tuple[int, Admitted]]) -> Admitted:
    """What came of a page, from that of its slices; each is behind its first record's index."""
    if len(parts) == 1:
        return parts[0][1]
    return Admitted(
        payloads=_chained(part.payloads for _, part in parts),
        keys=_chained(part.keys for _, part in parts),
        cursors=_chained(part.cursors for _, part in parts),
        days=_chained(part.days for _, part in parts),
        indexes=[first + index for first, part in parts for index in part.indexes],
        refused=[
            replace(refused, record_index=first + refused.record_index)
            for first, part in parts
            for refused in part.refused
        ],
        strays=sum(part.strays for _, part in parts),
    )


def _chained(columns: Iterable[Iterable[_T]]) -> list[_T]:
    return list(chain.from_iterable(columns))
