"""The view of a result: lines for people, one stable object for programs."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from trueup.cli.output.errors import error_object, error_text, write_json
from trueup.errors import TrueupError


@dataclass(frozen=True, slots=True)
class View:
    """`lines` go to a person, `data` into the JSON object; both tell the same."""

    lines: Sequence[str] = ()
    data: Mapping[str, object] = field(default_factory=dict)

    def __add__(self, other: "View") -> "View":
        return View([*self.lines, *other.lines], {**self.data, **other.data})


def show(command: str, view: View, *, as_json: bool, error: TrueupError | None = None) -> int:
    """Print a result and, on stderr, what went wrong in it; returns the exit code."""
    if as_json:
        write_json({"command": command, **view.data, "error": error_object(error)})
    else:
        sys.stdout.write("".join(f"{line}\n" for line in view.lines))
        sys.stdout.flush()
        if error is not None:
            sys.stderr.write(error_text(error))
    return error.exit_code if error else 0
