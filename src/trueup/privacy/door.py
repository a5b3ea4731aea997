"""The door of the lake: every record is checked, personal values leave, card numbers never enter.

```
records ─▶ sound JSON object? ─▶ no card number? ─▶ key there? ─▶ personal values ─▶ tokens ─▶ in
                 │                     │                │
                 └─────────────────────┴────────────────┴─▶ refused, kept aside with its reason
```

Personal values are those in declared fields, and those that `privacy.strays` finds elsewhere.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import repeat
from typing import TypeGuard

import msgspec

from trueup.core.packed import PackedRecords
from trueup.core.page import Record
from trueup.core.stream import Stream
from trueup.privacy import checks, strays
from trueup.privacy.admitted import Admitted, Refused
from trueup.privacy.alike import CHUNK_RECORDS, AlikeRecords, Begun
from trueup.privacy.cards import records_with_cards, redact_cards
from trueup.privacy.checks import Value
from trueup.privacy.fields import FieldPath, joined_keys
from trueup.privacy.personal import PersonalFields, Place, with_tokens
from trueup.privacy.vault import Vault

MAX_RECORD_BYTES = 8 << 20
BASE64_PREFIX = "base64:"
_NOTHING: list[Place] = []


@dataclass(slots=True)
class _Taken:
    """What of a page was looked at: as `Admitted`, with the personal values of each record."""

    payloads: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    places: list[list[Place]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    strays: int = 0


class Door:
    """Admits the records of one stream. `now` is when new tokens are made.

    `source` keeps ids of persons of different sources apart.
    """

    def __init__(
        self,
        stream: Stream,
        vault: Vault,
        *,
        now: datetime,
        source: str = "",
        max_record_bytes: int = MAX_RECORD_BYTES,
    ) -> None:
        self._stream = stream
        self._vault = vault
        self._now = now
        self._max_record_bytes = max_record_bytes
        self._key = [FieldPath(path) for path in stream.key]
        self._cursor = FieldPath(stream.cursor) if stream.cursor else None
        self._day = FieldPath(stream.day) if stream.day else None
        named = [path for path in (*stream.key, stream.day, stream.cursor) if path]
        self._columns = {path: FieldPath(path) for path in named}
        self._personal = (
            PersonalFields(stream.personal, stream.subject, source) if stream.personal else None
        )
        paths = list(self._columns)
        self._alike = None if self._personal else AlikeRecords(stream, paths, max_record_bytes)

    def begin(self, page_records: Sequence[Record]) -> Begun | None:
        """Begin to look at a page that `admit` gets later; others may be admitted meanwhile.

        None where that is no use.
        """
        if self._alike and isinstance(page_records, PackedRecords):
            return self._alike.begin(page_records)
        return None

    def admit(self, page_records: Sequence[Record], begun: Begun | None = None) -> Admitted:
        """Check a page; new tokens are durable before it returns. A bad record harms no other.

        What `begin` gave for a page of many records saves most of the time.
        """
        if self._alike and begun and isinstance(page_records, PackedRecords):
            return self._alike.admit(page_records, begun, self._admit)
        if _are_bytes(page_records):
            return self._admit([*page_records])
        return self._admit([bytes(record) for record in page_records])

    def _admit(self, page: list[bytes]) -> Admitted:
        carded = set(records_with_cards(page))
        taken = _Taken()
        for first in range(0, len(page), CHUNK_RECORDS):
            chunk = page[first : first + CHUNK_RECORDS]
            indexes = range(first, first + len(chunk))
            is_plain = carded.isdisjoint(indexes) and max(map(len, chunk)) <= self._max_record_bytes
            if not (is_plain and self._take_alike(taken, indexes, chunk)):
                for index, record in zip(indexes, chunk, strict=True):
                    self._take_one(taken, index, record, is_carded=index in carded)
        self._replace_personal(taken)
        self._seal(taken)
        return Admitted(
            payloads=taken.payloads,
            keys=taken.keys,
            cursors=taken.cursors,
            days=taken.days,
            indexes=taken.indexes,
            refused=taken.refused,
            strays=taken.strays,
        )

    def digest(self, record: Record, reason: str) -> str:
        """How a refused record is known again when it is met once more."""
        return self._vault.digest(reason.encode() + b"|" + record)

    def _take_alike(self, taken: _Taken, indexes: range, chunk: list[bytes]) -> bool:
        """Take a chunk of sound records; False, and nothing taken, when one is out of line."""
        try:
            columns, found = self._read_alike(chunk)
        except (LookupError, msgspec.ValidationError):
            return False
        day, cursor = self._stream.day, self._stream.cursor
        taken.keys += joined_keys([columns[path] for path in self._stream.key])
        taken.days += columns[day] if day else repeat("", len(chunk))
        taken.cursors += columns[cursor] if cursor else repeat(None, len(chunk))
        taken.indexes += indexes
        taken.payloads += chunk
        taken.places += found
        return True

    def _read_alike(self, chunk: list[bytes]) -> tuple[dict[str, list[str]], list[list[Place]]]:
        """Columns of key, day and cursor by path, and the personal values of each record.

        Raises LookupError or msgspec.ValidationError when a record is out of line.
        """
        values = checks.decode_sound(chunk)
        if values is None:
            raise LookupError("a record needs a closer look")
        columns = {path: place.texts(values) for path, place in self._columns.items()}
        return columns, self._places(chunk, values)

    def _take_one(self, taken: _Taken, index: int, record: bytes, *, is_carded: bool) -> None:
        value, reason = self._judge(record, is_carded=is_carded)
        parts = [path.text(value) for path in self._key]
        day = self._day.text(value) if self._day else ""
        present = [part for part in parts if part is not None]
        if not reason and (len(present) < len(parts) or day is None):
            reason = checks.MISSING_KEY
        if not reason and "\0" in "".join([*present, day or ""]):
            # In a text it is a character like others; an id that holds one is not an id.
            reason = checks.NUL_CHARACTER
        try:
            found = [] if reason else self._places([record], [value])
        except msgspec.ValidationError:
            reason = checks.UNEXPECTED_SHAPE
        if reason:
            taken.refused.append(self._kept_aside(index, reason, record))
            return
        taken.keys += joined_keys([[part] for part in present])
        taken.cursors.append(self._cursor.text(value) if self._cursor else None)
        taken.days.append(day or "")
        taken.indexes.append(index)
        taken.payloads.append(record)
        taken.places += found

    def _judge(self, record: bytes, *, is_carded: bool) -> tuple[Value, str]:
        if len(record) > self._max_record_bytes:
            return {}, checks.TOO_LARGE
        value, reason = checks.judge(record)
        return value, reason or (checks.CARD_NUMBER if is_carded else "")

    def _places(self, records: list[bytes], values: list[Value]) -> list[list[Place]]:
        """The personal values of each record, in the order they stand in."""
        if self._personal is None:
            if not strays.has_sign(b"\n".join(records)):
                return [_NOTHING] * len(records)
            return [strays.stray_places(record, (), "") for record in records]
        return [
            self._all_places(self._personal, r, v) for r, v in zip(records, values, strict=True)
        ]

    def _all_places(self, personal: PersonalFields, record: bytes, value: Value) -> list[Place]:
        declared = personal.places(record, value)
        handle = declared[0].request.subject_handle if declared else personal.handle(value)
        found = strays.stray_places(record, declared, handle)
        return sorted(declared + found, key=lambda place: place.start) if found else declared

    def _replace_personal(self, taken: _Taken) -> None:
        if not any(taken.places):
            return
        requests = [place.request for found in taken.places for place in found]
        tokens = iter(self._vault.tokens_for(requests, self._now))
        for row, found in enumerate(taken.places):
            if found:
                replaced = [next(tokens) for _ in found]
                taken.payloads[row] = with_tokens(taken.payloads[row], found, replaced)
                if count := sum(not place.is_whole for place in found):
                    taken.strays += count
                    self._read_again(taken, row)

    def _read_again(self, taken: _Taken, row: int) -> None:
        """Take key and cursor from the payload as it lands: they may be what was replaced."""
        value, _ = checks.judge(taken.payloads[row])
        parts = [path.text(value) or "" for path in self._key]
        taken.keys[row : row + 1] = joined_keys([[part] for part in parts])
        taken.cursors[row] = self._cursor.text(value) if self._cursor else None

    def _kept_aside(self, index: int, reason: str, record: bytes) -> Refused:
        text = redact_cards(record.decode("utf-8", "surrogateescape"))
        if not _is_utf8(text):
            raw = text.encode("utf-8", "surrogateescape")
            text = BASE64_PREFIX + b64encode(raw).decode("ascii")
        # What cannot be parsed cannot be searched for personal values: a sign of one is enough.
        is_personal = self._personal is not None or strays.is_suspect(record)
        return Refused(index, reason, text, is_sealed=is_personal)

    def _seal(self, taken: _Taken) -> None:
        """Encrypt what is marked so, all of a page at once."""
        rows = [row for row, refused in enumerate(taken.refused) if refused.is_sealed]
        texts = [taken.refused[row].payload_text for row in rows]
        for row, sealed in zip(rows, self._vault.seal_all(texts) if texts else [], strict=True):
            taken.refused[row] = replace(taken.refused[row], payload_text=sealed)


def _are_bytes(records: Sequence[Record]) -> TypeGuard[Sequence[bytes]]:
    return set(map(type, records)) <= {bytes}


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
