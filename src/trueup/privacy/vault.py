"""The vault: personal values encrypted under their subject's own key, and the tokens for them.

```
master key ─▶ wraps ─▶ subject's data key ─▶ encrypts ─▶ value ◀─ token in lake and warehouse
           └▶ keyed hash of kind and normalised value: finds the token again, reveals nothing
```

Destroying a subject's wrapped key makes its values unreadable wherever their tokens are.
"""

import hashlib
import hmac
import os
import secrets
import sqlite3
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trueup.errors import AccessError, IntegrityError
from trueup.privacy import access_log, token_store
from trueup.privacy.envelope_encryption import NONCE_BYTES, Ciphers, bound_to, opened
from trueup.privacy.master_key import (
    derive_keys,
    load_or_create_master_key,
    master_key_from_text,
    refuse_readable_by_others,
)
from trueup.privacy.token_store import TokenStore
from trueup.privacy.tokens import TokenRequest

__all__ = ["TokenRequest", "Vault", "load_or_create_master_key", "master_key_from_text"]

FORMAT = 1
SEALED_PREFIX = "sealed:v2:"
_QUARANTINE = "records kept aside"
_BUSY_SECONDS = 120.0
_META = "create table if not exists meta (name text primary key, value blob not null) strict;"


class Vault:
    """One vault file under one master key. Thread-safe; several processes may use the file."""

    def __init__(self, connection: sqlite3.Connection, master_key: bytes) -> None:
        self._connection = connection
        self._keys = derive_keys(master_key)
        self._ciphers = Ciphers(self._keys)
        self._store = TokenStore(connection, self._ciphers)
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: Path, master_key: bytes) -> "Vault":
        """Open or make the vault at `path`.

        Raises AccessError when it was made under another master key, ConfigError when others
        may read the file, and IntegrityError when a newer version wrote it.
        """
        try:
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise _unwritable(error) from error
        refuse_readable_by_others(path)
        connection = sqlite3.connect(
            path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        try:
            vault = cls(connection, master_key)
            # What is erased is overwritten, and a commit is on disk before it counts.
            for pragma in ("journal_mode = delete", "synchronous = full", "secure_delete = on"):
                connection.execute(f"pragma {pragma}")
            vault._prepare(path)
        except sqlite3.OperationalError as error:
            connection.close()
            raise _unwritable(error) from error
        except sqlite3.DatabaseError as error:
            connection.close()
            raise IntegrityError(
                f"vault {path}: {error}",
                why="Personal values can be neither kept nor found, so nothing was started.",
                hint=f"Restore {path.name} from backup, with its key.",
                code="TUP-720",
            ) from error
        except BaseException:
            connection.close()
            raise
        return vault

    @property
    def vault_id(self) -> str:
        """Identity of this vault; one made again under the same key has another."""
        with self._lock:
            row = self._connection.execute("select value from meta where name = 'vault_id'")
            return str(row.fetchone()[0].decode())

    @property
    def generation(self) -> int:
        """Grows with every transaction that adds tokens or keys; a restored copy has less."""
        with self._lock:
            row = self._connection.execute("select value from meta where name = 'generation'")
            return int(row.fetchone()[0])

    def raise_generation(self, generation: int) -> None:
        """Make the generation at least `generation`, as when the loss of newer ones is accepted."""
        with self._lock, self._transaction():
            self._set_generation(max(generation, self.generation))

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def tokens_for(self, requests: Sequence[TokenRequest], now: datetime) -> list[str]:
        """The token of each request, in order; new ones are durable on return.

        Equal kind and normalised value give the same token, in every process and at any time.
        """
        wanted = self._store.wanted(requests)
        distinct = {w.lookup: w for w in wanted}
        with self._lock:
            known = self._store.find(list(distinct))
            missing = [w for lookup, w in distinct.items() if lookup not in known]
            if missing:
                with self._transaction(adds=True):
                    # Another process may have been quicker; from here on none can be.
                    known |= self._store.find([w.lookup for w in missing])
                    fresh = [w for w in missing if w.lookup not in known]
                    known |= self._store.add(fresh, now.astimezone(UTC).isoformat())
                    self._store.add_sharers(self._store.unnoted_sharers(wanted, known))
            elif pairs := self._store.unnoted_sharers(wanted, known):
                with self._transaction(adds=True):
                    self._store.add_sharers(pairs)
        return [known[w.lookup].token for w in wanted]

    def digest(self, data: bytes) -> str:
        """A short keyed hash by which the same bytes are known again and nothing is revealed."""
        return hashlib.blake2b(data, digest_size=8, key=self._keys.digest).hexdigest()

    def reveal(self, token: str, *, purpose: str, who: str, now: datetime) -> str:
        """The value behind a token, as it was sent; the access is on record before it is read.

        Raises AccessError when there is no such token or its subject was erased.
        """
        with self._lock:
            self._log(token, purpose, who, now)
            row = self._connection.execute(
                "select kind, nonce, ciphertext, handle_hmac, wrapped_key"
                " from tokens join subjects using (subject_id) where token = ?",
                (token,),
            ).fetchone()
        if row is None or row[4] is None:
            what = "is not in the vault" if row is None else "belongs to somebody who was erased"
            raise AccessError(f"token {token!r} {what}", code="TUP-421")
        kind, nonce, ciphertext, subject, wrapped_key = row
        data_key = self._ciphers.data_key(subject, wrapped_key)
        return opened(data_key, nonce, ciphertext, bound_to(subject, kind, token)).decode()

    def seal_all(self, texts: Sequence[str]) -> list[str]:
        """Each text encrypted under a key of its own, for records that are quarantined.

        The keys are durable on return; the same text meets the same key again. Destroying a key
        makes its text unreadable wherever it lies.
        """
        names = [self._sealed_name(text) for text in texts]
        subjects = [self._ciphers.value_hash(_QUARANTINE, name) for name in names]
        with self._lock:
            keys = self._store.find_subjects(list(set(subjects)))
            if missing := set(subjects) - keys.keys():
                with self._transaction(adds=True):
                    keys |= self._store.subjects(missing)
        sealed = []
        for text, name, subject in zip(texts, names, subjects, strict=True):
            head, nonce = f"{SEALED_PREFIX}{name}:", os.urandom(NONCE_BYTES)
            ciphertext = keys[subject][1].encrypt(nonce, text.encode(), head.encode())
            sealed.append(head + b64encode(nonce + ciphertext).decode("ascii"))
        return sealed

    def unseal(self, sealed: str, *, purpose: str, who: str, now: datetime) -> str:
        """Return the values that `seal_all` sealed; the access is logged before they are read.

        Raises AccessError when its key was destroyed.
        """
        with self._lock:
            self._log(_QUARANTINE, purpose, who, now)
        head, _, encoded = sealed.rpartition(":")
        name = head.removeprefix(SEALED_PREFIX)
        # An earlier version sealed all under one key: `sealed:v1:` and no name.
        kind, name = (_QUARANTINE, name) if name != head else ("quarantine", "")
        key = self._sealing_key(self._ciphers.value_hash(kind, name))
        raw = b64decode(encoded)
        return opened(key, raw[:NONCE_BYTES], raw[NONCE_BYTES:], f"{head}:".encode()).decode()

    def verify_access_log(self) -> int:
        """The number of entries; raises IntegrityError when the log was tampered with."""
        with self._lock:
            return access_log.verify_entries(self._connection, self._keys.log)

    def _prepare(self, path: Path) -> None:
        check = hmac.digest(self._keys.check, b"trueup", "sha256")
        with self._transaction():
            for statement in _statements(_META + token_store.SCHEMA + access_log.SCHEMA):
                self._connection.execute(statement)
            self._connection.executemany(
                "insert or ignore into meta values (?, ?)",
                [
                    *(("key_check", check), ("format", str(FORMAT).encode())),
                    ("vault_id", secrets.token_hex(16).encode()),
                    ("generation", b"0"),
                ],
            )
            meta = dict(self._connection.execute("select name, value from meta"))
            if int(meta["format"]) > FORMAT:
                raise IntegrityError(
                    f"vault {path}: written by a newer version",
                    why="Reading on could misread personal values, so nothing was touched.",
                    hint="Install the version of Trueup that wrote it, or a newer one.",
                    code="TUP-703",
                )
            if not hmac.compare_digest(meta["key_check"], check):
                raise AccessError(
                    f"vault {path}: made under another master key",
                    why="Personal values can be neither kept nor found, so nothing was started.",
                    hint="Restore the key the vault was made with: master.key beside it, or the "
                    "variable TRUEUP_MASTER_KEY. Whoever keeps the backups has it.",
                    code="TUP-420",
                )

    @contextmanager
    def _transaction(self, *, adds: bool = False) -> Iterator[None]:
        """All or nothing; what `adds` something is a generation of its own."""
        try:
            self._connection.execute("begin immediate")
            yield
            if adds:
                self._set_generation(self.generation + 1)
            self._connection.execute("commit")
        except BaseException as error:
            # A full disk makes SQLite roll back by itself.
            if self._connection.in_transaction:
                self._connection.execute("rollback")
            if isinstance(error, sqlite3.OperationalError):
                raise _unwritable(error) from error
            raise

    def _set_generation(self, generation: int) -> None:
        self._connection.execute(
            "update meta set value = ? where name = 'generation'", (str(generation).encode(),)
        )

    def _sealed_name(self, text: str) -> str:
        key = self._keys.digest
        return hashlib.blake2b(text.encode(), digest_size=16, key=key).hexdigest()

    def _sealing_key(self, subject: bytes) -> AESGCM:
        with self._lock:
            row = self._connection.execute(
                "select wrapped_key from subjects where handle_hmac = ?", (subject,)
            ).fetchone()
        if row is None or row[0] is None:
            what = "is not in this vault" if row is None else "was destroyed"
            raise AccessError(f"the key of this record {what}", code="TUP-421")
        return self._ciphers.data_key(subject, row[0])

    def _log(self, subject: str, purpose: str, who: str, now: datetime) -> None:
        entry = access_log.AccessEntry(at=now, who=who, purpose=purpose, subject=subject)
        with self._transaction():
            access_log.append_entry(self._connection, self._keys.log, entry)


def _unwritable(error: Exception) -> IntegrityError:
    return IntegrityError(
        f"vault: {error}",
        why="Personal values could not be kept, so no record that holds one was taken.",
        hint="Free space or give write access to the vault's folder, then run again.",
        code="TUP-714",
    )


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; unlike `executescript`, they then run in our transaction."""
    statement = ""
    for piece in script.split(";"):
        statement += piece + ";"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
