"""`trueup init`: a new project."""

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import AsJson


def init(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Short name, such as my-shop.")],
    parent: Annotated[
        Path, typer.Option("-C", "--project", metavar="DIR", help="Where to make the folder.")
    ] = Path(),
    as_json: AsJson = False,
) -> int:
    """Make the folder NAME with a commented project file; overwrites nothing.

    \b
    trueup init my-shop
    """
    from trueup.cli.output.text import section
    from trueup.cli.output.view import View, show
    from trueup.pipeline.settings.clock import current_time
    from trueup.pipeline.settings.scaffold import scaffold

    made = scaffold(parent, name, current_time())
    folder = made[0].parent
    lines = [f"Project {name} · {folder}", *section("Made", [f"    {path}" for path in made])]
    lines += ["", f"  do   set the variables that {made[0]} names, then: trueup check -C {folder}"]
    data = {"folder": str(folder), "files": [str(path) for path in made]}
    return show("init", View(lines, data), as_json=as_json)
