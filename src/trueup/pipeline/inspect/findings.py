"""Findings of `trueup check`: each thing is looked at on its own."""

from collections.abc import Callable
from dataclasses import dataclass

from trueup.errors import IntegrityError, TrueupError


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at; `error` says what is wrong with it, `warning` what to know."""

    subject: str
    message: str = ""
    warning: str = ""
    error: TrueupError | None = None


def looked(subject: str, look: Callable[[], tuple[str, str]]) -> Finding:
    try:
        message, warning = look()
    except TrueupError as error:
        return Finding(subject=subject, error=error)
    except OSError as error:
        return Finding(subject=subject, error=_refused(error))
    return Finding(subject=subject, message=message, warning=warning)


def _refused(error: OSError) -> IntegrityError:
    return IntegrityError(
        f"{error.filename or 'this machine'}: {error.strerror}",
        why="A run would stop there.",
        hint="Give this user access to it and space on its disk.",
        code="TUP-722",
    )
