{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='identity_key'
) }}

with

orders as (

    select * from {{ ref('stg_shopify__orders') }}

),

order_identities as (

    select
        'customer|' || shop || '|' || customer_id as identity_key,
        order_dk,
        placed_at,
        order_id,
        not is_test and not is_deleted as is_counted,
        load_id
    from orders
    where customer_id is not null
    union all
    select
        'email|' || shop || '|' || email_token as identity_key,
        order_dk,
        placed_at,
        order_id,
        not is_test and not is_deleted as is_counted,
        load_id
    from orders
    where email_token is not null

),

touched_identities as (

    select
        identity_key,
        max(load_id) as load_id
    from order_identities
    where load_id > {{ transformed_load_id() }}
    group by identity_key
    {%- if is_incremental() %}
    union all
    -- An order may have been the first of an identity that it no longer has.
    select
        known.identity_key,
        max(orders.load_id) as load_id
    from {{ this }} as known
    inner join orders on known.first_order_dk = orders.order_dk
    where orders.load_id > {{ transformed_load_id() }}
    group by known.identity_key
    {%- endif %}

),

identity_loads as (

    select
        identity_key,
        max(load_id) as load_id
    from touched_identities
    group by identity_key

),

ranked as (

    select
        order_identities.*,
        row_number() over (
            partition by identity_key order by is_counted desc, placed_at asc, order_id asc
        ) as order_number
    from order_identities
    where identity_key in (select identity_key from identity_loads)

),

firsts as (

    -- All of an identity's orders count as changed with it: which one is its first may be another.
    select
        identity_loads.identity_key,
        case when ranked.is_counted then ranked.order_dk end as first_order_dk,
        identity_loads.load_id
    from identity_loads
    left join ranked
        on identity_loads.identity_key = ranked.identity_key and ranked.order_number = 1

)

select * from firsts
