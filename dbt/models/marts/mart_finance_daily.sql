{{ config(pre_hook="{{ delete_changed('report_date', ref('int_report_days_changed')) }}") }}

with

days as (

    select report_date from {{ ref('int_report_days_changed') }}

),

ledger as (

    select * from {{ ref('fact_order_ledger') }}
    where report_date in (select report_date from days)

),

orders as (

    select
        report_date,
        currency_code,
        count(*) as orders,
        count_if(is_cancelled) as cancelled_orders,
        count_if(is_first_order) as new_customers
    from {{ ref('fact_orders') }}
    where not is_test and report_date in (select report_date from days)
    group by report_date, currency_code

),

summed as (

    select
        report_date,
        currency_code,
        {{ component_amounts('amount') | indent(8) }},
        {{ component_amounts('amount_reporting', '_reporting') | indent(8) }},
        count_if(amount_reporting is null) as missing_fx_count
    from ledger
    group by report_date, currency_code

),

states as (

    select * from {{ ref('int_day_states') }}
    where report_date in (select report_date from days)

),

revenue_states as (

    {{ revenue_states('days', 'states') | indent(4) }}

),

joined as (

    select
        summed.report_date,
        summed.currency_code,
        case when revenue_states.revenue_status = 'final' then 'final' else 'provisional' end
            as revenue_status,
        summed.gmv_amount,
        summed.discount_amount,
        summed.refund_amount,
        summed.net_revenue_amount,
        summed.tax_amount,
        summed.shipping_amount,
        summed.refunded_tax_amount,
        summed.refunded_shipping_amount,
        summed.gift_card_sales_amount,
        coalesce(orders.orders, 0) as orders,
        coalesce(orders.cancelled_orders, 0) as cancelled_orders,
        coalesce(orders.new_customers, 0) as new_customers,
        summed.gmv_amount_reporting,
        summed.discount_amount_reporting,
        summed.refund_amount_reporting,
        summed.net_revenue_amount_reporting,
        summed.tax_amount_reporting,
        summed.shipping_amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        summed.missing_fx_count
    from summed
    inner join revenue_states on summed.report_date = revenue_states.report_date
    left join orders
        on
            summed.report_date = orders.report_date
            and summed.currency_code = orders.currency_code

)

select * from joined
