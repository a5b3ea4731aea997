"""A small published version in the layout of real ones, for pages to be tested against.

Sixty days of figures, made by arithmetic (`small_world.sql`), so that the same call always gives
the same. Hostile texts stand where vendors and customers can put texts.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
FIRST_DAY = date(2026, 5, 3)
PUBLISHED_AT = datetime(2026, 7, 2, 6, 4, tzinfo=UTC)
PUBLISH_ID = "20260702T060400Z-001"
AT = f"{PUBLISHED_AT:%Y-%m-%d %H:%M:%S}"

HOSTILE_NAMES = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    '=HYPERLINK("http://evil.example","free")',
    "NUL\x00and\ttab\nand newline",
    "\u202egnp.exe txet delcatrever",
    "حملة الصيف، تخفيضات كبرى",
    "[link](javascript:alert(3)) **bold** :material/home: $x^2$",
    "{{ 7*7 }} '; drop table marts.mart_channel_daily; --",
    "",
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Special traits of a version; the plain one has everything and nothing withheld.

    `held` maps tables to their gates; `failed` are gates with message and protected tables;
    `gap` is added to finance's revenue of each day; `unread` are the days (as SQL on `day`) on
    which `paid_social` has no spend, because its platform was not read.
    """

    publish_id: str = PUBLISH_ID
    days: int = 60
    without: tuple[str, ...] = ()
    held: dict[str, str] = field(default_factory=dict)
    failed: tuple[tuple[str, str, str], ...] = ()
    missing_days: tuple[date, ...] = ()
    names: tuple[str, ...] = HOSTILE_NAMES
    campaigns: int = 24
    gap: str = "0"
    unread: str = "false"


PLAIN = Shape()


def publish(root: Path, shape: Shape = PLAIN) -> Path:
    """Write a version under `root` and point `current` at it. Returns its serving file."""
    folder = root / shape.publish_id
    folder.mkdir(parents=True)
    with duckdb.connect() as scratch:
        _make_world(scratch, shape)
        scratch.execute(f"attach '{folder / 'serving.duckdb'}' as serving")
        for schema in ("core", "marts", "ops"):
            scratch.execute(f"create schema serving.{schema}")
        for name, select in TABLES.items():
            if name not in shape.without:
                _view_over_parquet(
                    scratch, root, name, select.format(gap=shape.gap, unread=shape.unread)
                )
        for name, select in (STATE | _about(shape)).items():
            if name not in shape.without:
                scratch.execute(f"create table serving.{name} as {select}")
    _point_at(root, shape.publish_id)
    return folder / "serving.duckdb"


def _make_world(scratch: duckdb.DuckDBPyConnection, shape: Shape) -> None:
    scratch.execute("set TimeZone = 'UTC'")
    scratch.execute("create table names(number integer, name varchar)")
    if shape.names:
        scratch.executemany("insert into names values (?, ?)", list(enumerate(shape.names)))
    words = {
        ":first_day": str(FIRST_DAY),
        ":last_day": str(FIRST_DAY + timedelta(days=shape.days)),
        ":campaigns": str(shape.campaigns),
        ":at": AT,
    }
    for file in ("small_world.sql", "small_state.sql"):
        script = (HERE / file).read_text()
        for word, value in words.items():
            script = script.replace(word, value)
        scratch.execute(script)
    for gate, message, protects in shape.failed:
        scratch.execute(
            f"insert into checks values ('r1', timestamp '{AT}', ?, 'fail', 3, ?, ?, 77)",
            [gate, message, protects],
        )
    for day in shape.missing_days:
        scratch.execute("delete from windows where scope = 'act_501' and window_day = ?", [day])


def _view_over_parquet(
    scratch: duckdb.DuckDBPyConnection, root: Path, name: str, select: str
) -> None:
    file = root / "parts" / f"{name}-{len(list(root.glob('parts/*')))}.parquet"
    file.parent.mkdir(exist_ok=True)
    scratch.execute(f"copy ({select}) to '{file}' (format parquet)")
    scratch.execute(
        f"create view serving.{name} as select * from read_parquet(['{file.resolve()}'])"
    )


def _point_at(root: Path, publish_id: str) -> None:
    link = root / ".current.new"
    link.symlink_to(publish_id)
    link.replace(root / "current")


TABLES = {
    "core.dim_campaign": """
        select campaign_dk, platform, account_id, campaign_id, campaign_name, status,
            true as is_current
        from campaigns
        union all
        select campaign_dk, platform, account_id, campaign_id, 'Formerly ' || number, status, false
        from campaigns where number in (9, 10)
    """,
    "core.dim_channel": """
        select channel_dk, code as channel_code, name as channel_name, channel_group, is_paid
        from channels
    """,
    "core.dim_fx_rate": """
        select currency as currency_code, day as rate_date, cast(1.08 as decimal(20, 10)) as rate
        from days cross join (select distinct currency from accounts where currency <> 'USD')
    """,
    "marts.mart_campaign_daily": """
        select day as report_date, md5(channel_code) as channel_dk, account_dk, campaign_dk,
            currency as currency_code, spend as spend_amount, spend as spend_amount_reporting,
            'USD' as reporting_currency_code, impressions, clicks,
            cast(orders * 1.4 as decimal(20, 6)) as platform_conversions,
            cast(net_revenue * 1.35 as decimal(20, 6)) as platform_conversion_value_amount,
            orders as attributed_orders, new_customers,
            net_revenue as net_revenue_amount_reporting
        from campaign_days
    """,
    "marts.mart_channel_daily": """
        select day as report_date, channel_dk, channel_code, name as channel_name, channel_group,
            'USD' as reporting_currency_code,
            case when is_unread then 'not_read' else 'final' end as spend_status,
            case when is_unread then 'meta_ads has not been read for this day' end as spend_reason,
            case when not is_unread then spend end as spend_amount_reporting,
            case when not is_unread then impressions end as impressions,
            case when not is_unread then clicks end as clicks,
            'final' as revenue_status, cast(null as varchar) as revenue_reason,
            orders as attributed_orders, new_customers,
            net_revenue as net_revenue_amount_reporting
        from (select *, channel_code = 'paid_social' and ({unread}) as is_unread from channel_days)
    """,
    "marts.mart_finance_daily": """
        select day as report_date, 'USD' as currency_code, 'USD' as reporting_currency_code,
            cast(sum(orders) as bigint) as orders,
            cast(sum(new_customers) as bigint) as new_customers,
            cast(sum(net_revenue) + {gap} as decimal(20, 6)) as net_revenue_amount_reporting
        from channel_days group by day
    """,
}

STATE = {
    f"ops.{name}": f"select * from {name}"
    for name in ("checks", "windows", "syncs", "batches", "quarantine", "streams", "metrics")
} | {
    "ops.accounts": f"select * exclude account_dk, timestamp '{AT}' as seen_at from accounts",
    "ops.project": f"select 'brightcart' as name, 'USD' as reporting_currency, "
    f"'UTC' as reporting_timezone, date '{FIRST_DAY}' as start_date",
}


def _about(shape: Shape) -> dict[str, str]:
    tables = []
    for qualified in TABLES:
        schema, name = qualified.split(".")
        if qualified not in shape.without:
            held = shape.held.get(name, "")
            since = f"timestamp '{AT}'" if held else "null"
            as_of = f"timestamp '{AT}'" + (" - interval 1 day" if held else "")
            tables.append(
                f"select '{name}' as table_name, '{schema}' as schema_name, {as_of} as as_of, "
                f"'{held}' as held_by, cast({since} as timestamp) as held_since"
            )
    return {
        "ops.published_tables": " union all ".join(tables),
        "ops.publish": f"select '{shape.publish_id}' as publish_id, 'r1' as run_id, "
        f"timestamp '{AT}' as published_at, timestamp '{AT}' as known_at, 77 as load_id, "
        "'0.1.0' as code_version",
    }
