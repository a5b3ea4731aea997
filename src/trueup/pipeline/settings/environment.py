"""Environment variables for the whole process; settings of a project are in `config`."""

import base64
import binascii
import os
from collections.abc import Iterator, Mapping

from trueup.errors import ConfigError

DEBUG_VARIABLE = "TRUEUP_DEBUG"
MASTER_KEY_VARIABLE = "TRUEUP_MASTER_KEY"
MASTER_KEY_BYTES = 32
ACCEPT_VAULT_VARIABLE = "TRUEUP_ACCEPT_VAULT_GENERATION"


def debug_wanted() -> bool:
    """True if unexpected errors show their traceback."""
    return os.environ.get(DEBUG_VARIABLE, "") not in ("", "0")


def master_key() -> bytes | None:
    """The vault's master key from the environment, or None when it is kept in a file.

    Raises ConfigError, without the value, when it is not 32 bytes in base64.
    """
    text = os.environ.get(MASTER_KEY_VARIABLE)
    if text is None:
        return None
    try:
        key = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != MASTER_KEY_BYTES:
        raise ConfigError(
            f"{MASTER_KEY_VARIABLE}: not {MASTER_KEY_BYTES} bytes in base64",
            why="Personal values could be neither kept nor found, so nothing was started.",
            hint="Set it to the key the vault was made with, or unset it to use the key file.",
            code="TUP-316",
        )
    return key


def accepted_vault_generation() -> int | None:
    """The generation of an older copy of the vault whose use the operator accepts; or None."""
    text = os.environ.get(ACCEPT_VAULT_VARIABLE, "")
    return int(text) if text.isdecimal() else None


class AnyVariable(Mapping[str, str]):
    """Environment in which unset variables are empty."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> str:
        return self._known.get(name, "")

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str)

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)
