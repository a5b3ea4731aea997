with

streams as (

    select
        *,
        {{ figure_of_stream('stream') }} as figure
    from {{ source('operations', 'streams') }}

),

batches as (

    select * from {{ source('warehouse', 'batches') }}

),

syncs as (

    select * from {{ source('operations', 'syncs') }}
    where status = 'ok'

),

listed as (

    select
        source,
        {{ account_of_scope('scope') }} as scope,
        status = 'active' as is_active
    from {{ source('operations', 'accounts') }}

),

attempts as (

    select
        source,
        stream,
        scope,
        extracted_at as read_at,
        extracted_at as landed_at,
        cursor_until
    from batches
    union all
    -- A read that found nothing new leaves no batch.
    select
        source,
        stream,
        scope,
        synced_at as read_at,
        cast(null as timestamp) as landed_at,
        cast(null as timestamp) as cursor_until
    from syncs

),

reads as (

    select
        source,
        stream,
        {{ account_of_scope('scope') }} as scope,
        max(read_at) as last_read_at,
        max(cursor_until) as complete_until
    from attempts
    group by source, stream, {{ account_of_scope('scope') }}
    having max(landed_at) is not null

),

accounts as (

    select * from listed
    union
    -- Accounts that have landed. They can be read if their source has listed none at all yet.
    select
        reads.source,
        reads.scope,
        reads.source not in (select listed.source from listed) as is_active
    from reads
    where
        {{ figure_of_stream('reads.stream') }} is not null
        and not exists (
            select 1 from listed
            where listed.source = reads.source and listed.scope = reads.scope
        )

),

account_streams as (

    select
        streams.figure,
        streams.source,
        streams.stream,
        streams.lookback_days,
        accounts.scope,
        coalesce(accounts.is_active, false) as is_active,
        reads.last_read_at,
        reads.complete_until
    from streams
    left join accounts on streams.source = accounts.source
    left join reads
        on
            streams.source = reads.source
            and streams.stream = reads.stream
            and accounts.scope = reads.scope
    where streams.figure is not null

)

select * from account_streams
