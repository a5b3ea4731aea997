"""Append-only log of reveals of personal values; each entry is sealed to the one before."""

import hmac
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from trueup.errors import ConfigError, IntegrityError

SCHEMA = """
create table if not exists access_log (
    sequence integer primary key autoincrement,
    at text not null, who text not null, purpose text not null, subject text not null,
    seal blob not null
) strict;
create trigger if not exists access_log_is_not_changed before update on access_log
begin select raise(abort, 'the access log is append-only'); end;
create trigger if not exists access_log_is_not_cut before delete on access_log
begin select raise(abort, 'the access log is append-only'); end;
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEntry:
    """One reveal of a personal value; `subject` is the token, never the value."""

    at: datetime
    who: str
    purpose: str
    subject: str


def append_entry(connection: sqlite3.Connection, key: bytes, entry: AccessEntry) -> None:
    """Write an entry inside the caller's transaction; raises ConfigError without who or purpose."""
    if not entry.who.strip() or not entry.purpose.strip():
        raise ConfigError(
            "showing a personal value needs a purpose and a name",
            hint="Give the name of the person and the reason. The access log keeps both.",
            code="TUP-354",
        )
    row = (entry.at.astimezone(UTC).isoformat(), entry.who, entry.purpose, entry.subject)
    last = connection.execute(
        "select sequence, seal from access_log order by sequence desc limit 1"
    ).fetchone()
    sequence, before = last or (0, b"")
    seal = _seal(key, before, (sequence + 1, *row))
    connection.execute(
        "insert into access_log (sequence, at, who, purpose, subject, seal) values (?,?,?,?,?,?)",
        (sequence + 1, *row, seal),
    )


def verify_entries(connection: sqlite3.Connection, key: bytes) -> int:
    """Number of entries; raises IntegrityError when one was changed, removed or inserted."""
    before, count = b"", 0
    query = "select sequence, at, who, purpose, subject, seal from access_log order by sequence"
    for count, (*row, seal) in enumerate(connection.execute(query), start=1):
        if row[0] != count or not hmac.compare_digest(seal, _seal(key, before, tuple(row))):
            raise _broken(count)
        before = seal
    written = connection.execute(
        "select seq from sqlite_sequence where name = 'access_log'"
    ).fetchone()
    if written is not None and written[0] != count:
        raise _broken(count + 1)
    return count


def _seal(key: bytes, before: bytes, row: tuple[object, ...]) -> bytes:
    return hmac.digest(key, before + msgspec.json.encode(row), "sha256")


def _broken(sequence: int) -> IntegrityError:
    return IntegrityError(
        f"access log: entry {sequence} is not what was written",
        why="This log no longer shows reliably who saw personal data.",
        hint="Keep the file as evidence and compare it with its backups.",
        code="TUP-725",
    )
