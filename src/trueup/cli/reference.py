"""The reference page of the command line, made from the commands themselves."""

import sys
from dataclasses import dataclass
from typing import Any

import typer
from typer.main import get_command

from trueup.cli.app import build

EXIT_CODES = (
    (0, "done"),
    (1, "unexpected error: a defect"),
    (2, "wrong usage"),
    (3, "`ConfigError`: a setting is missing or wrong; the user mends it"),
    (4, "`AccessError`: a credential or a permission; the user renews or grants it"),
    (
        5,
        "`ContractError`: the vendor sent what the connector does not know; its maintainer acts",
    ),
    (6, "`QualityError`: a gate failed or a model did; the data's owner decides"),
    (7, "`IntegrityError`: lake, state or disk disagree with themselves; the operator looks"),
    (75, "`TransientError`: nothing is broken; run again"),
    (130, "stopped by Ctrl-C; what was committed is kept"),
)
HEAD = """# Command line

Generated from the commands by `python -m docs.generate`.

Results go to stdout, progress and errors to stderr. In a terminal progress is drawn as bars,
elsewhere it is one line per event; `NO_COLOR` is honoured. `--json` prints one object on stdout,
for errors too: `command`, the fields of the result, and `error`, which is null or holds `code`,
`class`, `message`, `why`, `do` and `exit_code`. What each code means is in
[errors](errors.md). Amounts in JSON are decimal text, times ISO 8601 with their offset.
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One option or argument of a command."""

    names: str
    help: str


@dataclass(frozen=True, slots=True)
class Described:
    """A command as its help has it."""

    usage: str
    sentence: str
    examples: tuple[str, ...]
    options: tuple[Option, ...]


def command_tree(app: typer.Typer) -> dict[str, Described]:
    """Every command by name."""
    group: Any = get_command(app)
    return {name: _described(name, command) for name, command in group.commands.items()}


def reference() -> str:
    """The page as Markdown."""
    parts = [HEAD, *(_section(*item) for item in command_tree(build()).items())]
    codes = "\n".join(f"| {code} | {meaning} |" for code, meaning in EXIT_CODES)
    parts.append(f"## Exit codes\n\n| code | means |\n|---|---|\n{codes}\n")
    return "\n".join(parts)


def _described(name: str, command: Any) -> Described:
    text = (command.help or "").split("\b")
    examples = tuple(line.strip() for line in text[-1].strip().splitlines()) if text[1:] else ()
    context = command.context_class(command, info_name=f"trueup {name}")
    usage = " ".join([f"trueup {name}", *command.collect_usage_pieces(context)])
    options = tuple(
        option for parameter in command.params if (option := _option(parameter, context))
    )
    return Described(usage, " ".join(text[0].split()), examples, options)


def _option(parameter: Any, context: Any) -> Option | None:
    if parameter.name == "help":
        return None
    if parameter.param_type_name == "argument":
        return Option(parameter.make_metavar(context), parameter.help or "")
    metavar = "" if parameter.is_flag else f" {parameter.make_metavar(context)}"
    return Option(", ".join(parameter.opts) + metavar, parameter.help or "")


def _section(name: str, command: Described) -> str:
    examples = "\n".join(f"    {line}" for line in command.examples)
    rows = "\n".join(
        f"| `{option.names.replace('|', chr(92) + '|')}` | {option.help} |"
        for option in command.options
    )
    table = f"\n| | |\n|---|---|\n{rows}\n" if rows else ""
    return f"## trueup {name}\n\n{command.sentence}\n\n    {command.usage}\n\n{examples}\n{table}"


if __name__ == "__main__":
    sys.stdout.write(reference())
