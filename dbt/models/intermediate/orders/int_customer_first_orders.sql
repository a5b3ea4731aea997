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
        created_at,
        extracted_at,
        customer_order_count,
        customer_order_index,
        not is_test and not is_deleted as is_counted,
        not is_test and is_deleted as is_missing,
        record_load_id,
        load_id
    from orders
    where customer_id is not null
    union all
    select
        'email|' || shop || '|' || email_token as identity_key,
        order_dk,
        placed_at,
        order_id,
        created_at,
        extracted_at,
        -- The shop counts by customer, not by e-mail address.
        null as customer_order_count,
        null as customer_order_index,
        not is_test and not is_deleted as is_counted,
        not is_test and is_deleted as is_missing,
        record_load_id,
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
    -- An order may have been the first one of an identity that it has lost since.
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

missing_before as (

    -- Orders that the shop still included in the stated rank, and deleted since.
    select
        ranked.identity_key,
        count(*) as order_count
    from ranked
    inner join ranked as missing
        on
            ranked.identity_key = missing.identity_key
            and missing.is_missing
            and missing.placed_at <= ranked.placed_at
            and missing.load_id > ranked.record_load_id
    where ranked.order_number = 1
    group by ranked.identity_key

),

counts_stated as (

    -- Number of the customer's orders, as the shop last stated it.
    select *
    from ranked
    where customer_order_count is not null
    qualify row_number() over (
        partition by identity_key
        order by extracted_at desc, customer_order_count desc, created_at desc, order_id desc
    ) = 1

),

counts_known as (

    -- Number of these orders that were read, including orders deleted since.
    select
        stated.identity_key,
        min(stated.customer_order_count) as stated_count,
        count_if(
            ranked.created_at <= greatest(stated.extracted_at, stated.created_at)
            and (
                ranked.is_counted
                or (ranked.is_missing and ranked.load_id > stated.record_load_id)
            )
        ) as known_count
    from counts_stated as stated
    inner join ranked on stated.identity_key = ranked.identity_key
    group by stated.identity_key

),

firsts as (

    -- The earliest order that was read is not the first if the shop counts more orders. If the shop
    -- states no count, the order's rank in its journey decides.
    select
        identity_loads.identity_key,
        case
            when
                ranked.is_counted
                and case
                    when counts_known.stated_count is not null
                        then counts_known.stated_count <= counts_known.known_count
                    else
                        coalesce(ranked.customer_order_index, 1)
                        <= 1 + coalesce(missing_before.order_count, 0)
                end
                then ranked.order_dk
        end as first_order_dk,
        identity_loads.load_id
    from identity_loads
    left join ranked
        on identity_loads.identity_key = ranked.identity_key and ranked.order_number = 1
    left join missing_before on identity_loads.identity_key = missing_before.identity_key
    left join counts_known on identity_loads.identity_key = counts_known.identity_key

),

changed as (

    -- A new first order marks all orders of the customer as changed, so the row is rewritten only
    -- then. Else every day with an earlier order would be computed again.
    select firsts.*
    from firsts
    {%- if is_incremental() %}
    left join {{ this }} as known on firsts.identity_key = known.identity_key
    where
        known.identity_key is null
        or known.first_order_dk is distinct from firsts.first_order_dk
    {%- endif %}

)

select * from changed
