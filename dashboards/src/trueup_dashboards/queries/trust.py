"""Queries of the Trust page and of the header."""

from trueup_dashboards.names import shown

# One row per stream and account.
FRESHNESS = f"""
select
    syncs.source,
    syncs.stream,
    case
        when syncs.scope in ('*', 'all') then 'all'
        else coalesce(nullif({shown("accounts.name")}, '(no name)'), {shown("syncs.scope")})
    end as account,
    syncs.status,
    syncs.synced_at,
    batches.extracted_at as changed_at,
    case when coalesce(syncs.message, '') = '' then '' else {shown("syncs.message")} end as message
from ops.syncs as syncs
left join ops.batches as batches
    on syncs.source = batches.source
    and syncs.stream = batches.stream
    and syncs.scope = batches.scope
left join ops.accounts as accounts
    on syncs.source = accounts.source and syncs.scope = accounts.scope
order by (syncs.status = 'ok'), syncs.source, syncs.stream, account
"""

UNAVAILABLE = f"""
select source, {shown("scope")} as account_id, {shown("name")} as account,
    {shown("reason")} as reason
from ops.accounts
where status <> 'active'
order by source, scope
"""

# One row per gate of the newest run; what failed comes first.
GATES = """
select
    gate,
    status,
    violations,
    regexp_replace(left(message, 400), '[\\p{Cc}\\x{202A}-\\x{202E}\\x{2066}-\\x{2069}]', '�', 'g')
        as message,
    protects,
    checked_at
from ops.checks
order by case status when 'fail' then 1 when 'warn' then 2 else 3 end, gate
"""

QUARANTINE = f"""
select
    quarantine.source,
    quarantine.stream,
    coalesce(nullif({shown("accounts.name")}, '(no name)'), {shown("quarantine.scope")}) as account,
    {shown("quarantine.reason")} as reason,
    cast(quarantine.records as bigint) as records,
    quarantine.newest_at
from ops.quarantine as quarantine
left join ops.accounts as accounts
    on quarantine.source = accounts.source and quarantine.scope = accounts.scope
order by records desc, quarantine.source, quarantine.stream, reason
"""

# One row per stream and account: records received, landed and quarantined, over all loads.
LEDGER = f"""
select
    batches.source,
    batches.stream,
    coalesce(nullif({shown("accounts.name")}, '(no name)'), {shown("batches.scope")}) as account,
    cast(batches.received as bigint) as received,
    cast(batches.landed as bigint) as landed,
    cast(batches.quarantined as bigint) as quarantined,
    batches.extracted_at,
    batches.loaded_at
from ops.batches as batches
left join ops.accounts as accounts
    on batches.source = accounts.source and batches.scope = accounts.scope
order by batches.source, batches.stream, account
"""

# One row per figure of a day that the version before showed with another value.
MOVED = f"""
select
    moved.report_date as day,
    replace(moved.metric, '_', ' ') as metric,
    case
        when channels.channel_code is null then 'all channels'
        else {shown("channels.channel_name")}
    end as channel,
    moved.before_value,
    moved.after_value,
    moved.after_value - moved.before_value as change,
    moved.was_final,
    moved.since_publish_id
from ops.moved_figures as moved
left join core.dim_channel as channels on moved.channel_code = channels.channel_code
order by moved.was_final desc, moved.report_date desc, moved.metric, channel
"""

# One row.
SUMMARY = """
select
    (select count(*) from ops.checks) as gates,
    (select count(*) from ops.checks where status = 'fail') as failed,
    (select count(*) from ops.checks where status = 'warn') as warned,
    (select count(*) from ops.syncs where status <> 'ok') as late_streams,
    (select count(*) from ops.accounts where status <> 'active') as unavailable_accounts,
    (select coalesce(cast(sum(records) as bigint), 0) from ops.quarantine) as quarantined
"""

PUBLISH = """
select publish_id, run_id, published_at, known_at, load_id, code_version from ops.publish
"""
