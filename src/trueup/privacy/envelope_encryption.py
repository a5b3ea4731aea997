"""Encryption of values under subjects' keys, and keyed hashes to find them by."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from trueup.errors import IntegrityError
from trueup.privacy.master_key import KEY_BYTES, DerivedKeys

NONCE_BYTES = 12


class Ciphers:
    """Encryption with keys derived from the master key. Thread-safe."""

    def __init__(self, keys: DerivedKeys) -> None:
        self._wrapping = AESGCM(keys.wrapping)
        self._lookup = keys.lookup

    def value_hash(self, kind: str, normalised_value: str) -> bytes:
        """The hash by which a value's token is found again."""
        message = f"value\0{kind}\0{normalised_value}".encode()
        return hmac.digest(self._lookup, message, "sha256")

    def subject_hash(self, handle: str) -> bytes:
        """The hash by which a subject is found again."""
        return hmac.digest(self._lookup, f"subject\0{handle}".encode(), "sha256")

    def new_wrapped_key(self, subject: bytes) -> bytes:
        """A new data key, wrapped for the subject with that hash."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._wrapping.encrypt(nonce, os.urandom(KEY_BYTES), subject)

    def data_key(self, subject: bytes, wrapped_key: bytes) -> AESGCM:
        """The data key of a subject; raises IntegrityError when it was wrapped for another."""
        nonce, sealed = wrapped_key[:NONCE_BYTES], wrapped_key[NONCE_BYTES:]
        return AESGCM(opened(self._wrapping, nonce, sealed, subject))


def bound_to(subject: bytes, kind: str, token: str) -> bytes:
    """Associated data that binds a ciphertext to its row."""
    return subject + f"\0{kind}\0{token}".encode()


def opened(key: AESGCM, nonce: bytes, ciphertext: bytes, bound: bytes) -> bytes:
    """The clear bytes; raises IntegrityError when anything about them was changed."""
    try:
        return key.decrypt(nonce, ciphertext, bound)
    except InvalidTag:
        raise IntegrityError(
            "vault: a value does not decrypt",
            why="A row of the vault was changed or moved.",
            hint="Restore the vault's file from a backup.",
            code="TUP-727",
        ) from None
