"""The master key: its file and permissions, and the keys derived from it."""

import base64
import binascii
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from trueup.errors import AccessError, ConfigError, IntegrityError

KEY_BYTES = 32


@dataclass(frozen=True, slots=True, repr=False)
class DerivedKeys:
    """One key per purpose, so that none can be used for another's."""

    wrapping: bytes
    lookup: bytes
    log: bytes
    check: bytes
    digest: bytes


def derive_keys(master_key: bytes) -> DerivedKeys:
    """The keys of a vault; raises ConfigError unless the master key has 32 bytes."""
    if len(master_key) != KEY_BYTES:
        raise _no_key(f"has {len(master_key)} bytes, not {KEY_BYTES}")
    return DerivedKeys(*(_derived(master_key, name) for name in DerivedKeys.__slots__))


def _derived(master_key: bytes, purpose: str) -> bytes:
    info = f"trueup vault v1 {purpose}".encode()
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(master_key)


def master_key_from_text(text: str) -> bytes:
    """A master key from base64; raises ConfigError without quoting it."""
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        raise _no_key("is not base64") from None
    if len(key) != KEY_BYTES:
        raise _no_key(f"has {len(key)} bytes, not {KEY_BYTES}")
    return key


def _no_key(what: str) -> ConfigError:
    return ConfigError(f"the master key {what}", hint=_HINT, code="TUP-316")


def load_or_create_master_key(path: Path) -> bytes:
    """The key in the file at `path`, which is made with mode 0600 when it is not there.

    Two processes that make it at once get the same key. Raises ConfigError when others may read
    the file, AccessError when it holds no key, and IntegrityError when it cannot be used.
    """
    try:
        if not path.exists():
            _create(path)
        refuse_readable_by_others(path)
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError as error:
        raise IntegrityError(
            f"vault: {path}: {error.strerror}",
            why="Personal values can be neither kept nor found, so nothing was started.",
            hint="Give this user alone access to the vault's folder, and space on its disk.",
            code="TUP-714",
        ) from error
    try:
        return master_key_from_text(text)
    except ConfigError as error:
        raise AccessError(
            f"vault: {path}: holds no key: {error.message}",
            why="Personal values can be neither kept nor found, so nothing was started.",
            hint="Restore it from backup, or set TRUEUP_MASTER_KEY. Another key cannot open the "
            "vault that this one made.",
            code="TUP-422",
        ) from None


def refuse_readable_by_others(path: Path) -> None:
    """Raises ConfigError when group or world may read or write the file."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        raise ConfigError(
            f"{path}: others may read it (mode {mode:04o})",
            hint=f"chmod 600 {path}",
            why="Whoever reads it can reveal personal data.",
            code="TUP-353",
        )


def sync_folder(path: Path) -> None:
    """Make a new name in a folder durable."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _create(path: Path) -> None:
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        # A link, unlike a rename, never replaces the key of a process that was quicker.
        os.link(draft, path)
        sync_folder(path.parent)
    except FileExistsError:
        return
    finally:
        draft.unlink()


_HINT = "Make one: head -c 32 /dev/urandom | base64"
