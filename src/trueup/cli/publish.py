"""`trueup publish`: load, model, check and publish what the lake holds."""

from pathlib import Path

from trueup.cli.options import AsJson, DryRun, ProjectFolder, Quiet


def publish(
    project: ProjectFolder = Path(),
    dry_run: DryRun = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Model, check and publish what the lake holds, without asking any source.

    \b
    trueup publish
    trueup publish --json
    """
    from trueup.cli.output.plan import plan_view
    from trueup.cli.output.progress import progress
    from trueup.cli.output.results import run_view
    from trueup.cli.output.view import show
    from trueup.pipeline.inspect.dry_run import dry_run_load, dry_run_models
    from trueup.pipeline.run import run_publish
    from trueup.pipeline.settings.clock import project_time
    from trueup.pipeline.settings.project import open_for_reading

    opened = open_for_reading(project)
    if dry_run:
        plan = plan_view(dry_run_load(opened), dry_run_models(opened))
        return show("publish", plan, as_json=as_json)
    with progress(quiet=quiet) as listener:
        result = run_publish(opened, project_time(project), listener)
    return show("publish", run_view(result), as_json=as_json, error=result.error())
