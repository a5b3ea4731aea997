"""A stream: one kind of record of a source, and how its progress is kept."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class StreamKind(StrEnum):
    """Kind of stream: the meaning of progress, and the rows that a new batch replaces."""

    REPORT = "report"  # complete windows (account x day); a window read again is replaced whole
    INCREMENTAL = "incremental"  # a cursor; the newest version of a key is current
    SNAPSHOT = "snapshot"  # all of it, every time; what is missing has been deleted
    LOG = "log"  # a position; position order decides


class PersonalKind(StrEnum):
    """Kind of personal value, which decides how it is normalised before tokenisation."""

    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"
    ADDRESS = "address"
    IP = "ip"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class PersonalField:
    """A place in a record that holds a personal value.

    `path` is dotted; `[]` after a name walks a list: `addresses[].city`. A value that is an
    object or a list is replaced whole.
    """

    path: str
    kind: PersonalKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """One kind of record.

    `key` are the dotted paths that identify a record; `day` the path of a report record's local
    date, or of the instant that falls on it; `cursor` the path that moves forward. `settle_lag` is
    how far behind now the cursor may advance; of a report, how long after its end a day is not yet
    settled, so that it lands once more then, changed or not. `overlap` is how far before the
    bookmark an incremental read starts again, `lookback`
    how long a report's days are restated and so read again (of records with a cursor, for how long
    after its end a day may still get some), `reach` how far back the source
    answers at all (None: without limit). `subject` is the path of the id of
    the person a record is about. `totals` names the figures the source itself sums up.
    """

    name: str
    kind: StreamKind
    key: tuple[str, ...]
    day: str | None = None
    cursor: str | None = None
    settle_lag: timedelta = timedelta(0)
    overlap: timedelta = timedelta(0)
    lookback: timedelta = timedelta(0)
    reach: timedelta | None = None
    personal: tuple[PersonalField, ...] = ()
    subject: str | None = None
    per_account: bool = True
    totals: tuple[str, ...] = ()
    days_per_request: int = field(default=1)

    def __post_init__(self) -> None:
        if self.kind is StreamKind.REPORT and not self.day:
            raise ValueError(f"report stream {self.name!r} must name the path of its local date")
        if self.kind is StreamKind.INCREMENTAL and not self.cursor:
            raise ValueError(f"incremental stream {self.name!r} must name its cursor")
