"""`trueup transform`: from what is loaded to candidate tables."""

from pathlib import Path

from trueup.cli.options import AsJson, DryRun, ProjectFolder, Quiet


def transform(
    project: ProjectFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Load what is new in the lake and build the candidate tables; publishes nothing.

    \b
    trueup transform
    trueup transform --dry-run
    """
    from trueup.cli.output.plan import plan_view
    from trueup.cli.output.progress import progress
    from trueup.cli.output.results import models_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dry_run import dry_run_load, dry_run_models
    from trueup.pipeline.run import run_transform
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import open_for_reading

    opened = open_for_reading(project)
    if dry_run:
        plan = plan_view(dry_run_load(opened), dry_run_models(opened))
        return show("transform", plan, as_json=as_json)
    with progress(quiet=quiet) as listener:
        transformed = run_transform(opened, project_time(project), listener)
    return show("transform", models_view(transformed), as_json=as_json)
