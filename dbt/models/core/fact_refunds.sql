{{ config(materialized='view', meta={'publish_partition': 'report_date'}) }}

with

refunds as (

    select * from {{ ref('int_refunds_summed') }}

),

adjustments as (

    select * from {{ ref('int_refund_adjustments') }}

),

orders as (

    select
        order_dk,
        is_test
    from {{ ref('int_orders_summed') }}

),

fx_rates as (

    select * from {{ ref('dim_fx_rate') }}

),

fx_days as (

    select * from {{ ref('int_fx_days_changed') }}

),

converted as (

    select
        refunds.refund_dk,
        refunds.order_dk,
        refunds.shop,
        refunds.refund_id,
        refunds.refunded_at,
        refunds.report_date,
        orders.is_test,
        refunds.quantity,
        refunds.currency_code,
        refunds.items_amount,
        refunds.gift_card_amount,
        refunds.tax_amount,
        refunds.shipping_amount,
        refunds.adjustment_amount,
        refunds.adjustment_tax_amount,
        case
            when adjustments.refund_dk is null then 0 else adjustments.counted_adjustment_amount
        end as counted_adjustment_amount,
        coalesce(adjustments.counted_adjustment_tax_amount, 0) as counted_adjustment_tax_amount,
        refunds.tip_amount,
        refunds.duty_amount,
        refunds.total_refunded_amount,
        {{ reporting_amount('refunds.items_amount', 'refunds.currency_code', 'fx_rates') }}
            as items_amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        fx_rates.fx_rate_key,
        refunds.has_cast_problem,
        greatest(refunds.load_id, coalesce(fx_days.load_id, 0)) as load_id
    from refunds
    inner join orders on refunds.order_dk = orders.order_dk
    left join adjustments on refunds.refund_dk = adjustments.refund_dk
    left join fx_rates
        on
            refunds.currency_code = fx_rates.currency_code
            and refunds.report_date = fx_rates.rate_date
    left join fx_days on refunds.report_date = fx_days.rate_date

)

select * from converted
