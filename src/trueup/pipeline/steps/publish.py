"""Publish the candidate tables whose gates passed; keep the last good version of the others."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from trueup import __version__
from trueup.pipeline.run_context import Run
from trueup.pipeline.settings.project import Project
from trueup.pipeline.steps.moved import moved_figures
from trueup.pipeline.steps.transform import TransformResult, metric_dictionary, state_comments
from trueup.warehouse.fingerprint import Candidate, TableComment
from trueup.warehouse.manifest import PublishedPart, PublishedTable, PublishManifest
from trueup.warehouse.retention import RetentionPolicy

# What the Trust page reads, copied into the serving file beside the views.
STATE_TABLES = {
    "ops.checks": "select * from ops.checks where run_id = (select run_id from ops.checks "
    "order by checked_at desc, run_id desc limit 1)",
    "ops.syncs": "select * from ops.syncs qualify row_number() over (partition by source, stream, "
    "scope order by synced_at desc, run_id desc) = 1",
    "ops.accounts": "select * from ops.accounts",
    "ops.lake_checks": "select source, stream, damage from ops.lake_checks where damage <> ''",
    "ops.streams": "select streams.source, streams.stream, streams.kind, streams.lookback_days, "
    "min(batches.extracted_at) as first_read_at, max(batches.extracted_at) as last_read_at "
    "from ops.streams as streams left join raw.batches as batches "
    "on streams.source = batches.source and streams.stream = batches.stream group by all",
    "ops.windows": "select source, stream, scope, window_day, max(load_id) as load_id, "
    "count(*) as versions, arg_max(row_count, load_id) as row_count from raw.windows "
    "where window_day is not null group by source, stream, scope, window_day",
    "ops.quarantine": "select source, stream, scope, reason, count(*) as records, "
    "max(extracted_at) as newest_at from raw.quarantine group by source, stream, scope, reason",
    "ops.batches": "select source, stream, scope, max(extracted_at) as extracted_at, "
    "max(loaded_at) as loaded_at, max(cursor_until) as cursor_until, "
    "sum(received) as received, sum(landed) as landed, "
    "sum(quarantined) as quarantined, sum(strays)::bigint as strays, "
    "sum(masked_cards)::bigint as masked_cards "
    "from raw.batches group by source, stream, scope",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishResult:
    """The version that people now see, and what was withheld in it."""

    manifest: PublishManifest
    withheld_tables: dict[str, tuple[str, ...]]
    changed_tables: tuple[str, ...]


def publish(
    run: Run, transformed: TransformResult, withheld_tables: dict[str, tuple[str, ...]]
) -> PublishResult:
    """Publish one version. `withheld_tables` maps a table to the gates that hold it back."""
    project, now = run.project, run.now
    store = project.published
    before = store.current()
    publish_id = _publish_id(now, before)
    tables: dict[str, PublishedTable] = {}
    with project.warehouse.connect() as connection:
        known_at = _known_at(project, now)
        for candidate in transformed.lineage.candidates:
            old = before.tables.get(candidate.name) if before else None
            if candidate.name in withheld_tables:
                if old is not None:
                    store.restore_parts(connection, candidate, old.parts)
                    tables[candidate.name] = _held(old, withheld_tables[candidate.name], now)
                continue
            parts = store.write_parts(
                connection, candidate, old.parts if old else (), transformed.project_hash
            )
            tables[candidate.name] = _fresh(candidate, parts, publish_id, transformed, known_at)
        candidates = {candidate.name for candidate in transformed.lineage.candidates}
        manifest = PublishManifest(
            publish_id=publish_id,
            run_id=run.run_id,
            published_at=now,
            load_id=transformed.load_id,
            known_at=known_at,
            code_version=__version__,
            project_hash=transformed.project_hash,
            tables=tables,
            never_shown={
                name: withheld_tables[name]
                for name in withheld_tables
                if name in candidates - set(tables)
            },
        )
        moved = {"ops.moved_figures": moved_figures(before, tables, store.root.resolve())}
        state = {**STATE_TABLES, **_about(project, manifest), **moved}
        store.switch(connection, manifest, state, _comments(transformed))
    store.prune(_keeping(project), now)
    return PublishResult(
        manifest=manifest,
        withheld_tables=withheld_tables,
        changed_tables=changed_tables(before, manifest),
    )


def _comments(transformed: TransformResult) -> dict[str, TableComment]:
    """Descriptions of every published table and column, for readers of the file."""
    candidates = transformed.lineage.candidates
    return {f"{each.schema}.{each.name}": each.comment for each in candidates} | state_comments()


def changed_tables(before: PublishManifest | None, after: PublishManifest) -> tuple[str, ...]:
    """The tables whose published values differ between two versions."""
    old = before.tables if before else {}
    return tuple(
        name
        for name, table in after.tables.items()
        if name not in old or old[name].content_hash != table.content_hash
    )


def is_current(project: Project, transformed: TransformResult) -> bool:
    """True when the newest version shows exactly these loads and models, readably and here.

    A version without every table is not current: a withheld table is an error of every run.
    """
    manifest = project.published.current()
    return (
        manifest is not None
        and manifest.load_id == transformed.load_id
        and manifest.project_hash == transformed.project_hash
        and not any(table.held_by for table in manifest.tables.values())
        and not manifest.never_shown
        and not project.published.unreadable()
        and not project.published.was_moved()
    )


def _keeping(project: Project) -> RetentionPolicy:
    config = project.config
    return RetentionPolicy(
        versions=config.keep_publishes, lasting=timedelta(hours=config.keep_publish_hours)
    )


def _publish_id(now: datetime, before: PublishManifest | None) -> str:
    stamp, number = now.strftime("%Y%m%dT%H%M%SZ"), 1
    if before is not None:
        last_stamp, _, last_number = before.publish_id.rpartition("-")
        # A clock that was set back must not give a name that is taken, or sorts as older.
        if stamp <= last_stamp:
            stamp, number = last_stamp, int(last_number) + 1
    return f"{stamp}-{number:03d}"


def _fresh(
    candidate: Candidate,
    parts: tuple[PublishedPart, ...],
    publish_id: str,
    transformed: TransformResult,
    known_at: datetime,
) -> PublishedTable:
    return PublishedTable(
        schema=candidate.schema,
        name=candidate.name,
        publish_id=publish_id,
        load_id=transformed.load_id,
        as_of=known_at,
        parts=parts,
    )


def _held(old: PublishedTable, gates: tuple[str, ...], now: datetime) -> PublishedTable:
    return msgspec.structs.replace(old, held_by=gates, held_since=old.held_since or now)


def _known_at(project: Project, now: datetime) -> datetime:
    found = project.warehouse.query("select max(loaded_at) as at from raw.batches")[0]["at"]
    return found.replace(tzinfo=now.tzinfo) if found else now


def _about(project: Project, manifest: PublishManifest) -> dict[str, str]:
    """The state of the version itself and of its project, as SELECTs of literals."""
    config = project.config
    return {
        "ops.published_tables": _published_tables(manifest),
        "ops.publish": (
            f"select {_text(manifest.publish_id)} as publish_id, "
            f"{_text(manifest.run_id)} as run_id, "
            f"{_time(manifest.published_at)} as published_at, "
            f"{_time(manifest.known_at)} as known_at, {manifest.load_id} as load_id, "
            f"{_text(manifest.code_version)} as code_version"
        ),
        "ops.project": (
            f"select {_text(config.name)} as name, {_text(config.currency)} as "
            f"reporting_currency, {_text(config.timezone)} as reporting_timezone, "
            f"date '{config.start_date}' as start_date"
        ),
        "ops.metrics": _metrics(),
    }


def _published_tables(manifest: PublishManifest) -> str:
    tables = [
        f"select {_text(t.name)} as table_name, {_text(t.schema)} as schema_name, "
        f"{_text(t.publish_id)} as publish_id, {_time(t.as_of)} as as_of, "
        f"{t.rows}::bigint as row_count, {_text(t.content_hash)} as content_hash, "
        f"{_text(', '.join(t.held_by))} as held_by, {_time(t.held_since)} as held_since"
        for t in manifest.tables.values()
    ]
    # When every table is withheld at the very first publish, none is there yet.
    nothing = (
        "select ''::varchar as table_name, '' as schema_name, '' as publish_id, "
        "null::timestamp as as_of, 0::bigint as row_count, '' as content_hash, '' as held_by, "
        "null::timestamp as held_since where false"
    )
    return " union all ".join([nothing, *tables])


def _metrics() -> str:
    """The dictionary of metrics, so that readers show the definitions their figures stand on."""
    names = ("name", "label", "formula", "unit", "grain", "table", "sql", "edge_rules")
    rows = [tuple(str(metric[name]).strip() for name in names) for metric in metric_dictionary()]
    return _values(rows, tuple("table_name" if name == "table" else name for name in names))


def _values(rows: Sequence[tuple[str, ...]], names: tuple[str, ...]) -> str:
    lines = ", ".join("(" + ", ".join(map(_text, row)) + ")" for row in rows)
    return f"select * from (values {lines}) as listed({', '.join(names)})"


def _time(moment: datetime | None) -> str:
    return f"timestamp {_text(_utc(moment))}" if moment else "null::timestamp"


def _utc(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S.%f")


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
