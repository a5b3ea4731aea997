"""`trueup backfill`: named days of a source again."""

from pathlib import Path
from typing import Annotated

import typer

from trueup.cli.options import AsJson, DryRun, ProjectFolder, Quiet, as_day


def backfill(  # noqa: PLR0913, PLR0917  # one parameter per option of the command line
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="The source to read again.")],
    since: Annotated[str, typer.Option(metavar="DAY", help="First day, such as 2026-07-01.")],
    until: Annotated[str, typer.Option(metavar="DAY", help="The day after the last one.")],
    project: ProjectFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Read days of a source again, then load, model, check and publish them.

    \b
    trueup backfill meta_ads --since 2026-06-01 --until 2026-07-01
    """
    from trueup.cli.output.plan import plan_view
    from trueup.cli.output.progress import progress
    from trueup.cli.output.results import run_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dry_run import dry_run_backfill
    from trueup.pipeline.run import run_backfill
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import chosen_sources, open_project

    first, end = as_day(since), as_day(until)
    if first >= end:
        raise typer.BadParameter(f"--until {until} must be after --since {since}")
    opened, now = open_project(project), project_time(project)
    name = chosen_sources(opened, [source])[0]
    if dry_run:
        plan = plan_view(dry_run_backfill(opened, name, first, end, now))
        return show("backfill", plan, as_json=as_json)
    with progress(quiet=quiet) as listener:
        result = run_backfill(opened, name, first, end, now, listener)
    return show("backfill", run_view(result), as_json=as_json, error=result.error())
