"""`trueup serve`: the dashboard on this machine."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import AsJson, ProjectFolder


def serve(
    project: ProjectFolder = Path(),
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65535,
            help="Port on 127.0.0.1; without it the first free one from 4600 on.",
        ),
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Go on in the background and return.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Show the published figures as a dashboard on 127.0.0.1, until Ctrl-C.

    \b
    trueup serve
    trueup serve --port 4700 --detach
    """
    from trueup.cli.output.serve import served_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dashboard_server import Served, serve_detached
    from trueup.pipeline.inspect.dashboard_server import serve as serve_here
    from trueup.pipeline.settings.project import open_for_reading

    def tell(served: Served) -> None:
        show("serve", served_view(served, detached=detach), as_json=as_json)

    opened = open_for_reading(project)
    if opened.published.current() is None:
        sys.stderr.write("Nothing is published yet: the pages stay empty until: trueup run\n")
    if detach:
        tell(serve_detached(opened, port))
        return 0
    return serve_here(opened, port, tell)
