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
    {%- for key, code, name, rank in [
        ('-1', 'unknown', 'Unknown', 100), ('-2', 'not_applicable', 'Not applicable', 101)
    ] %}
        select
            '{{ key }}' as channel_dk,
            '{{ code }}' as channel_code,
            '{{ name }}' as channel_name,
            'Unknown' as channel_group,
            false as is_paid,
            false as is_direct,
            {{ rank }} as tie_rank,
            null as spend_platform
        {{- '\n    union all' if not loop.last }}
    {%- endfor %}

)

select * from keyed
