{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

with

refunds as (

    select * from {{ ref('stg_shopify__refunds') }}
    where load_id > {{ transformed_load_id() }}

),

order_lines as (

    select
        order_line_dk,
        is_gift_card,
        is_tip
    from {{ ref('stg_shopify__order_lines') }}
    where load_id > {{ transformed_load_id() }}

),

refund_lines as (

    select
        lines.*,
        coalesce(order_lines.is_gift_card, false) as is_gift_card,
        coalesce(order_lines.is_tip, false) as is_tip
    from {{ ref('stg_shopify__refund_lines') }} as lines
    left join order_lines on lines.order_line_dk = order_lines.order_line_dk
    where lines.load_id > {{ transformed_load_id() }}

),

line_sums as (

    select
        refund_dk,
        {{ strict_sum_if('not is_gift_card and not is_tip', 'items_amount') }} as items_amount,
        {{ strict_sum_if('is_gift_card', 'items_amount') }} as gift_card_amount,
        {{ strict_sum_if('is_tip', 'items_amount') }} as tip_amount,
        {{ strict_sum('tax_amount') }} as tax_amount,
        sum(quantity) as quantity,
        count_if(has_cast_problem) > 0 as has_cast_problem
    from refund_lines
    group by refund_dk

),

summed as (

    select
        refunds.order_dk,
        refunds.refund_dk,
        refunds.shop,
        refunds.refund_id,
        refunds.refunded_at,
        {{ report_date('refunds.refunded_at') }} as report_date,
        case when line_sums.refund_dk is null then 0 else line_sums.items_amount end
            as items_amount,
        case when line_sums.refund_dk is null then 0 else line_sums.gift_card_amount end
            as gift_card_amount,
        case when line_sums.refund_dk is null then 0 else line_sums.tip_amount end as tip_amount,
        case when line_sums.refund_dk is null then 0 else line_sums.tax_amount end
        + refunds.shipping_tax_amount as tax_amount,
        refunds.shipping_amount,
        -- With the shop's sign: negative is money refunded without goods.
        refunds.adjustment_amount,
        refunds.adjustment_tax_amount,
        refunds.duty_amount,
        refunds.total_refunded_amount,
        coalesce(line_sums.quantity, 0) as quantity,
        refunds.currency_code,
        refunds.has_cast_problem or coalesce(line_sums.has_cast_problem, false)
            as has_cast_problem,
        refunds.load_id
    from refunds
    left join line_sums on refunds.refund_dk = line_sums.refund_dk

)

select * from summed
