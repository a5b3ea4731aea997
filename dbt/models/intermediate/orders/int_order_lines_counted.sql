{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

with

lines as (

    select * from {{ ref('stg_shopify__order_lines') }}
    where load_id > {{ transformed_load_id() }}

),

orders as (

    select
        order_dk,
        cancelled_at is not null as is_cancelled,
        is_edited,
        {{ is_unpaid('financial_status') }} as is_unpaid
    from {{ ref('stg_shopify__orders') }}
    where load_id > {{ transformed_load_id() }}

),

refunded as (

    select
        order_line_dk,
        sum(quantity) as quantity
    from {{ ref('stg_shopify__refund_lines') }}
    where load_id > {{ transformed_load_id() }}
    group by order_line_dk

),

missing as (

    -- Removed units that no refund names.
    select
        lines.*,
        orders.is_cancelled,
        greatest(
            lines.quantity
            - coalesce(refunded.quantity, 0)
            - case
                when orders.is_cancelled and orders.is_unpaid then 0
                when not orders.is_cancelled and not orders.is_edited then lines.quantity
                else coalesce(lines.current_quantity, lines.quantity)
            end, 0
        ) as missing_quantity
    from lines
    inner join orders on lines.order_dk = orders.order_dk
    left join refunded on lines.order_line_dk = refunded.order_line_dk

),

counted as (

    -- An edit removes units that were never sold; a cancellation ends a real sale.
    select
        order_dk,
        order_line_dk,
        shop,
        line_id,
        line_position,
        product_id,
        variant_id,
        sku,
        title,
        quantity - case when is_cancelled then 0 else missing_quantity end as quantity,
        current_quantity,
        case when is_cancelled then missing_quantity else 0 end as cancelled_quantity,
        is_gift_card,
        is_tip,
        unit_price_amount,
        {%- for amount in ['gross_amount', 'discount_amount', 'tax_amount'] %}
            case
                when is_cancelled or missing_quantity = 0 then {{ amount }}
                else {{ share_of_units(amount, 'quantity - missing_quantity', 'quantity') }}
            end as {{ amount }},
        {%- endfor %}
        {%- for name, amount in [
            ('cancelled_amount', '(gross_amount - discount_amount)'),
            ('cancelled_tax_amount', 'tax_amount')
        ] %}
            case
                when not is_cancelled or missing_quantity = 0 then 0
                else {{ share_of_units(amount, 'missing_quantity', 'quantity') }}
            end as {{ name }},
        {%- endfor %}
        currency_code,
        has_cast_problem,
        load_id
    from missing

)

select * from counted
