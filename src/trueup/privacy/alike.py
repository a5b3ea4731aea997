"""Admits records that are all alike and have nothing to hide, by columns; most of a report's are.

Nothing is made of such a record but its key, its day and its cursor: it lands as it came.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np
import pyarrow.compute as pc

from trueup.core.packed import PackedRecords
from trueup.core.stream import Stream
from trueup.privacy import strays
from trueup.privacy.admitted import Admitted, together
from trueup.privacy.cards import records_with_cards
from trueup.privacy.checks import judge
from trueup.privacy.fields import joined_columns
from trueup.privacy.forms import Forms
from trueup.privacy.proved import Flags, Proved, begin_proof

Begun = Future[Proved]
LookCloser = Callable[[list[bytes]], Admitted]

_LESSON_RECORDS = 256
# To make a matcher of a character of a pattern takes as long as to decode so many bytes.
_BYTES_PER_CHARACTER = 50
CHUNK_RECORDS = 64
"""Records that are looked at together; decoded, so many live and die in a core's cache."""


class AlikeRecords:
    """The records of one stream without declared personal fields.

    `paths` are those of its key, day and cursor.
    """

    def __init__(self, stream: Stream, paths: Sequence[str], max_record_bytes: int) -> None:
        self._stream = stream
        self._paths = paths
        self._max_record_bytes = max_record_bytes
        self._forms = Forms(paths)

    def begin(self, page: PackedRecords) -> Begun | None:
        """Begin to prove a page, beside whatever else is done; None when that is no use."""
        if self._forms.pattern is None:
            self._learn(page, range(len(page)))
            self._forms.count(is_proved=self._forms.pattern is not None)
        pattern = self._forms.pattern
        is_small = pattern is not None and len(page.data) < _BYTES_PER_CHARACTER * len(pattern)
        if pattern is None or is_small or not _is_utf8(page.data):
            return None
        return begin_proof(page, pattern, self._paths)

    def admit(self, page: PackedRecords, begun: Begun, look_closer: LookCloser) -> Admitted:
        """Admit a page; records that are not alike go to `look_closer`, with some beside them."""
        is_suspect = self._suspects(page)
        proved = begun.result()
        unproved = np.flatnonzero(~proved.is_proved).tolist()
        self._forms.count(is_proved=2 * len(unproved) < len(page))
        if unproved:
            self._learn(page, unproved)
        return together(list(self._parts(page, proved, is_suspect, look_closer)))

    def _learn(self, page: PackedRecords, rows: Sequence[int]) -> None:
        if not self._forms.is_given_up:
            judged = [judge(page[row]) for row in rows[:_LESSON_RECORDS]]
            self._forms.learn([value for value, reason in judged if not reason])

    def _suspects(self, page: PackedRecords) -> Flags:
        """Records that are too large, or may hold a card number or a personal value."""
        suspects: Flags = page.lengths > self._max_record_bytes
        suspects[records_with_cards(page)] = True
        if strays.has_sign(page.data) and strays.is_suspect(page.data):
            for first in range(0, len(page), CHUNK_RECORDS):
                chunk = slice(first, first + CHUNK_RECORDS)
                suspects[chunk] |= strays.is_suspect(bytes(page[chunk].text))
        return suspects

    def _parts(
        self, page: PackedRecords, proved: Proved, is_suspect: Flags, look_closer: LookCloser
    ) -> Iterator[tuple[int, Admitted]]:
        """What comes of the slices of the page, in their order, each behind its first index."""
        keys = joined_columns([proved.texts[path] for path in self._stream.key])
        days = _column(proved, self._stream.day, "")
        cursors = _column(proved, self._stream.cursor, None)
        # There is no key of what was not proved.
        places = np.cumsum(proved.is_proved) - 1
        for first, end, is_odd in _slices(is_suspect | ~proved.is_proved):
            records = page if end - first == len(page) else page[first:end]
            if is_odd:
                yield first, look_closer([*records])
                continue
            rows = slice(places[first], places[first] + len(records))
            part = Admitted(
                payloads=records,
                keys=keys[rows],
                days=days[rows],
                cursors=cursors[rows],
                indexes=range(len(records)),
            )
            yield first, part


def _column(proved: Proved, path: str | None, absent: Any) -> list[Any]:
    if path is None:
        return [absent] * int(proved.is_proved.sum())
    texts = proved.texts[path]
    # All of one day is the usual case.
    if len(texts) and pc.all(pc.equal(texts, texts[0])).as_py():
        return [texts[0].as_py()] * len(texts)
    values: list[Any] = texts.to_pylist()
    return values


def _slices(is_odd: Flags) -> Iterator[tuple[int, int, bool]]:
    """First record and end of slices: those without an odd record, and those of chunks with one."""
    firsts = range(0, len(is_odd), CHUNK_RECORDS)
    chunks = zip(np.logical_or.reduceat(is_odd, firsts).tolist(), firsts, strict=True)
    for is_closer, alike in groupby(chunks, key=itemgetter(0)):
        places = [first for _, first in alike]
        yield places[0], min(places[-1] + CHUNK_RECORDS, len(is_odd)), is_closer


def _is_utf8(data: bytes) -> bool:
    # RE2 lets overlong sequences and surrogates pass.
    try:
        return data.isascii() or bool(data.decode())
    except UnicodeDecodeError:
        return False
