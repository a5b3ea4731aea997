with

channels as (

    select * from {{ ref('channels') }}

),

keyed as (

    select
        {{ surrogate_key('channel', ['channel_code']) }} as channel_dk,
        channel_code,
        channel_name,
        channel_group,
        is_paid,
        is_direct,
        tie_rank,
        spend_platform
    from channels
    union all
    select '-1', 'unknown', 'Unknown', 'Unknown', false, false, 100, null
    union all
    select '-2', 'not_applicable', 'Not applicable', 'Unknown', false, false, 101, null

)

select * from keyed
