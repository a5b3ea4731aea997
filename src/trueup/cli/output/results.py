"""Views of what the steps of a run did."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from trueup.cli.output.text import cleaned, figure, moment, plural, section, table, unavailable
from trueup.cli.output.view import View

if TYPE_CHECKING:
    from trueup.pipeline.run import RunResult
    from trueup.pipeline.steps.audit import AuditResult
    from trueup.pipeline.steps.load import LoadResult
    from trueup.pipeline.steps.publish import PublishResult
    from trueup.pipeline.steps.transform import TransformResult
    from trueup.pipeline.sync.results import StreamResult, SyncResult
    from trueup.pipeline.vacuum import SweepResult

_SYNC_HEADERS = (
    *("source", "records read", "landed", "no change", "repeats", "quarantined", "lost"),
    *("windows changed", ""),
)
_TALLIES = (
    *("received", "landed", "unchanged", "deduplicated", "quarantined"),
    *("windows_read", "windows_changed"),
)


def run_view(result: "RunResult") -> View:
    """A whole run, step by step."""
    head = View(
        [f"Run {result.run_id} · {moment(result.now)}"],
        {"run_id": result.run_id, "now": result.now.isoformat()},
    )
    view = head + sync_view(result.synced) + load_view(result.loaded) + sweep_view(result.swept)
    if result.transformed:
        view += models_view(result.transformed)
    return view + gates_view(result.audited) + publish_view(result.published) + damage_view(result)


def sync_view(synced: "SyncResult") -> View:
    """Records per source, then every stream that stopped and every account that was left out."""
    totals = _by_source(synced.streams)
    lines = table(_SYNC_HEADERS, [_sync_row(name, sums) for name, sums in totals.items()])
    for result in synced.streams:
        if result.error:
            where = f"{result.source}.{result.stream} · {result.scope}"
            lines.append(f"    ✗ {where}: {result.error.code} {result.error.message}")
    lines += [
        unavailable(source, account.account_id, account.reason)
        for source, account in _unavailable(synced)
    ]
    return View(section("Sync", lines), {"sync": _sync_object(synced)})


def load_view(loaded: "LoadResult") -> View:
    """Show the batches and rows that were loaded."""
    line = f"    {plural(loaded.batches, 'batch')} · {plural(loaded.rows, 'row')}"
    aside = f" · {figure(loaded.quarantined)} quarantined" if loaded.quarantined else ""
    return View(
        section("Load", [line + aside]),
        {
            "load": {
                "batches": loaded.batches,
                "rows": loaded.rows,
                "quarantined": loaded.quarantined,
            }
        },
    )


def sweep_view(swept: "SweepResult") -> View:
    """Show removed files of killed attempts; usually there are none."""
    from trueup.cli.output.errors import error_object

    lines = [f"    ✗ {error.code} {error.message}" for error in swept.errors]
    if swept.files:
        left = f"{plural(swept.files, 'part file')} that no commit names"
        lines.insert(0, f"    removed {left} · {plural(swept.bytes, 'byte')}")
    errors = [error_object(error) for error in swept.errors]
    data = {"files": swept.files, "bytes": swept.bytes, "errors": errors}
    return View(section("Left over", lines), {"swept": data})


def models_view(transformed: "TransformResult") -> View:
    """Show the models that were built."""
    how = "all rebuilt from raw" if transformed.full_refresh else "what the new loads touched"
    line = f"    {plural(transformed.models, 'model')} · {how} · up to load {transformed.load_id}"
    if not transformed.models:
        line = f"    0 models to build: all is modelled up to load {transformed.load_id}"
    return View(
        section("Model", [line]),
        {
            "models": {
                "built": transformed.models,
                "load_id": transformed.load_id,
                "full_refresh": transformed.full_refresh,
            }
        },
    )


def gates_view(audited: "AuditResult | None") -> View:
    """The verdicts: a count, and every gate that did not pass with its first violations."""
    if audited is None:
        return View(data={"gates": None, "withheld_tables": {}})
    counts = {s: sum(v.status == s for v in audited.verdicts) for s in ("pass", "warn", "fail")}
    lines = [
        f"    {plural(len(audited.verdicts), 'check')} · {counts['pass']} passed · "
        f"{counts['warn']} warned · {counts['fail']} failed"
    ]
    for verdict in audited.verdicts:
        if verdict.status != "pass":
            lines.append(
                f"    {verdict.status.upper()}  {verdict.gate.name}   "
                f"{plural(verdict.violations, 'violation')}   {verdict.message}"
            )
    data = {
        "gates": [_verdict_object(verdict) for verdict in audited.verdicts],
        "withheld_tables": {table: list(gates) for table, gates in audited.withheld_tables.items()},
    }
    return View(section("Gates", lines), data)


def publish_view(published: "PublishResult | None") -> View:
    """The version people now see."""
    if published is None:
        line = "    nothing new: what people see is already up to date"
        return View(section("Publish", [line]), {"publish": None})
    manifest, held = published.manifest, published.withheld_tables
    lines = [
        f"    version {manifest.publish_id} · {plural(len(manifest.tables), 'table')} · "
        f"{len(published.changed_tables)} with new values · {len(held)} withheld"
    ]
    for name in held:
        shown = manifest.tables.get(name)
        since = f"showing the version of {moment(shown.as_of)}" if shown else "not shown yet"
        lines.append(f"    held  {name}   {since}   by {', '.join(held[name])}")
    return View(section("Publish", lines), {"publish": _publish_object(published)})


def damage_view(result: "RunResult") -> View:
    """Stored files that were damaged: those that are rebuilt, and those that someone must fix."""
    from trueup.cli.output.errors import error_object

    lines = [f"    rebuilt  {cleaned(part)}" for part in result.repaired]
    lines += [f"    ✗ {error.code} {cleaned(error.message)}" for error in result.damage]
    data = {
        "repaired": list(result.repaired),
        "damage": [error_object(error) for error in result.damage],
    }
    return View(section("Damaged files", lines), data)


def _by_source(streams: "Sequence[StreamResult]") -> dict[str, dict[str, int]]:
    totals: dict[str, dict[str, int]] = {}
    for result in streams:
        sums = totals.setdefault(result.source, dict.fromkeys((*_TALLIES, "failed"), 0))
        for name in _TALLIES:
            sums[name] += getattr(result.tally, name)
        sums["failed"] += result.status == "failed"
    return totals


def _lost(sums: dict[str, int]) -> int:
    accounted = sums["landed"] + sums["unchanged"] + sums["deduplicated"] + sums["quarantined"]
    return sums["received"] - accounted


def _sync_row(name: str, sums: dict[str, int]) -> tuple[str, ...]:
    # A stream that stopped dropped its open batch: what it had read of it will be read again.
    lost = "n/a" if sums["failed"] else figure(_lost(sums))
    windows = f"{figure(sums['windows_changed'])} of {figure(sums['windows_read'])}"
    figures = [figure(sums[tally]) for tally in _TALLIES[:5]]
    return (name, *figures, lost, windows, "✗" if sums["failed"] else "✓")


def _unavailable(synced: "SyncResult") -> list[tuple[str, Any]]:
    return [
        (source, account)
        for source, accounts in synced.accounts.items()
        for account in accounts
        if account.status == "unavailable"
    ]


def _sync_object(synced: "SyncResult") -> dict[str, object]:
    from trueup.cli.output.errors import error_object

    streams = [
        {
            "source": result.source,
            "stream": result.stream,
            "account": result.scope,
            "status": result.status,
            **{name: getattr(result.tally, name) for name in _TALLIES},
            "error": error_object(result.error),
        }
        for result in synced.streams
    ]
    unavailable = [
        {"source": source, "account": account.account_id, "reason": account.reason}
        for source, account in _unavailable(synced)
    ]
    return {"streams": streams, "unavailable_accounts": unavailable}


def _verdict_object(verdict: Any) -> dict[str, object]:
    return {
        "gate": verdict.gate.name,
        "status": verdict.status,
        "violations": verdict.violations,
        "message": verdict.message,
        "protects": sorted(verdict.gate.protects),
        "owner": verdict.gate.owner,
    }


def _publish_object(published: "PublishResult") -> dict[str, object]:
    manifest = published.manifest
    return {
        "publish_id": manifest.publish_id,
        "published_at": manifest.published_at.isoformat(),
        "tables": len(manifest.tables),
        "changed_tables": list(published.changed_tables),
        "content_hashes": {name: t.content_hash for name, t in manifest.tables.items()},
    }
