"""`trueup load`: from the lake into the warehouse."""

from pathlib import Path

from trueup.cli.options import AsJson, DryRun, ProjectFolder, Quiet


def load(
    project: ProjectFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Load what the lake holds and the warehouse has not seen.

    \b
    trueup load
    trueup load --dry-run
    """
    from trueup.cli.output.plan import plan_view
    from trueup.cli.output.progress import progress
    from trueup.cli.output.results import load_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dry_run import dry_run_load
    from trueup.pipeline.run import run_load
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import open_for_reading

    opened = open_for_reading(project)
    if dry_run:
        return show("load", plan_view(dry_run_load(opened)), as_json=as_json)
    with progress(quiet=quiet) as listener:
        loaded = run_load(opened, project_time(project), listener)
    return show("load", load_view(loaded), as_json=as_json)
