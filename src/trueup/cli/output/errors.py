"""Errors in one shape: what, why, what to do, and a code; as text or as JSON."""

import json
import sys
import traceback
from collections.abc import Iterable, Sequence

import typer

from trueup.cli.app import INTERRUPTED_EXIT
from trueup.cli.output.text import cleaned
from trueup.errors import ConfigError, IntegrityError, TransientError, TrueupError, place_of

USAGE_EXIT = 2
UNEXPECTED_EXIT = 1
MACHINE_FAULT = "TUP-722"

# typer brings its own copy of click in some versions: the class is found through a public child.
UsageError: type[Exception] = typer.BadParameter.__base__  # type: ignore[assignment]  # never None


def show_failure(failure: BaseException, words: Sequence[str]) -> int:
    """Print what ended the command `words`; returns its exit code."""
    error, exit_code = _as_error(failure)
    if "--json" in words:
        write_json({"command": _command(words), "error": error_object(error, exit_code)})
    else:
        sys.stderr.write(error_text(error))
    if error.code in ("TUP-999", MACHINE_FAULT):
        _write_traceback(failure)
    return exit_code


def error_text(error: TrueupError) -> str:
    """`✗ CODE  what`, then why and do where there is something to say."""
    lines = [f"✗ {error.code}  {cleaned(error.message)}"]
    lines += _labelled("why", error.why)
    lines += _labelled("do", error.hint)
    return "\n".join(lines) + "\n"


def error_object(error: TrueupError | None, exit_code: int | None = None) -> object:
    """The stable JSON form of an error; None for none."""
    if error is None:
        return None
    return {
        "code": error.code,
        "class": type(error).__name__,
        "message": error.message,
        "why": error.why,
        "do": error.hint,
        "exit_code": error.exit_code if exit_code is None else exit_code,
    }


def worst(errors: Iterable[TrueupError]) -> TrueupError | None:
    """Error that a command ends with: errors that need a fix come before passing ones."""
    return max(
        errors,
        key=lambda error: (error.exit_code != TransientError.exit_code, -error.exit_code),
        default=None,
    )


def write_json(value: object) -> None:
    """One object on stdout, on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")


def _labelled(label: str, text: str) -> list[str]:
    if not text:
        return []
    first, *rest = text.splitlines()
    return [f"  {label:<4} {cleaned(first)}", *(f"       {cleaned(line)}" for line in rest)]


def _as_error(failure: BaseException) -> tuple[TrueupError, int]:
    if isinstance(failure, TrueupError):
        return failure, failure.exit_code
    if isinstance(failure, UsageError):
        return _usage(failure), USAGE_EXIT
    if isinstance(failure, ModuleNotFoundError) and (failure.name or "").startswith("dbt"):
        missing = _no_dbt()
        return missing, missing.exit_code
    if isinstance(failure, (KeyboardInterrupt, typer.Abort)):
        return _stopped(), INTERRUPTED_EXIT
    if isinstance(failure, OSError):
        refused = _refused_by_the_machine(failure)
        return refused, refused.exit_code
    return _unexpected(failure), UNEXPECTED_EXIT


def _usage(failure: Exception) -> TrueupError:
    context = getattr(failure, "ctx", None)
    command = context.command_path if context else "trueup"
    return TrueupError(
        failure.format_message(),  # type: ignore[attr-defined]  # every usage error of click has it
        hint=f"{command} --help",
        code="TUP-002",
    )


def _no_dbt() -> TrueupError:
    return ConfigError(
        "models: dbt is not installed",
        why="Synced and loaded data is kept. Without dbt, nothing can be transformed or published.",
        hint="pip install 'trueup[dbt]'",
        code="TUP-319",
    )


def _stopped() -> TrueupError:
    return TrueupError(
        "stopped by Ctrl-C: 0 records lost",
        why="Committed batches, loads and publishes are kept. The rest was rolled back.",
        hint="Run the same command again: it resumes from there.",
        code="TUP-130",
    )


def _refused_by_the_machine(failure: OSError) -> TrueupError:
    return IntegrityError(
        f"{failure.filename or 'this machine'}: {failure.strerror or type(failure).__name__}",
        why="Steps commit whole: nothing is half loaded or published.",
        hint="Give this user access to it and space on its disk, then run the same command again.",
        code=MACHINE_FAULT,
    )


def _unexpected(failure: BaseException) -> TrueupError:
    # The message itself may hold a payload or a secret; the place is what helps.
    return TrueupError(
        f"unexpected {place_of(failure)}",
        why="This is a defect of Trueup. Steps commit whole: nothing is half loaded or published.",
        hint="Run again with TRUEUP_DEBUG=1 and report the traceback.",
        code="TUP-999",
    )


def _write_traceback(failure: BaseException) -> None:
    from trueup.pipeline.settings.environment import debug_wanted

    if debug_wanted():
        sys.stderr.write("".join(traceback.format_exception(failure)))


def _command(words: Sequence[str]) -> str | None:
    return next((word for word in words if not word.startswith("-")), None)
