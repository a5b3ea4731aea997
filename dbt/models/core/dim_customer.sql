-- Holds placeholders for the customers of these orders, and so is held back with them.
-- depends_on: {{ ref('fact_orders') }}

with

listed as (

    select * from {{ ref('stg_shopify__customers') }}
    where not is_deleted

),

ordering as (

    -- Guests, and customers whose record the shop has not given.
    select
        customer_dk,
        min(shop) as shop,
        min(customer_id) as customer_id,
        min(case when customer_id is null then email_token end) as email_token,
        min(load_id) as load_id
    from {{ ref('int_orders_summed') }}
    where customer_dk <> '-1'
    group by customer_dk

),

members as (

    select
        customer_dk,
        shop,
        customer_id,
        email_token,
        state,
        marketing_state,
        country_code,
        created_at,
        false as is_guest,
        false as is_inferred,
        load_id
    from listed
    union all
    select
        customer_dk,
        shop,
        customer_id,
        email_token,
        null as state,
        null as marketing_state,
        null as country_code,
        null as created_at,
        customer_id is null as is_guest,
        customer_id is not null as is_inferred,
        load_id
    from ordering
    where customer_dk not in (select customer_dk from listed)
    {%- for key in ['-1', '-2', '-3'] %}
        union all
        select
            '{{ key }}' as customer_dk,
            null as shop,
            null as customer_id,
            null as email_token,
            null as state,
            null as marketing_state,
            null as country_code,
            null as created_at,
            false as is_guest,
            {{ 'true' if key == '-3' else 'false' }} as is_inferred,
            0 as load_id
    {%- endfor %}

)

select * from members
