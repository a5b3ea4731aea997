-- One row per order of a changed day and credited touchpoint.
with

orders as (

    select
        order_dk,
        report_date,
        is_first_order
    from {{ ref('fact_orders') }}
    where
        not is_test
        and report_date in (select report_date from {{ ref('int_report_days_changed') }})

),

credits as (

    select * from {{ ref('fact_attribution') }}
    where report_date in (select report_date from {{ ref('int_report_days_changed') }})

),

credited as (

    select
        credits.order_dk,
        credits.report_date,
        credits.channel_dk,
        credits.account_dk,
        credits.campaign_dk,
        credits.credit_e12,
        case when orders.is_first_order then credits.credit_e12 else 0 end
            as new_customer_credit_e12
    from credits
    inner join orders on credits.order_dk = orders.order_dk

)

select * from credited
