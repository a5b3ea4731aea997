"""`trueup demo`: an example company on simulated vendors."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import AsJson, Quiet
from trueup.cli.output.text import one_of
from trueup.pipeline.demo.examples import DEFAULT_EXAMPLE, EXAMPLES, example_names, fault_names


def demo(
    folder: Annotated[
        Path, typer.Option("-C", "--folder", metavar="DIR", help="Folder that the demo makes.")
    ] = Path("trueup-demo"),
    fault: Annotated[
        str | None,
        typer.Option(
            "--break",
            metavar="NAME",
            help="Plant a fault after a first good run: "
            f"{one_of(fault_names(EXAMPLES / DEFAULT_EXAMPLE))}.",
        ),
    ] = None,
    example: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help=f"Company to run: {one_of(example_names())}, or a folder with a scenario.yml.",
        ),
    ] = DEFAULT_EXAMPLE,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Leave the dashboard out.")] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Run everything on a simulated shop, and compare with the truth; needs no account.

    \b
    trueup demo
    trueup demo --break spend-restated
    """
    from trueup.cli.output.demo import part_errors, part_view
    from trueup.cli.output.errors import worst
    from trueup.cli.output.progress import progress
    from trueup.cli.output.view import View, show
    from trueup.pipeline.demo.runner import demo as play
    from trueup.pipeline.demo.scenario import load_fault, load_scenario

    scenario = load_scenario(example)
    planted = load_fault(scenario, fault) if fault else None
    errors, told = [], []
    with progress(quiet=quiet) as display:
        for part in play(folder, scenario, fault=planted, serve=not no_serve, listener=display):
            display.rest()
            view = part_view(part)
            told.append({"part": type(part).__name__, **view.data})
            errors += part_errors(part)
            if not as_json:
                sys.stdout.write("".join(f"{line}\n" for line in view.lines))
                sys.stdout.flush()
    return show("demo", View(data={"parts": told}), as_json=as_json, error=worst(errors))
