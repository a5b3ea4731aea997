"""Figures that changed since the previous published version."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from trueup.warehouse.manifest import PublishedTable, PublishManifest

FINANCE, CHANNELS = "mart_finance_daily", "mart_channel_daily"

_NOTHING = (
    "select ''::varchar as metric, null::date as report_date, null::varchar as channel_code, "
    "null::decimal(38, 6) as before_value, null::decimal(38, 6) as after_value, "
    "null::boolean as was_final, ''::varchar as since_publish_id, "
    "null::timestamp as since_published_at where false"
)


class _Metric(NamedTuple):
    """A column of a mart; `status` is the column that says how far it can be relied on."""

    name: str
    table: str
    column: str
    status: str
    channel: str = "null::varchar"


_METRICS = (
    _Metric("net_revenue", FINANCE, "net_revenue_amount_reporting", "revenue_status"),
    _Metric("orders", FINANCE, "orders", "revenue_status"),
    _Metric("new_customers", FINANCE, "new_customers", "revenue_status"),
    _Metric(
        "attributed_net_revenue",
        CHANNELS,
        "net_revenue_amount_reporting",
        "revenue_status",
        "channel_code",
    ),
    _Metric("spend", CHANNELS, "spend_amount_reporting", "spend_status", "channel_code"),
)


def moved_figures(
    before: PublishManifest | None, after: Mapping[str, PublishedTable], root: Path
) -> str:
    """A SELECT of the figures of days that `before` showed and that have another value now.

    One row per metric, day and channel (NULL for all channels together). A day that is new has not
    moved. `was_final` says that the figure was no longer expected to.
    """
    if before is None:
        return _NOTHING
    selects = [
        _moved(metric, _rows(before.tables[metric.table], root), _rows(after[metric.table], root))
        for metric in _METRICS
        if _comparable(before.tables.get(metric.table), after.get(metric.table), root)
    ]
    since = (
        f"'{before.publish_id}' as since_publish_id, "
        f"timestamp '{before.published_at:%Y-%m-%d %H:%M:%S.%f}' as since_published_at"
    )
    found = [f"select *, {since} from ({select})" for select in selects]
    return " union all ".join([_NOTHING, *found])


def _comparable(old: PublishedTable | None, new: PublishedTable | None, root: Path) -> bool:
    return (
        old is not None
        and new is not None
        and old.content_hash != new.content_hash
        and all((root / part.file).exists() for part in old.parts)
    )


def _moved(metric: _Metric, old_rows: str, new_rows: str) -> str:
    return f"""
        select '{metric.name}' as metric,
            coalesce(earlier.report_date, later.report_date) as report_date,
            coalesce(earlier.channel_code, later.channel_code) as channel_code,
            earlier.value::decimal(38, 6) as before_value,
            later.value::decimal(38, 6) as after_value,
            coalesce(earlier.is_final, false) as was_final
        from ({_summed(metric, old_rows)}) as earlier
        full outer join ({_summed(metric, new_rows)}) as later
            on earlier.report_date = later.report_date
            and earlier.channel_code is not distinct from later.channel_code
        where earlier.value is distinct from later.value
            and coalesce(earlier.report_date, later.report_date)
                in (select report_date from {old_rows})
    """


def _summed(metric: _Metric, rows: str) -> str:
    return f"""
        select report_date, {metric.channel} as channel_code,
            coalesce(bool_and({metric.status} = 'final'), false) as is_final,
            case when count(*) = count({metric.column}) then sum({metric.column}) end as value
        from {rows}
        group by 1, 2
    """


def _rows(table: PublishedTable, root: Path) -> str:
    """The rows of a published table, with both statuses, which versions of before do not have."""
    files = ", ".join(_quoted(root / part.file) for part in table.parts)
    return (
        f"(select * from read_parquet([{files}], union_by_name = true) union all by name "
        "select null::varchar as revenue_status, null::varchar as spend_status where false)"
    )


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
