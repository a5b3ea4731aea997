"""Every error, grouped by who can act; each class has its own exit code.

TrueupError
├── ConfigError      3   user        a setting is missing or wrong
├── AccessError      4   user        a credential or a permission
├── ContractError    5   maintainer  the vendor sent what the connector does not know
├── QualityError     6   data owner  data broke a declared expectation
├── IntegrityError   7   operator    lake or state disagrees with itself: stop, write nothing
└── TransientError  75   the runner  nothing is broken, try again
"""

import difflib
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar


class TrueupError(Exception):
    """Something a person or the runner can act on.

    `message` says where and what, `why` what it means for the numbers, `hint` what to do, and
    `code` is the stable name of the case, for searching and for `--json`.
    """

    exit_code: ClassVar[int] = 1
    default_code: ClassVar[str] = "TUP-000"

    def __init__(
        self, message: str, *, hint: str = "", why: str = "", code: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.why = why
        self.code = code or self.default_code


class ConfigError(TrueupError):
    """A setting is missing or wrong: the user corrects the project file or the environment."""

    exit_code = 3
    default_code = "TUP-300"


class AccessError(TrueupError):
    """A credential was refused or lacks a permission: the user renews or grants it."""

    exit_code = 4
    default_code = "TUP-400"


class ContractError(TrueupError):
    """The vendor sent what the connector does not know: the maintainer adapts the connector."""

    exit_code = 5
    default_code = "TUP-500"


class QualityError(TrueupError):
    """Data broke a declared expectation: the data's owner decides."""

    exit_code = 6
    default_code = "TUP-600"


class IntegrityError(TrueupError):
    """Lake, state or disk disagree with what was promised: the operator looks first."""

    exit_code = 7
    default_code = "TUP-700"


class TransientError(TrueupError):
    """Nothing is broken; the same call may succeed later."""

    exit_code = 75
    default_code = "TUP-750"

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        hint: str = "",
        why: str = "",
        code: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint, why=why, code=code)
        self.retry_after_seconds = retry_after_seconds


class RestartReadError(TrueupError):
    """Marks errors of a read that may succeed from its beginning.

    Whoever reads discards all pages of this read and asks for them again, a few times.
    """


class IncompleteReadError(ContractError, RestartReadError):
    """A read is not proved complete: pages are missing, repeated or miscounted."""

    default_code = "TUP-520"


class BeyondReachError(ContractError):
    """The vendor does not answer for days that far back any more; later days can be read."""

    default_code = "TUP-534"


class AccountUnavailableError(AccessError):
    """One account is closed or no longer shared with the credential; its siblings go on."""

    default_code = "TUP-410"


class DamagedWarehouseError(IntegrityError):
    """The warehouse's file cannot be read; it can be rebuilt from the lake."""

    default_code = "TUP-732"


def place_of(failure: BaseException) -> str:
    """Type and place of an exception: what may be shown and kept when its text may not."""
    frames = traceback.extract_tb(failure.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(failure).__name__}{place}"


def known_names(name: str, known: Iterable[str], noun: str) -> str:
    """The hint for an unknown name: the nearest known one, then all of them."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    guess = f"Did you mean {near[0]!r}? " if near else ""
    return f"{guess}Known {noun}: {', '.join(names) or 'none'}."
