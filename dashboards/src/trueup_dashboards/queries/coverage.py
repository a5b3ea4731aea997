"""Coverage: the days of each account that are final, provisional, missing or beyond reach.

A day with a complete window has been read, even with zero rows. A day without one is missing, or
beyond the vendor's reach when it is older than the first day that the vendor still answers for. The
day of the publish itself is missing only once it is over.
"""

from trueup_dashboards.names import shown

# The longest lookback of an ad platform, for versions that do not state a stream's own.
ASSUMED_LOOKBACK_DAYS = 30

_PUBLISHED_LOOKBACKS = "select source, stream, lookback_days from ops.streams where kind = 'report'"
_ASSUMED_LOOKBACKS = (
    f"select distinct source, stream, {ASSUMED_LOOKBACK_DAYS} as lookback_days from ops.windows"
)
_PUBLISHED_START = "select start_date from ops.project"
_SEEN_START = "select min(window_day) as start_date from ops.windows"

_PUBLISHED_REACH = """
    select source, stream, scope, max(answered_from) as answered_from
    from ops.syncs
    group by source, stream, scope
"""
_NO_REACH = """
    select '' as source, '' as stream, '' as scope, cast(null as date) as answered_from where false
"""

_COVERAGE = """
lookbacks as ({lookbacks}),
start as ({start}),
reached as ({reach}),
accounts as (
    select source, scope, accounts.name, coalesce(zones.name, 'UTC') as timezone, status, reason
    from ops.accounts as accounts
    left join pg_timezone_names() as zones on accounts.timezone = zones.name
    union all by name
    select distinct source, scope, scope as name, 'UTC' as timezone, '' as status, '' as reason
    from ops.windows anti join ops.accounts using (source, scope)
    union all by name
    -- Of a source that was never read, no account is known: every day of it is missing.
    select distinct
        source,
        source as scope,
        'all accounts' as name,
        'UTC' as timezone,
        'active' as status,
        source || ' has never been read' as reason
    from lookbacks
    anti join ops.windows using (source)
    anti join ops.accounts using (source)
),
calendar as (
    select
        accounts.*,
        lookbacks.stream,
        lookbacks.lookback_days,
        cast(timezone(accounts.timezone, publish.published_at at time zone 'UTC') as date) as today,
        start.start_date
    from accounts
    inner join lookbacks on accounts.source = lookbacks.source
    cross join ops.publish as publish
    cross join start
),
expected as (
    select
        calendar.*,
        cast(unnest(generate_series(start_date, today, interval 1 day)) as date) as day
    from calendar
),
coverage as (
    select
        expected.source,
        expected.stream,
        expected.scope,
        expected.name,
        expected.timezone,
        expected.status,
        expected.reason,
        expected.day,
        windows.row_count,
        case
            when windows.window_day is null and expected.day < reached.answered_from
                then {beyond_reach}
            when windows.window_day is null then 'missing'
            when expected.day >= expected.today - expected.lookback_days then 'provisional'
            else 'final'
        end as state
    from expected
    left join ops.windows as windows
        on expected.source = windows.source
        and expected.stream = windows.stream
        and expected.scope = windows.scope
        and expected.day = windows.window_day
    left join reached
        on expected.source = reached.source
        and expected.stream = reached.stream
        and expected.scope = reached.scope
    where expected.day < expected.today or windows.window_day is not null
)
"""

# The streams with spend; others, such as clicks, have no amounts. An account that could never be
# read has no figures that could be incomplete: the Trust page names it.
_SPEND = """
    stream in ('ad_days', 'campaign_days')
    and (status = 'active' or (source, scope) in (select (source, scope) from ops.windows))
"""

_BEYOND_REACH = "'beyond the vendor''s reach'"
_IS_BEYOND_REACH = f"state = {_BEYOND_REACH}"


def coverage_cte(*, has_streams: bool, has_project: bool, has_reach: bool) -> str:
    """The common table expressions that end in `coverage`, one row per account, stream and day."""
    return _COVERAGE.format(
        lookbacks=_PUBLISHED_LOOKBACKS if has_streams else _ASSUMED_LOOKBACKS,
        start=_PUBLISHED_START if has_project else _SEEN_START,
        reach=_PUBLISHED_REACH if has_reach else _NO_REACH,
        beyond_reach=_BEYOND_REACH,
    )


def spend_states(coverage: str) -> str:
    """One row per day: the worst state among the accounts' spend."""
    return f"""
with {coverage}
select
    day,
    case
        when count(*) filter (state = 'missing') > 0 then 'missing'
        when count(*) filter ({_IS_BEYOND_REACH}) > 0 then {_BEYOND_REACH}
        when count(*) filter (state = 'provisional') > 0 then 'provisional'
        else 'final'
    end as state
from coverage
where {_SPEND}
group by day
order by day
"""


def account_states(coverage: str) -> str:
    """One row per account: how many days of the period are in which state."""
    return f"""
with {coverage},
days as (
    select
        source,
        scope,
        day,
        max(case
            when state = 'missing' then 4
            when {_IS_BEYOND_REACH} then 3
            when state = 'provisional' then 2
            else 1
        end) as worst
    from coverage
    where {_SPEND} and day >= $since and day < $until
    group by source, scope, day
)
select
    source,
    scope,
    count(*) filter (worst = 1) as final_days,
    count(*) filter (worst = 2) as provisional_days,
    count(*) filter (worst = 3) as beyond_reach_days,
    count(*) filter (worst = 4) as missing_days
from days
group by source, scope
"""


def missing_days(coverage: str) -> str:
    """One row per account and day of the period on which the account's spend is unknown."""
    return f"""
with {coverage}
select distinct source, scope, day
from coverage
where {_SPEND} and (state = 'missing' or {_IS_BEYOND_REACH}) and day >= $since and day < $until
order by source, scope, day
"""


def strips(coverage: str) -> str:
    """One row per account, stream and day of the period, for the heat strip."""
    return f"""
with {coverage}
select
    {shown("coalesce(nullif(name, ''), scope)")} || ' · ' || source || '.' || stream as strip,
    source,
    {shown("scope")} as account_id,
    stream,
    day,
    state,
    row_count,
    case
        when state = 'missing' then coalesce(nullif({shown("reason")}, '(no name)'), 'not read')
        when {_IS_BEYOND_REACH} then 'the vendor no longer answers for this day'
        when row_count = 0 then 'complete, no rows'
        else 'complete'
    end as says
from coverage
where day >= $since and day < $until
order by strip, day
"""


# A cursor stream is complete up to its newest successful sync.
def orders_until(*, has_cursor: bool, has_streams: bool) -> str:
    """One row: the end of the time that every shop's orders are read for, as naive UTC, and the
    number of days after its end on which a day may still get orders."""
    late = "select max(lookback_days) from ops.streams where stream = 'orders'"
    late_days = f"coalesce(({late}), 0)" if has_streams else "0"
    told = "batches.cursor_until" if has_cursor else "cast(null as timestamp)"
    return f"""
select min(coalesce(
    {told},
    case when syncs.status = 'ok' then syncs.synced_at end,
    batches.extracted_at
)) as complete_until,
{late_days} as late_days
from ops.syncs as syncs
full outer join ops.batches as batches
    on syncs.source = batches.source
    and syncs.stream = batches.stream
    and syncs.scope = batches.scope
where coalesce(syncs.stream, batches.stream) = 'orders'
"""


# One row: the days that any report was read for.
SPAN = """
select min(window_day) as first_day, max(window_day) as last_day, '' as currency from ops.windows
"""
