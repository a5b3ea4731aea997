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

    select distinct identity_key from order_identities
    where load_id > {{ transformed_load_id() }}
    {%- if is_incremental() %}
    union
    -- An order may have been the first of an identity that it no longer has.
    select identity_key from {{ this }}
    where first_order_dk in (
        select order_dk from orders where load_id > {{ transformed_load_id() }}
    )
    {%- endif %}

),

ranked as (

    select
        order_identities.*,
        max(load_id) over (partition by identity_key) as newest_load_id,
        row_number() over (
            partition by identity_key order by is_counted desc, placed_at asc, order_id asc
        ) as order_number
    from order_identities
    where identity_key in (select identity_key from touched_identities)

),

firsts as (

    select
        touched_identities.identity_key,
        case when ranked.is_counted then ranked.order_dk end as first_order_dk,
        coalesce(ranked.newest_load_id, 0) as load_id,
        -- Not the load of any row: an order that left an identity makes another one its first.
        (select max(load_id) from orders) as ranked_load_id
    from touched_identities
    left join ranked
        on touched_identities.identity_key = ranked.identity_key and ranked.order_number = 1

)

select * from firsts
