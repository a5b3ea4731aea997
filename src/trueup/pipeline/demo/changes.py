"""What a run changed in what people see: windows read anew, amounts that moved, tables."""

from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

from trueup.pipeline.demo.parts import ChangedDay, Changes
from trueup.pipeline.run import RunResult
from trueup.pipeline.settings.project import Project
from trueup.warehouse.published_store import SERVING_FILE

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
    with before as ({side_before}), after as ({side_after})
    select day, channel, before.spend, after.spend, before.revenue, after.revenue
    from before full outer join after using (day, channel)
    where before.spend is distinct from after.spend
        or before.revenue is distinct from after.revenue
    order by day, channel
"""
_SIDE = """
    select report_date as day, channel_code as channel,
        sum(spend_amount_reporting) as spend,
        sum(net_revenue_amount_reporting) as revenue
    from {side}.marts.mart_channel_daily group by all
"""


def changes_since(project: Project, before: RunResult, after: RunResult) -> Changes:
    """Compare the versions that two runs published; no change when the second had none."""
    assert before.published is not None
    old = before.published.manifest
    new = after.published.manifest if after.published else old
    windows = project.warehouse.query(_WINDOWS, [old.load_id])
    folders = [project.published.root / manifest.publish_id for manifest in (old, new)]
    return Changes(
        windows=tuple((row["name"], row["new"], row["restated"]) for row in windows),
        days=_changed_days(*folders),
        first_new_day=before.now.astimezone(ZoneInfo(project.config.timezone)).date(),
        tables=after.published.changed_tables if after.published else (),
        all_tables=len(new.tables),
        currency=project.config.currency,
    )


def _changed_days(old: Path, new: Path) -> tuple[ChangedDay, ...]:
    connection = duckdb.connect()
    try:
        for name, folder in (("old", old), ("new", new)):
            path = str(folder / SERVING_FILE).replace("'", "''")
            connection.execute(f"attach '{path}' as {name} (read_only)")
        sql = _DAYS.format(
            side_before=_SIDE.format(side="old"), side_after=_SIDE.format(side="new")
        )
        rows = connection.execute(sql).fetchall()
    finally:
        connection.close()
    return tuple(
        ChangedDay(
            day=day,
            channel=channel,
            spend_before=spend_before,
            spend_after=spend_after,
            revenue_before=revenue_before,
            revenue_after=revenue_after,
        )
        for day, channel, spend_before, spend_after, revenue_before, revenue_after in rows
    )
