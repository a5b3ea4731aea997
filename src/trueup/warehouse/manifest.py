"""Manifest of a published version: its tables, their parts, and the withheld tables."""

from datetime import datetime

import msgspec


class PublishedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One immutable file of a table; `fingerprint` detects a changed file cheaply."""

    partition: str
    file: str
    rows: int
    content_hash: str
    fingerprint: str
    bytes: int = 0  # 0 in versions that did not note it


class PublishedTable(msgspec.Struct, frozen=True, kw_only=True):
    """One table of a version.

    `held_by` names the gates that keep it at an older publish, `held_since` is the first version
    in which they did.
    """

    schema: str
    name: str
    publish_id: str
    load_id: int
    as_of: datetime
    parts: tuple[PublishedPart, ...]
    held_by: tuple[str, ...] = ()
    held_since: datetime | None = None

    @property
    def content_hash(self) -> str:
        """Hash that is equal for equal rows, independent of their order and files."""
        total = sum(int(part.content_hash, 16) for part in self.parts)
        return f"{total % (1 << 128):032x}"

    @property
    def rows(self) -> int:
        return sum(part.rows for part in self.parts)


class PublishManifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one published version.

    `never_shown` are tables of which there is no good version yet, with the gates that withhold
    them; they are not among `tables`.
    """

    publish_id: str
    run_id: str
    published_at: datetime
    load_id: int
    known_at: datetime
    code_version: str
    project_hash: str
    tables: dict[str, PublishedTable]
    never_shown: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    format: int = 1
