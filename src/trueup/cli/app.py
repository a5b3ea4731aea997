"""All commands, put together."""

import importlib
from collections.abc import Sequence
from typing import Annotated

import typer

from trueup import __version__

INTERRUPTED_EXIT = 130  # 128 + SIGINT, as shells count

COMMANDS = (
    "demo",
    "init",
    "check",
    "run",
    "sync",
    "load",
    "transform",
    "publish",
    "backfill",
    "status",
    "serve",
)


def _version(wanted: bool) -> None:  # the shape of a typer callback
    if wanted:
        typer.echo(f"trueup {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Marketing and commerce numbers, tied out to their source.

    \b
    trueup demo             see it work on a simulated shop, without any account
    trueup init my-shop     begin a project of your own
    """
    del version


def build() -> typer.Typer:
    """The application. Commands import what they need when they run, so that help is quick."""
    app = typer.Typer(
        name="trueup",
        add_completion=True,
        no_args_is_help=True,
        # Plain help: drawing it with rich would take longer than all the rest.
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    )
    app.callback()(_root)
    for name in COMMANDS:
        command = getattr(importlib.import_module(f"trueup.cli.{name}"), name)
        # Given as such, the sentence is wrapped in the list of commands instead of cut.
        app.command(name, short_help=(command.__doc__ or "").splitlines()[0])(command)
    return app


def invoke(words: Sequence[str]) -> int:
    """Run the command that `words` name, or show the help; returns the exit code, errors fly."""
    code = build()(args=list(words) or ["--help"], prog_name="trueup", standalone_mode=False)
    if code == INTERRUPTED_EXIT:
        # typer has turned Ctrl-C into an exit code and said nothing.
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0
