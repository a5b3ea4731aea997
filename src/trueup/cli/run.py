"""`trueup run`: the whole way, for all sources or some."""

from pathlib import Path

from trueup.cli.options import AsJson, DryRun, ProjectFolder, Quiet, Sources


def run(
    sources: Sources = None,
    project: ProjectFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Read what is new, load, model, check and publish it.

    \b
    trueup run
    trueup run meta_ads --dry-run
    """
    from trueup.cli.output.plan import plan_view
    from trueup.cli.output.progress import progress
    from trueup.cli.output.results import run_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dry_run import dry_run_load, dry_run_models, dry_run_sync
    from trueup.pipeline.run import run as run_all
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import chosen_sources, open_project

    opened, now = open_project(project), project_time(project)
    names = chosen_sources(opened, sources)
    if dry_run:
        previews = (dry_run_sync(opened, names, now), dry_run_load(opened), dry_run_models(opened))
        return show("run", plan_view(*previews), as_json=as_json)
    with progress(quiet=quiet) as listener:
        result = run_all(opened, now, names, listener)
    return show("run", run_view(result), as_json=as_json, error=result.error())
