with

batches as (

    select * from {{ source('warehouse', 'batches') }}

),

syncs as (

    select * from {{ source('operations', 'syncs') }}

),

reads as (

    select
        batches.source,
        batches.stream,
        batches.scope,
        batches.extracted_at as read_at,
        batches.extracted_at as landed_at,
        batches.cursor_until
    from batches
    union all
    -- A read that found nothing new leaves no batch.
    select
        syncs.source,
        syncs.stream,
        syncs.scope,
        syncs.synced_at as read_at,
        cast(null as timestamp) as landed_at,
        cast(null as timestamp) as cursor_until
    from syncs
    where syncs.status = 'ok'

),

summed as (

    select
        reads.source,
        reads.stream,
        {{ account_of_scope('reads.scope') }} as scope,
        min(reads.landed_at) as first_read_at,
        max(reads.read_at) as last_read_at,
        max(reads.cursor_until) as complete_until
    from reads
    group by reads.source, reads.stream, {{ account_of_scope('reads.scope') }}

)

select * from summed
where first_read_at is not null
