"""`trueup status`: what is known, and what is not."""

from pathlib import Path

from trueup.cli.options import AsJson, ProjectFolder


def status(project: ProjectFolder = Path(), as_json: AsJson = False) -> int:
    """Show freshness, coverage, gates, withheld tables, quarantined records and damage.

    The exit code is 0 when nothing is wrong.

    \b
    trueup status
    trueup status --json
    """
    from trueup.cli.output.errors import worst
    from trueup.cli.output.status import status_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.status import status as status_of
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import open_for_reading

    seen = status_of(open_for_reading(project), project_time(project))
    return show("status", status_view(seen), as_json=as_json, error=worst(seen.errors()))
