-- One row per current record with a value that could not be read.
with

found as (

    select
        platform as source,
        'ad_days' as stream,
        account_id as scope,
        platform_date || ' ' || entity_id as record,
        load_id
    from {{ ref('fact_ad_spend_hist') }}
    where has_cast_problem and closed_load_id is null
    {%- for entity in ['account', 'campaign', 'ad_group', 'ad'] %}
        union all
        select
            platform as source,
            '{{ entity }}s' as stream,
            account_id as scope,
            {{ entity }}_id as record,
            load_id
        from {{ ref('int_' ~ entity ~ 's_versioned') }}
        where has_cast_problem and closed_load_id is null
    {%- endfor %}
    {%- for stream, record in [
        ('orders', 'order_id'), ('customers', 'customer_id'), ('products', 'product_id')
    ] %}
        union all
        select
            'shopify' as source,
            '{{ stream }}' as stream,
            shop as scope,
            {{ record }} as record,
            load_id
        from {{ ref('stg_shopify__' ~ stream) }}
        where has_cast_problem
    {%- endfor %}
    {%- for part in ['order_lines', 'refunds', 'refund_lines', 'payments', 'journey_moments'] %}
        union all
        select
            'shopify' as source,
            '{{ part }}' as stream,
            null as scope,
            order_dk as record,
            load_id
        from {{ ref('stg_shopify__' ~ part) }}
        where has_cast_problem
    {%- endfor %}
    union all
    select
        'fx' as source,
        'rates' as stream,
        scope,
        rate_key as record,
        load_id
    from {{ ref('int_fx_rates_versioned') }}
    where has_cast_problem and closed_load_id is null

)

select * from found
