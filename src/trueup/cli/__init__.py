"""The command line: every command parses, calls one pipeline function and prints."""

import os
import sys
from collections.abc import Sequence

OWNER_ONLY = 0o077
"""Umask of every command: files are 0600 and folders 0700, since a lake holds a company's data."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. The one place where errors end.

    0 done, 2 wrong usage, 130 stopped by Ctrl-C, else the exit code of the error's class.
    """
    from trueup.cli.app import invoke
    from trueup.cli.output.errors import show_failure
    from trueup.cli.output.streams import outlive_readers

    if arguments is None:
        outlive_readers()
    os.umask(OWNER_ONLY)
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return invoke(words)
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001  # what errors end as: a message
        return show_failure(error, words)
