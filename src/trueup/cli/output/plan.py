"""The view of a plan, as `--dry-run` prints it."""

from typing import TYPE_CHECKING

from trueup.cli.output.text import figure, moment, section, table, unavailable
from trueup.cli.output.view import View

if TYPE_CHECKING:
    from trueup.pipeline.inspect.dry_run import DryRun, PlannedRead


def plan_view(*previews: "DryRun") -> View:
    """The plans of the steps of a command, one after the other; nothing was written."""
    view = View(["Plan · nothing was written"], {"dry_run": True})
    for preview in previews:
        view += _reads_view(preview) + _loads_view(preview) + _models_view(preview)
    if len(view.lines) == 1:
        view += View(["", "  nothing to do"])
    return view


def _reads_view(preview: "DryRun") -> View:
    lines = table(
        ("source", "stream", "account", "from", "up to", "windows"),
        [(r.source, r.stream, r.account, *_span(r), figure(r.windows)) for r in preview.reads],
        left=5,
    )
    lines += [
        unavailable(source, account.account_id, account.reason)
        for source, account in preview.unavailable
    ]
    data = {"reads": [_read_object(read) for read in preview.reads]} if lines else {}
    return View(section("Would read", lines), data)


def _span(read: "PlannedRead") -> tuple[str, str]:
    if read.first_day and read.last_day:
        return f"{read.first_day}", f"{read.last_day} inclusive"
    if read.kind == "snapshot":
        return "all of it", ""
    resumed = " (resumed)" if read.resumes else ""
    return moment(read.requests_from) + resumed, moment(read.requests_until)


def _read_object(read: "PlannedRead") -> dict[str, object]:
    return {
        "source": read.source,
        "stream": read.stream,
        "account": read.account,
        "kind": read.kind,
        "since": read.requests_from.isoformat(),
        "until": read.requests_until.isoformat(),
        "first_day": str(read.first_day) if read.first_day else None,
        "last_day": str(read.last_day) if read.last_day else None,
        "windows": read.windows,
        "resumes": read.resumes,
    }


def _loads_view(preview: "DryRun") -> View:
    lines = table(
        ("stream", "batches", "rows"),
        [(f"{p.source}.{p.stream}", figure(p.batches), figure(p.rows)) for p in preview.loads],
    )
    loads = [
        {"source": p.source, "stream": p.stream, "batches": p.batches, "rows": p.rows}
        for p in preview.loads
    ]
    return View(section("Would load", lines), {"loads": loads} if loads else {})


def _models_view(preview: "DryRun") -> View:
    models = preview.models
    if models is None:
        return View()
    lines = [
        f"    loads {models.modelled_load_id + 1} to {models.newest_load_id} are not modelled yet"
        if models.newest_load_id > models.modelled_load_id
        else f"    every load up to {models.newest_load_id} is modelled",
        f"    published: up to load {models.published_load_id}",
    ]
    data = {
        "newest_load_id": models.newest_load_id,
        "modelled_load_id": models.modelled_load_id,
        "published_load_id": models.published_load_id,
    }
    return View(section("Would model and publish", lines), {"models": data})
