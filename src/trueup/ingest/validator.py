"""Validates records before storage: personal data is tokenised, what cannot be used is quarantined.

```
records ─▶ cards masked ─▶ sound JSON object? ─▶ key present? ─▶ personal data ─▶ tokens ─▶ lake
                                  │                   │
                                  └───────────────────┴─▶ quarantined, with the reason
```

Personal data is what declared fields hold, and what `privacy.pii_detection` finds elsewhere.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import repeat

import msgspec

from trueup.core.json_paths import FieldPath, Value, joined_keys
from trueup.core.stream import Stream
from trueup.ingest import json_validation
from trueup.ingest.validated_records import QuarantinedRecord, ValidatedRecords
from trueup.privacy import pii_detection
from trueup.privacy.cards import masked_records, without_doubtful_digits
from trueup.privacy.declared_pii import PersonalFields, Place, with_tokens
from trueup.privacy.vault import Vault

MAX_RECORD_BYTES = 8 << 20
BASE64_PREFIX = "base64:"
CHUNK_RECORDS = 64
"""Records that are checked together; decoded, so many live and die in a core's cache."""

_NOTHING: list[Place] = []
_UNPARSED = frozenset(
    {
        json_validation.NOT_JSON,
        json_validation.INVALID_TEXT,
        json_validation.NUMBER_OUT_OF_RANGE,
        json_validation.TOO_DEEP,
        json_validation.TOO_LARGE,
    }
)


class RecordValidator:
    """Validates the records of one stream. `now` is when new tokens are made.

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

    def validate(self, page: Sequence[bytes]) -> ValidatedRecords:
        """Check a page; new tokens are durable before it returns. A bad record harms no other."""
        masked = masked_records(page)
        records = list(page)
        for row, one in masked.items():
            records[row] = one.payload
        validated = ValidatedRecords(masked_cards=sum(one.cards for one in masked.values()))
        places: list[list[Place]] = []
        for first in range(0, len(page), CHUNK_RECORDS):
            chunk = records[first : first + CHUNK_RECORDS]
            indexes = range(first, first + len(chunk))
            is_plain = masked.keys().isdisjoint(indexes) and self._are_small(chunk)
            found = self._take_chunk(validated, indexes, chunk) if is_plain else None
            if found is None:
                for index, record in zip(indexes, chunk, strict=True):
                    places += self._take_one(validated, index, record, page[index])
            else:
                places += found
        self._replace_personal(validated, places)
        self._seal(validated.refused)
        return validated

    @property
    def vault_generation(self) -> int:
        """That of the vault, which holds all tokens given so far."""
        return self._vault.generation

    def digest(self, record: bytes, reason: str) -> str:
        """Digest that identifies a refused record when it is read again."""
        return self._vault.digest(reason.encode() + b"|" + record)

    def _take_chunk(
        self, validated: ValidatedRecords, indexes: range, chunk: Sequence[bytes]
    ) -> list[list[Place]] | None:
        """Take a chunk of sound records; returns the personal values of each.

        None, and nothing taken, when one of them has to be checked by itself.
        """
        values = json_validation.decode_sound(chunk)
        if values is None:
            return None
        try:
            columns = {path: place.texts(values) for path, place in self._columns.items()}
            found = self._places(chunk, values)
        except (LookupError, msgspec.ValidationError):
            return None
        day, cursor = self._stream.day, self._stream.cursor
        validated.keys += joined_keys([columns[path] for path in self._stream.key])
        validated.days += columns[day] if day else repeat("", len(chunk))
        validated.cursors += columns[cursor] if cursor else repeat(None, len(chunk))
        validated.indexes += indexes
        validated.payloads += chunk
        return found

    def _take_one(
        self, validated: ValidatedRecords, index: int, record: bytes, sent: bytes
    ) -> list[list[Place]]:
        """Take or refuse one record; returns its personal values, nothing for a refused one.

        `sent` is the record before card numbers were masked.
        """
        value, reason = self._judge(record, sent)
        parts = [path.text(value) for path in self._key]
        day = self._day.text(value) if self._day else ""
        present = [part for part in parts if part is not None]
        if not reason and (len(present) < len(parts) or day is None):
            reason = json_validation.MISSING_KEY
        if not reason and "\0" in "".join([*present, day or ""]):
            # In a text it is a character like others; an id that holds one is not an id.
            reason = json_validation.NUL_CHARACTER
        try:
            found = [] if reason else self._places([record], [value])
        except msgspec.ValidationError:
            reason = json_validation.UNEXPECTED_SHAPE
        if reason:
            validated.refused.append(self._kept_aside(index, reason, record))
            return []
        validated.keys += joined_keys([[part] for part in present])
        validated.cursors.append(self._cursor.text(value) if self._cursor else None)
        validated.days.append(day or "")
        validated.indexes.append(index)
        validated.payloads.append(record)
        return found

    def _judge(self, record: bytes, sent: bytes) -> tuple[Value, str]:
        if len(record) > self._max_record_bytes:
            return {}, json_validation.TOO_LARGE
        value, reason = json_validation.judge(record)
        if record is not sent and self._lost_identity(value, reason, sent):
            return {}, json_validation.CARD_NUMBER
        return value, reason

    def _lost_identity(self, value: Value, reason: str, sent: bytes) -> bool:
        """True if a card number was the record's key, day or cursor, or told fields apart."""
        before, reason_before = json_validation.judge(sent)
        identity = [(path.text(value), path.text(before)) for path in self._columns.values()]
        return not reason_before and (bool(reason) or any(now != then for now, then in identity))

    def _are_small(self, records: Sequence[bytes]) -> bool:
        return max(map(len, records)) <= self._max_record_bytes

    def _places(self, records: Sequence[bytes], values: list[Value]) -> list[list[Place]]:
        """The personal values of each record, in the order they stand in."""
        if self._personal is None:
            if not pii_detection.has_sign(b"\n".join(records)):
                return [_NOTHING] * len(records)
            return [pii_detection.stray_places(record, (), "") for record in records]
        return [
            self._all_places(self._personal, r, v) for r, v in zip(records, values, strict=True)
        ]

    def _all_places(self, personal: PersonalFields, record: bytes, value: Value) -> list[Place]:
        declared = personal.places(record, value)
        handle = declared[0].request.subject_handle if declared else personal.handle(value)
        found = pii_detection.stray_places(record, declared, handle)
        return sorted(declared + found, key=lambda place: place.start) if found else declared

    def _replace_personal(self, validated: ValidatedRecords, places: list[list[Place]]) -> None:
        if not any(places):
            return
        requests = [place.request for found in places for place in found]
        tokens = iter(self._vault.tokens_for(requests, self._now))
        for row, found in enumerate(places):
            if found:
                replaced = [next(tokens) for _ in found]
                validated.payloads[row] = with_tokens(validated.payloads[row], found, replaced)
                if count := sum(not place.is_whole for place in found):
                    validated.strays += count
                    self._read_again(validated, row)

    def _read_again(self, validated: ValidatedRecords, row: int) -> None:
        """Take key and cursor from the payload as it lands: they may be what was replaced."""
        value, _ = json_validation.judge(validated.payloads[row])
        parts = [path.text(value) or "" for path in self._key]
        validated.keys[row : row + 1] = joined_keys([[part] for part in parts])
        validated.cursors[row] = self._cursor.text(value) if self._cursor else None

    def _kept_aside(self, index: int, reason: str, record: bytes) -> QuarantinedRecord:
        text = record.decode("utf-8", "surrogateescape")
        if reason in _UNPARSED:
            text = without_doubtful_digits(text)
        if not _is_utf8(text):
            raw = text.encode("utf-8", "surrogateescape")
            text = BASE64_PREFIX + b64encode(raw).decode("ascii")
        # What cannot be parsed cannot be searched for personal values: a sign of one is enough.
        is_personal = self._personal is not None or pii_detection.is_suspect(record)
        return QuarantinedRecord(index, reason, text, is_sealed=is_personal)

    def _seal(self, page_refused: list[QuarantinedRecord]) -> None:
        """Encrypt what is marked so, all of a page at once."""
        rows = [row for row, refused in enumerate(page_refused) if refused.is_sealed]
        texts = [page_refused[row].payload_text for row in rows]
        for row, sealed in zip(rows, self._vault.seal_all(texts) if texts else [], strict=True):
            page_refused[row] = replace(page_refused[row], payload_text=sealed)


def _is_utf8(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
