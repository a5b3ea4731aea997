"""A small published version in the layout of real ones, for pages to be tested against.

Sixty days of three shops' worth of figures, made by arithmetic, so that the same call always
gives the same figures. Hostile texts stand where vendors and customers can put texts.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

FIRST_DAY = date(2026, 5, 3)
DAYS = 60
PUBLISHED_AT = datetime(2026, 7, 2, 6, 4)
PUBLISH_ID = "20260702T060400Z-001"

HOSTILE_NAMES = (
    "<img src=x onerror=alert(1)><script>alert(2)</script>",
    '=HYPERLINK("http://evil.example","free")',
    "NUL\x00and\ttab\nand newline",
    "\u202egnp.exe txet delcatrever",
    "حملة الصيف – تخفيضات كبرى",
    "[link](javascript:alert(3)) **bold** :material/home: $x^2$",
    "{{ 7*7 }} '; drop table marts.mart_channel_daily; --",
    "",
)

CHANNELS = """
    values ('paid_search', 'Paid search', 'Paid', true), ('paid_social', 'Paid social', 'Paid', true),
    ('affiliate', 'Affiliates', 'Paid', true), ('email', 'E-mail', 'Owned', false),
    ('organic_social', 'Organic social', 'Organic', false),
    ('organic_search', 'Organic search', 'Organic', false),
    ('referral', 'Referral', 'Organic', false), ('direct', 'Direct', 'Direct', false),
    ('unattributed', 'Unattributed', 'Unattributed', false)
"""

ACCOUNTS = """
    values ('google_ads', '1112223333', 'BrightCart Germany', 'EUR', 'Europe/Berlin', 'active', ''),
    ('google_ads', '4445556666', 'BrightCart US', 'USD', 'America/New_York', 'active', ''),
    ('google_ads', '7778889999', 'BrightCart Nordics', 'SEK', 'Europe/Stockholm', 'unavailable',
     'HTTP 403: the credential may no longer see this account'),
    ('meta_ads', 'act_501', 'BrightCart Social', 'USD', 'America/Los_Angeles', 'active', ''),
    ('meta_ads', 'act_502', 'BrightCart Retargeting', 'EUR', 'Europe/Berlin', 'active', '')
"""

# A steady growth with a weekly season, a different one per row of the table `m`.
WAVE = (
    "(1 + 0.25 * sin(2 * pi() * (dayofweek(days.day) + m.number) / 7) + 0.004 * day_number)"
)


@dataclass(kw_only=True)
class Shape:
    """What is special about a version; the plain one has everything and nothing held."""

    publish_id: str = PUBLISH_ID
    days: int = DAYS
    without: tuple[str, ...] = ()
    held: dict[str, str] = field(default_factory=dict)
    failed_gates: tuple[tuple[str, str, str], ...] = ()
    missing_days: tuple[date, ...] = ()
    names: tuple[str, ...] = HOSTILE_NAMES
    campaigns: int = 24
    revenue_gap: str = "0"


def publish(root: Path, shape: Shape | None = None) -> Path:
    """Write a version under `root` and point `current` at it. Returns its serving file."""
    shape = shape or Shape()
    folder = root / shape.publish_id
    folder.mkdir(parents=True)
    scratch = duckdb.connect()
    scratch.execute("set TimeZone = 'UTC'")
    scratch.execute(f"attach '{folder / 'serving.duckdb'}' as serving")
    _make_world(scratch, shape)
    for name, select in _tables(shape).items():
        if name not in shape.without:
            _view_over_parquet(scratch, root / "parts" / name, name, select, shape.publish_id)
    for name, select in _state(shape).items():
        if name not in shape.without:
            scratch.execute("create schema if not exists serving.ops")
            scratch.execute(f"create table serving.{name} as {select}")
    scratch.close()
    link = root / ".current.new"
    link.symlink_to(shape.publish_id)
    link.replace(root / "current")
    return folder / "serving.duckdb"


def _view_over_parquet(
    scratch: duckdb.DuckDBPyConnection, parts: Path, name: str, select: str, publish_id: str
) -> None:
    parts.mkdir(parents=True, exist_ok=True)
    file = parts / f"{publish_id}.parquet"
    scratch.execute(f"copy ({select}) to '{file}' (format parquet)")
    scratch.execute(f"create schema if not exists serving.{name.split('.')[0]}")
    scratch.execute(
        f"create view serving.{name} as select * from read_parquet(['{file.resolve()}'])"
    )


def _make_world(scratch: duckdb.DuckDBPyConnection, shape: Shape) -> None:
    last = FIRST_DAY + timedelta(days=shape.days)
    scratch.execute(
        "create table days as select cast(range as date) as day, row_number() over () as day_number "
        f"from range(timestamp '{FIRST_DAY}', timestamp '{last}', interval 1 day)"
    )
    scratch.execute(
        "create table channels as select *, row_number() over () as number, "
        f"md5(code) as channel_dk from ({CHANNELS}) as c(code, name, channel_group, is_paid)"
    )
    scratch.execute(
        f"create table accounts as select *, md5(scope) as account_dk from ({ACCOUNTS}) "
        "as a(source, scope, name, currency, timezone, status, reason)"
    )
    scratch.execute("create table names(number integer, name varchar)")
    if shape.names:
        scratch.executemany("insert into names values (?, ?)", list(enumerate(shape.names)))
    scratch.execute(_CAMPAIGNS.format(campaigns=shape.campaigns))
    scratch.execute(_CAMPAIGN_DAYS)
    scratch.execute(_CHANNEL_DAYS)


_CAMPAIGNS = """
create table campaigns as
select
    m.number,
    md5('campaign' || m.number) as campaign_dk,
    account.account_dk, account.scope as account_id, account.source as platform, account.currency,
    cast(90000000 + m.number as varchar) as campaign_id,
    coalesce(names.name, ['Brand', 'Summer sale', 'Prospecting', 'Retargeting', 'Shopping'][1 + m.number % 5]
        || ' | ' || ['DE', 'US', 'FR', 'SE'][1 + m.number % 4] || ' | ' || m.number) as campaign_name,
    ['ENABLED', 'PAUSED'][1 + cast(m.number % 7 = 3 as integer)] as status,
    case account.source when 'google_ads' then 'paid_search' else 'paid_social' end as channel_code
from (select cast(range as integer) as number from range({campaigns})) as m
left join names using (number)
inner join (
    select *, row_number() over (order by scope) - 1 as position
    from accounts where status = 'active'
) as account on m.number % 4 = account.position
"""

_CAMPAIGN_DAYS = """
create table campaign_days as
select
    day, m.*,
    cast(round(case when m.number = 11 then 0 else 260.0 / (1 + m.number % 9) * WAVE end, 2)
        as decimal(20, 6)) as spend,
    cast(case when m.number = 11 then 0 else 9000 / (1 + m.number % 9) * WAVE end as bigint)
        as impressions,
    cast(case when m.number = 11 then 0 else 210 / (1 + m.number % 6) * WAVE end as bigint)
        as clicks,
    cast(floor(WAVE * 3 / (1 + m.number % 5)) as decimal(20, 6)) as orders,
    cast(floor(WAVE * 2.2 / (1 + m.number % 5)) * cast(m.number % 10 <> 7 as integer)
        as decimal(20, 6)) as new_customers,
    cast(round(WAVE * 480.0 / (1 + m.number % 5), 2) as decimal(20, 6)) as net_revenue
from days cross join campaigns as m
""".replace("WAVE", WAVE)

_CHANNEL_DAYS = """
create table channel_days as
with paid as (
    select day, channel_code, sum(spend) as spend, sum(impressions) as impressions,
        sum(clicks) as clicks, sum(orders) as orders, sum(new_customers) as new_customers,
        sum(net_revenue) as net_revenue
    from campaign_days group by day, channel_code
)
select
    days.day, m.channel_dk, m.code as channel_code, m.name, m.channel_group,
    coalesce(paid.spend, 0) as spend,
    coalesce(paid.impressions, 0) as impressions,
    coalesce(paid.clicks, 0) as clicks,
    coalesce(paid.orders, cast(floor(20 / m.number * WAVE) as decimal(20, 6))) as orders,
    coalesce(paid.new_customers, cast(floor(9 / m.number * WAVE) as decimal(20, 6)))
        as new_customers,
    coalesce(paid.net_revenue, cast(round(case when m.number = 9 then 160.0 else 9000.0 / (m.number + 1) end * WAVE, 2)
        as decimal(20, 6))) as net_revenue
from days cross join channels as m
left join paid on days.day = paid.day and m.code = paid.channel_code
""".replace("WAVE", WAVE)


def _tables(shape: Shape) -> dict[str, str]:
    return {
        "core.dim_campaign": "select campaign_dk, platform, account_id, campaign_id, campaign_name, "
        "status, true as is_current from campaigns union all select campaign_dk, platform, "
        "account_id, campaign_id, 'Formerly ' || number, status, false from campaigns "
        "where number in (9, 10)",
        "core.dim_channel": "select channel_dk, code as channel_code, name as channel_name, "
        "channel_group, is_paid from channels",
        "core.dim_fx_rate": "select currency as currency_code, day as rate_date, "
        "cast(case currency when 'USD' then 1 when 'EUR' then 1.08 else 0.095 end "
        "as decimal(20, 10)) as rate from days cross join (select distinct currency from accounts)",
        "marts.mart_campaign_daily": "select day as report_date, md5(channel_code) as channel_dk, "
        "account_dk, campaign_dk, currency as currency_code, spend as spend_amount, "
        "spend as spend_amount_reporting, 'USD' as reporting_currency_code, impressions, clicks, "
        "cast(orders * 1.4 as decimal(20, 6)) as platform_conversions, "
        "cast(net_revenue * 1.35 as decimal(20, 6)) as platform_conversion_value_amount, "
        "orders as attributed_orders, new_customers, "
        "net_revenue as net_revenue_amount_reporting from campaign_days",
        "marts.mart_channel_daily": "select day as report_date, channel_dk, channel_code, "
        "name as channel_name, channel_group, 'USD' as reporting_currency_code, "
        "cast(spend as decimal(20, 6)) as spend_amount_reporting, impressions, clicks, "
        "cast(orders as decimal(20, 6)) as attributed_orders, "
        "cast(new_customers as decimal(20, 6)) as new_customers, cast(net_revenue as "
        "decimal(20, 6)) as net_revenue_amount_reporting from channel_days",
        "marts.mart_finance_daily": "select day as report_date, 'USD' as currency_code, "
        "'USD' as reporting_currency_code, cast(sum(orders) as bigint) as orders, "
        "cast(sum(new_customers) as bigint) as new_customers, cast(sum(net_revenue) + "
        f"{shape.revenue_gap} as decimal(20, 6)) as net_revenue_amount_reporting "
        "from channel_days group by day",
    }


def _state(shape: Shape) -> dict[str, str]:
    missing = ", ".join(f"date '{day}'" for day in shape.missing_days) or "null"
    gates = "".join(
        f" union all select 'r1', {_AT}, '{gate}', 'fail', 3, '{message}', '{protects}', 77"
        for gate, message, protects in shape.failed_gates
    )
    published = " union all ".join(
        f"select '{name.split('.')[1]}' as table_name, '{name.split('.')[0]}' as schema_name, "
        f"'{shape.publish_id}' as publish_id, {_AT} as as_of, 60 as row_count, 'x' as content_hash, "
        f"'{shape.held.get(name.split('.')[1], '')}' as held_by, "
        f"{_AT if name.split('.')[1] in shape.held else 'cast(null as timestamp)'} as held_since"
        for name in _tables(shape)
        if name not in shape.without
    )
    return {
        "ops.published_tables": published,
        "ops.publish": f"select '{shape.publish_id}' as publish_id, 'r1' as run_id, "
        f"{_AT} as published_at, {_AT} - interval 1 minute as known_at, 77 as load_id, "
        "'0.1.0' as code_version",
        "ops.checks": _CHECKS + gates,
        "ops.accounts": f"select * exclude account_dk, {_AT} as seen_at from accounts",
        "ops.windows": _WINDOWS.format(missing=missing),
        "ops.syncs": _SYNCS,
        "ops.batches": _BATCHES,
        "ops.quarantine": _QUARANTINE,
        "ops.streams": "select * from (values ('google_ads', 'ad_days', 'report', 30), "
        "('google_ads', 'click_views', 'report', 3), ('meta_ads', 'ad_days', 'report', 28), "
        "('shopify', 'orders', 'incremental', 0)) as s(source, stream, kind, lookback_days)",
        "ops.project": "select 'brightcart' as name, 'USD' as reporting_currency, "
        f"'UTC' as reporting_timezone, date '{FIRST_DAY}' as start_date",
        "ops.metrics": f"select * from ({_METRICS}) as m(name, label, formula, unit, grain, edge_rules)",
    }


_AT = f"timestamp '{PUBLISHED_AT}'"

_CHECKS = f"""
select 'r1' as run_id, {_AT} as checked_at, gate, status, violations, message, protects,
    77 as load_id
from (values
    ('keys_unique', 'pass', 0, 'Every key occurs once', 'fact_ad_spend, fact_orders'),
    ('references_resolve', 'pass', 0, 'Every reference has its row', 'fact_ad_spend'),
    ('windows_covered', 'warn', 1, 'google_ads ad_days 7778889999: not read since 2026-06-20', ''),
    ('control_totals', 'pass', 0, 'The sources'' own sums are what was loaded', 'fact_ad_spend'),
    ('revenue_conserved', 'pass', 0, 'Attributed and unattributed revenue are finance revenue',
     'mart_channel_daily, mart_campaign_daily, mart_finance_daily')
) as c(gate, status, violations, message, protects)
"""

_WINDOWS = """
select
    accounts.source, streams.stream, accounts.scope, days.day as window_day, 7 as load_id,
    2 as versions, case when days.day_number % 17 = 0 then 0 else 120 end as row_count
from accounts
inner join (values ('google_ads', 'ad_days'), ('google_ads', 'click_views'), ('meta_ads', 'ad_days'))
    as streams(source, stream) on accounts.source = streams.source
cross join days
where
    (accounts.status = 'active' or days.day < date '2026-06-20')
    and coalesce(days.day not in ({missing}) or accounts.scope <> 'act_501', true)
"""

_STREAMS = """(values
    ('google_ads', 'ad_days'), ('google_ads', 'campaigns'), ('google_ads', 'click_views'),
    ('meta_ads', 'ad_days'), ('meta_ads', 'campaigns')) as streams(source, stream)"""

_SYNCS = f"""
select 'r1' as run_id, {_AT} - interval 4 minute as synced_at, accounts.source, streams.stream,
    accounts.scope, case accounts.status when 'active' then 'ok' else 'unavailable' end as status,
    accounts.reason as message, 4120 as received, 4120 as landed, 0 as quarantined, 17 as unchanged,
    31 as windows
from accounts inner join {_STREAMS} on accounts.source = streams.source
union all
select 'r1', {_AT} - interval 3 minute, 'shopify', stream, 'all', 'ok', '', 1800, 1798, 2, 0, 0
from (values ('orders'), ('customers'), ('products')) as s(stream)
union all
select 'r1', {_AT} - interval 3 minute, 'fx', 'rates', 'all', 'failed',
    'rates.csv: <b>line 71</b> has no rate', 0, 0, 0, 0, 0
"""

_BATCHES = f"""
select accounts.source, streams.stream, accounts.scope, {_AT} - interval 4 minute as extracted_at,
    {_AT} - interval 2 minute as loaded_at, 84120 as received, 84118 as landed, 2 as quarantined,
    cast(null as timestamp) as cursor_until
from accounts inner join {_STREAMS} on accounts.source = streams.source
union all
select 'shopify', stream, 'all', {_AT} - interval 3 minute, {_AT} - interval 2 minute, 91800, 91797,
    3, case stream when 'orders' then {_AT} - interval 14 minute end
from (values ('orders'), ('customers'), ('products')) as s(stream)
"""

_QUARANTINE = f"""
select * from (values
    ('shopify', 'orders', 'all', 'record without its key', 2, {_AT} - interval 3 minute),
    ('meta_ads', 'ad_days', 'act_501', 'not a finite number: spend', 1, {_AT} - interval 30 hour)
) as q(source, stream, scope, reason, records, newest_at)
"""

_METRICS = """
values
    ('net_revenue', 'Net revenue', 'gross sales - discounts - refunds', 'currency', 'day',
     'each component on the day it happened; tax and shipping excluded'),
    ('spend', 'Spend', 'sum of spend', 'currency', 'day, channel, campaign',
     'on the day of the ad account; n/a when a rate is missing'),
    ('roas', 'ROAS', 'attributed net revenue / spend', 'ratio', 'day, channel, campaign',
     'n/a when spend is 0'),
    ('mer', 'MER', 'net revenue / spend', 'ratio', 'day', 'n/a when spend is 0'),
    ('new_customers', 'New customers', 'first orders', 'count', 'day', 'a person counts once'),
    ('cac', 'CAC', 'spend / new customers', 'currency', 'day, channel', 'n/a without new customers'),
    ('orders', 'Orders', 'orders placed', 'count', 'day', 'cancelled ones included, tests not'),
    ('ctr', 'CTR', 'clicks / impressions', 'rate', 'day', 'n/a without impressions'),
    ('cpc', 'CPC', 'spend / clicks', 'currency', 'day', 'n/a without clicks')
"""
