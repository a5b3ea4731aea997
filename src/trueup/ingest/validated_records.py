"""The records of a page that may land, and those that are quarantined."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class QuarantinedRecord:
    """A quarantined record.

    `reason` is a stable code of `privacy.checks`. `payload_text` has no card number; it is sealed
    by the vault when the stream has personal fields or it may hold a personal value, and base64
    behind a prefix when the record is not UTF-8.
    """

    record_index: int
    reason: str
    payload_text: str
    is_sealed: bool = False


@dataclass(slots=True)
class ValidatedRecords:
    """The records that may land, column by column, and those that may not.

    `indexes` are places in the page as it came. A key's parts are joined with `|`. `days` are
    empty text for streams without a day. `strays` counts the personal values that were found
    outside of declared fields, `masked_cards` the card numbers that were replaced by `[card]`.
    """

    payloads: list[bytes] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    cursors: list[str | None] = field(default_factory=list)
    days: list[str] = field(default_factory=list)
    indexes: list[int] = field(default_factory=list)
    refused: list[QuarantinedRecord] = field(default_factory=list)
    strays: int = 0
    masked_cards: int = 0
