{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ delete_changed('order_dk', new_orders()) }}"
) }}

{#- An edit may remove shipping that a refund pays back; it counts until that refund. -#}
{%- set refunded_shipping =
    'case when refunds.order_dk is null then 0 else refunds.refunded_shipping_amount end' %}
{%- set shipping =
    'orders.total_shipping_amount + least(orders.removed_shipping_amount, ' ~ refunded_shipping ~ ')'
%}

with

orders as (

    select * from {{ ref('stg_shopify__orders') }}
    where load_id > {{ transformed_load_id() }}

),

lines as (

    select
        order_dk,
        {{ strict_sum_if('not is_gift_card and not is_tip', 'gross_amount') }} as gross_amount,
        {{ strict_sum_if('is_gift_card', 'gross_amount - discount_amount') }} as gift_card_amount,
        {{ strict_sum_if('not is_gift_card and not is_tip', 'discount_amount') }}
            as discount_amount,
        {{ strict_sum_if('not is_gift_card and not is_tip', 'cancelled_amount') }}
            as cancelled_amount,
        {{ strict_sum_if('is_gift_card', 'cancelled_amount') }} as cancelled_gift_card_amount,
        {{ strict_sum('cancelled_tax_amount') }} as cancelled_tax_amount,
        count(*) as line_count,
        count_if(has_cast_problem) > 0 as has_cast_problem
    from {{ ref('int_order_lines_counted') }}
    where load_id > {{ transformed_load_id() }}
    group by order_dk

),

refunds as (

    select
        order_dk,
        {{ strict_sum('total_refunded_amount') }} as refunded_amount,
        {{ strict_sum('tax_amount') }} as refunded_tax_amount,
        {{ strict_sum('shipping_amount') }} as refunded_shipping_amount,
        count(*) as refund_count
    from {{ ref('int_refunds_summed') }}
    where load_id > {{ transformed_load_id() }}
    group by order_dk

),

summed as (

    select
        orders.order_dk,
        orders.shop,
        orders.order_id,
        orders.order_name,
        orders.customer_id,
        orders.email_token,
        {{ customer_dk('orders.shop', 'orders.customer_id', 'orders.email_token') }} as customer_dk,
        orders.placed_at,
        {{ report_date('orders.placed_at') }} as report_date,
        orders.cancelled_at,
        orders.is_test,
        orders.cancelled_at is not null as is_cancelled,
        orders.is_edited,
        orders.financial_status,
        orders.fulfillment_status,
        orders.source_name,
        orders.currency_code,
        orders.presentment_currency_code,
        -- 0 for an order without lines; NULL if a line is unreadable.
        case when lines.order_dk is null then 0 else lines.gross_amount end as gross_amount,
        case when lines.order_dk is null then 0 else lines.gift_card_amount end as gift_card_amount,
        case when lines.order_dk is null then 0 else lines.discount_amount end as discount_amount,
        case when lines.order_dk is null then 0 else lines.cancelled_amount end
            as cancelled_amount,
        case when lines.order_dk is null then 0 else lines.cancelled_gift_card_amount end
            as cancelled_gift_card_amount,
        case
            when orders.cancelled_at is not null and {{ is_unpaid('orders.financial_status') }}
                then
                    orders.total_tax_amount
                    - case when refunds.order_dk is null then 0 else refunds.refunded_tax_amount end
            when lines.order_dk is null then 0
            else lines.cancelled_tax_amount
        end as cancelled_tax_amount,
        case
            when orders.cancelled_at is not null and {{ is_unpaid('orders.financial_status') }}
                then {{ shipping }} - {{ refunded_shipping }}
            else 0
        end as cancelled_shipping_amount,
        orders.total_tax_amount as tax_amount,
        {{ shipping }} as shipping_amount,
        orders.tip_amount,
        orders.duty_amount,
        orders.stated_fee_amount,
        orders.cash_rounding_amount,
        orders.total_amount,
        case when refunds.order_dk is null then 0 else refunds.refunded_amount end
            as refunded_amount,
        coalesce(lines.line_count, 0) as line_count,
        coalesce(refunds.refund_count, 0) as refund_count,
        orders.has_cast_problem or coalesce(lines.has_cast_problem, false) as has_cast_problem,
        orders.load_id
    from orders
    left join lines on orders.order_dk = lines.order_dk
    left join refunds on orders.order_dk = refunds.order_dk
    where
        not orders.is_deleted
        and orders.order_dk not in (select order_dk from {{ ref('int_orders_quarantined') }})

),

composed as (

    -- Some shops repeat the duties among the additional fees; the total has them once.
    select
        *,
        stated_fee_amount
        - case
            when
                stated_fee_amount >= duty_amount
                and total_amount
                = gross_amount - discount_amount + gift_card_amount + tax_amount + shipping_amount
                + tip_amount + stated_fee_amount
                then duty_amount
            else 0
        end as additional_fee_amount
    from summed

)

select * from composed
