"""The reference page of the command line: typer's own, with what holds for all commands."""

import re
import textwrap
from typing import Any

from typer.cli import get_docs_for_click
from typer.main import get_command

from trueup.cli.app import build

EXIT_CODES = """## Exit codes

| code | means |
|---|---|
| 0 | done |
| 1 | unexpected error: a defect |
| 2 | wrong usage |
| 3 | `ConfigError`: a setting is missing or wrong; the user fixes it |
| 4 | `AccessError`: a credential or a permission; the user renews or grants it |
| 5 | `ContractError`: the vendor sent what the connector does not know; its maintainer acts |
| 6 | `QualityError`: a gate failed or a model did; the data's owner decides |
| 7 | `IntegrityError`: lake, state or disk disagree with themselves; the operator looks |
| 75 | `TransientError`: nothing is broken; run again |
| 130 | stopped by Ctrl-C; what was committed is kept |
"""
HEAD = """# Command line

Generated from the commands by `python -m docs.generate`.

Results go to stdout, progress and errors to stderr. In a terminal progress is drawn as bars,
elsewhere it is one line per event; `NO_COLOR` is honoured. Tables fit the width of the terminal; in
a file or a pipe each row is one line, whatever its length. `--json` prints one object on stdout,
for errors too: `command`, the fields of the result, and `error`, which is null or holds `code`,
`class`, `message`, `why`, `do` and `exit_code`. What each code means is in
[errors](errors.md). Amounts in JSON are decimal text, times ISO 8601 with their offset.
"""
# Lines that click leaves as they are: from a backspace to the next empty line.
_EXAMPLES = re.compile(r"\x08\n((?:.+\n)+)")


def cli_page() -> str:
    """The page as Markdown."""
    group: Any = get_command(build())
    context = group.context_class(group, info_name="trueup", **group.context_settings)
    commands = get_docs_for_click(obj=group, ctx=context, name="trueup")
    commands = _EXAMPLES.sub(lambda found: textwrap.indent(found[1], "    "), commands)
    _, _, commands = commands.partition("\n\n")
    return "\n".join([HEAD, commands.strip(), "", EXIT_CODES])
