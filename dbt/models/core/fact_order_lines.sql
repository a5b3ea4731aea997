{{ config(materialized='view', meta={'publish_partition': 'report_date'}) }}

with

lines as (

    select * from {{ ref('int_order_lines_counted') }}

),

orders as (

    select
        order_dk,
        report_date,
        is_test,
        is_cancelled
    from {{ ref('int_orders_summed') }}

),

described as (

    select
        lines.order_line_dk,
        lines.order_dk,
        lines.line_id,
        lines.line_position,
        orders.report_date,
        orders.is_test,
        orders.is_cancelled,
        case
            when lines.product_id is null then '-2'
            else {{ surrogate_key('product', ['lines.shop', 'lines.product_id']) }}
        end as product_dk,
        lines.variant_id,
        lines.sku,
        lines.title,
        lines.quantity,
        lines.current_quantity,
        lines.cancelled_quantity,
        lines.is_gift_card,
        lines.is_tip,
        lines.currency_code,
        lines.unit_price_amount,
        lines.gross_amount,
        lines.discount_amount,
        lines.tax_amount,
        lines.has_cast_problem,
        lines.load_id
    from lines
    inner join orders on lines.order_dk = orders.order_dk

)

select * from described
