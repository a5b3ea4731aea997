"""`trueup status`: what is known, and what is not."""

from pathlib import Path

from trueup.cli.options import AsJson, ProjectFolder


def status(project: ProjectFolder = Path(), as_json: AsJson = False) -> int:
    """Show freshness, coverage, gates, and what is held back or kept aside.

    \b
    trueup status
    trueup status --json
    """
    from trueup.cli.output.status import status_view
    from trueup.cli.output.view import show
    from trueup.pipeline.look.status import status as status_of
    from trueup.pipeline.settings.opening import open_to_look, time_to_look

    seen = status_of(open_to_look(project), time_to_look(project))
    return show("status", status_view(seen), as_json=as_json)
