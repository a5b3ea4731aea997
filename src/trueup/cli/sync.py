"""`trueup sync`: from sources into the lake."""

from pathlib import Path

from trueup.cli.options import AsJson, DryRun, ProjectFolder, Quiet, Sources


def sync(
    sources: Sources = None,
    project: ProjectFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Read what is new at the sources into the lake.

    \b
    trueup sync
    trueup sync shopify --dry-run
    """
    from trueup.cli.output.errors import worst
    from trueup.cli.output.plan import plan_view
    from trueup.cli.output.progress import progress
    from trueup.cli.output.results import sync_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dry_run import dry_run_sync
    from trueup.pipeline.run import run_sync
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import chosen_sources, open_project

    opened, now = open_project(project), project_time(project)
    names = chosen_sources(opened, sources)
    if dry_run:
        return show("sync", plan_view(dry_run_sync(opened, names, now)), as_json=as_json)
    with progress(quiet=quiet) as listener:
        synced = run_sync(opened, now, names, listener)
    return show("sync", sync_view(synced), as_json=as_json, error=worst(synced.errors()))
