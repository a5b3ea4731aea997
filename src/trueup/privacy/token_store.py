"""The vault's tables of subjects and tokens; callers hold the lock and the transaction."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trueup.privacy.envelope_encryption import NONCE_BYTES, Ciphers, bound_to
from trueup.privacy.tokens import TokenRequest, normalised, random_tokens

SCHEMA = """
create table if not exists subjects (
    subject_id integer primary key, handle_hmac blob not null unique,
    wrapped_key blob, state text not null
) strict;
create table if not exists tokens (
    token text primary key, kind text not null, lookup_hmac blob not null,
    subject_id integer not null references subjects,
    nonce blob not null, ciphertext blob not null, created_at text not null,
    unique (lookup_hmac, kind)
) strict;
-- Further subjects whose records hold a token that belongs to somebody else.
create table if not exists sharers (
    subject_id integer not null references subjects, token text not null references tokens,
    primary key (subject_id, token)
) strict, without rowid;
"""
_CHUNK = 10_000  # values in one query; SQLite takes at least 32,766


class Wanted(msgspec.Struct, frozen=True, gc=False):
    """A request as the tables know it; `lookup` is a hash over kind and value."""

    request: TokenRequest
    lookup: bytes
    subject: bytes


class Known(msgspec.Struct, frozen=True, gc=False):
    """A token and the hash of the subject that owns it."""

    token: str
    owner: bytes


class TokenStore:
    """Finds and adds tokens, in batches."""

    def __init__(self, connection: sqlite3.Connection, ciphers: Ciphers) -> None:
        self._connection = connection
        self._ciphers = ciphers

    def wanted(self, requests: Sequence[TokenRequest]) -> list[Wanted]:
        """The requests with their hashes; a request without a subject is its own."""
        handles = {request.subject_handle for request in requests} - {""}
        subjects = {handle: self._ciphers.subject_hash(handle) for handle in handles}
        # An address is often there twice, to ship to and to bill to.
        distinct = {(request.kind, request.value) for request in requests}
        lookups = {
            (kind, value): self._ciphers.value_hash(kind.value, normalised(kind, value))
            for kind, value in distinct
        }
        found = []
        for request in requests:
            lookup = lookups[request.kind, request.value]
            found.append(Wanted(request, lookup, subjects.get(request.subject_handle, lookup)))
        return found

    def find(self, lookups: list[bytes]) -> dict[bytes, Known]:
        """Existing tokens, by lookup."""
        found: dict[bytes, Known] = {}
        for chunk in _chunks(lookups):
            rows = self._connection.execute(
                "select lookup_hmac, token, handle_hmac from tokens"
                f" join subjects using (subject_id) where lookup_hmac in ({_marks(chunk)})",
                chunk,
            )
            found |= {lookup: Known(token, owner) for lookup, token, owner in rows}
        return found

    def add(self, wanted: list[Wanted], created_at: str) -> dict[bytes, Known]:
        """New tokens for requests that have none; lookups must be distinct."""
        subjects = self.subjects([w.subject for w in wanted])
        tokens = random_tokens([w.request.kind for w in wanted])
        nonces = _split(os.urandom(NONCE_BYTES * len(wanted)))
        rows = []
        for w, token, nonce in zip(wanted, tokens, nonces, strict=True):
            subject_id, data_key = subjects[w.subject]
            bound = bound_to(w.subject, w.request.kind.value, token)
            ciphertext = data_key.encrypt(nonce, w.request.value.encode(), bound)
            kind = w.request.kind.value
            rows.append((token, kind, w.lookup, subject_id, nonce, ciphertext, created_at))
        self._connection.executemany("insert into tokens values (?,?,?,?,?,?,?)", rows)
        return {w.lookup: Known(token, w.subject) for w, token in zip(wanted, tokens, strict=True)}

    def subjects(self, hashes: Iterable[bytes]) -> dict[bytes, tuple[int, AESGCM]]:
        """Id and data key of each subject; creates missing ones."""
        distinct = list(dict.fromkeys(hashes))
        known = self.find_subjects(distinct)
        missing = [subject for subject in distinct if subject not in known]
        self._connection.executemany(
            "insert into subjects (handle_hmac, wrapped_key, state) values (?, ?, 'active')",
            [(subject, self._ciphers.new_wrapped_key(subject)) for subject in missing],
        )
        return known | self.find_subjects(missing)

    def find_subjects(self, hashes: list[bytes]) -> dict[bytes, tuple[int, AESGCM]]:
        """Id and data key of the existing subjects."""
        found: dict[bytes, tuple[int, AESGCM]] = {}
        for chunk in _chunks(hashes):
            rows = self._connection.execute(
                "select subject_id, handle_hmac, wrapped_key from subjects"
                f" where handle_hmac in ({_marks(chunk)})",
                chunk,
            )
            for subject_id, subject, wrapped_key in rows:
                found[subject] = (subject_id, self._ciphers.data_key(subject, wrapped_key))
        return found

    def unnoted_sharers(
        self, wanted: list[Wanted], known: dict[bytes, Known]
    ) -> set[tuple[bytes, str]]:
        """New pairs of a subject and another subject's token in its record."""
        pairs = {
            (w.subject, known[w.lookup].token)
            for w in wanted
            if w.subject != w.lookup and known[w.lookup].owner != w.subject
        }
        for chunk in _chunks(list({subject for subject, _ in pairs})):
            pairs.difference_update(
                self._connection.execute(
                    "select handle_hmac, token from subjects join sharers using (subject_id)"
                    f" where handle_hmac in ({_marks(chunk)})",
                    chunk,
                ).fetchall()
            )
        return pairs

    def add_sharers(self, pairs: set[tuple[bytes, str]]) -> None:
        """Store pairs of subject and token, so that an erasure finds them."""
        subjects = self.subjects(subject for subject, _ in pairs)
        self._connection.executemany(
            "insert or ignore into sharers values (?, ?)",
            [(subjects[subject][0], token) for subject, token in pairs],
        )


def _chunks(values: list[bytes]) -> Iterator[list[bytes]]:
    return (values[at : at + _CHUNK] for at in range(0, len(values), _CHUNK))


def _marks(values: list[bytes]) -> str:
    return ",".join("?" * len(values))


def _split(nonces: bytes) -> list[bytes]:
    return [nonces[at : at + NONCE_BYTES] for at in range(0, len(nonces), NONCE_BYTES)]
