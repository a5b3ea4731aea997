"""Changes that a run made to what people see: windows read again, amounts that moved, tables."""

from zoneinfo import ZoneInfo

from trueup.pipeline.demo.parts import ChangedDay, Changes
from trueup.pipeline.demo.published_reader import reader, version
from trueup.pipeline.run import RunResult
from trueup.pipeline.settings.project import Project
from trueup.warehouse.duckdb import fetch

# Windows that the loads beyond `before` brought, by whether an earlier version was replaced.
_WINDOWS = """
    select source || '.' || stream as name,
        count(*) filter (not restated) as new, count(*) filter (restated) as restated
    from (
        select source, stream, load_id > first_load_id as restated
        from (
            select *, min(load_id) over (
                partition by source, stream, scope, window_day) as first_load_id
            from raw.windows where window_day is not null
        )
        where load_id > ?
    )
    group by all order by name
"""
_DAYS = """
    select day, channel, before.spend as spend_before, after.spend as spend_after,
        before.revenue as revenue_before, after.revenue as revenue_after
    from before full outer join after using (day, channel)
    where before.spend is distinct from after.spend
        or before.revenue is distinct from after.revenue
    order by day, channel
"""


def changes_since(
    project: Project, changed_days: str, before: RunResult, after: RunResult
) -> Changes:
    """Compare the versions that two runs published; no change when the second had none."""
    assert before.published is not None
    old = before.published.manifest
    new = after.published.manifest if after.published else old
    windows = project.warehouse.query(_WINDOWS, [old.load_id])
    return Changes(
        windows=tuple((row["name"], row["new"], row["restated"]) for row in windows),
        days=_changed_days(project, changed_days, (old.publish_id, new.publish_id)),
        first_new_day=before.now.astimezone(ZoneInfo(project.config.timezone)).date(),
        tables=after.published.changed_tables if after.published else (),
        all_tables=len(new.tables),
        currency=project.config.currency,
    )


def _changed_days(
    project: Project, sql: str, publish_ids: tuple[str, str]
) -> tuple[ChangedDay, ...]:
    with reader(project) as connection:
        for table, publish_id in zip(("before", "after"), publish_ids, strict=True):
            with version(connection, project, publish_id):
                connection.execute(f"create temp table {table} as {sql}")
        return tuple(ChangedDay(**row) for row in fetch(connection, _DAYS))
