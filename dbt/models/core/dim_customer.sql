{{ config(meta={'publish_partition': 'created_at'}) }}

-- Has placeholders for the customers of these orders, so it is withheld with them.
-- depends_on: {{ ref('fact_orders') }}

with

customers as (

    select * from {{ ref('stg_shopify__customers') }}

),

listed as (

    select * from customers
    where not is_deleted

),

ordering as (

    -- Guests, and customers whose record the shop has not given.
    select
        orders.customer_dk,
        min(orders.shop) as shop,
        min(orders.customer_id) as customer_id,
        min(case when orders.customer_id is null then orders.email_token end) as email_token,
        -- A deleted customer becomes a placeholder, even if its orders are older.
        greatest(min(orders.load_id), coalesce(max(customers.load_id), 0)) as load_id
    from {{ ref('int_orders_summed') }} as orders
    left join customers on orders.customer_dk = customers.customer_dk
    where orders.customer_dk <> '-1'
    group by orders.customer_dk

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
