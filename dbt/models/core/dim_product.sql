-- Has placeholders for the products of these lines, so it is withheld with them.
-- depends_on: {{ ref('fact_order_lines') }}

with

listed as (

    select
        product_dk,
        shop,
        product_id,
        product_title,
        handle,
        vendor,
        product_type,
        status,
        created_at,
        is_deleted,
        load_id
    from {{ ref('stg_shopify__products') }}

),

sold as (

    select
        {{ surrogate_key('product', ['shop', 'product_id']) }} as product_dk,
        shop,
        product_id,
        min(title) as product_title,
        min(load_id) as load_id
    from {{ ref('stg_shopify__order_lines') }}
    where product_id is not null
    group by shop, product_id

),

members as (

    select
        *,
        false as is_inferred
    from listed
    union all
    select
        product_dk,
        shop,
        product_id,
        product_title,
        null as handle,
        null as vendor,
        null as product_type,
        null as status,
        null as created_at,
        false as is_deleted,
        load_id,
        true as is_inferred
    from sold
    where product_dk not in (select product_dk from listed)
    {%- for key, label in [('-1', 'Unknown'), ('-2', 'Not applicable'), ('-3', 'Not yet listed')] %}
        union all
        select
            '{{ key }}' as product_dk,
            null as shop,
            null as product_id,
            '{{ label }}' as product_title,
            null as handle,
            null as vendor,
            null as product_type,
            null as status,
            null as created_at,
            false as is_deleted,
            0 as load_id,
            {{ 'true' if key == '-3' else 'false' }} as is_inferred
    {%- endfor %}

)

select * from members
