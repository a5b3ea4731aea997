{{ config(materialized='view', meta={'publish_partition': 'report_date'}) }}

with

orders as (

    select * from {{ ref('int_orders_summed') }}

),

identities as (

    select * from {{ ref('int_customer_first_orders') }}

),

fx_rates as (

    select * from {{ ref('dim_fx_rate') }}

),

fx_days as (

    select * from {{ ref('int_fx_days_changed') }}

),

converted as (

    select
        orders.order_dk,
        orders.shop,
        orders.order_id,
        orders.order_name,
        orders.customer_dk,
        orders.placed_at,
        orders.report_date,
        orders.cancelled_at,
        orders.is_test,
        orders.is_cancelled,
        orders.is_edited,
        -- The first of its customer and of its e-mail address; NULL when neither is known.
        case
            when orders.customer_id is null and orders.email_token is null then null
            else
                not orders.is_test
                and (
                    orders.customer_id is null
                    or coalesce(customers.first_order_dk = orders.order_dk, false)
                )
                and (
                    orders.email_token is null
                    or coalesce(emails.first_order_dk = orders.order_dk, false)
                )
        end as is_first_order,
        orders.financial_status,
        orders.fulfillment_status,
        orders.source_name,
        orders.currency_code,
        orders.gross_amount,
        orders.discount_amount,
        orders.gross_amount - orders.discount_amount as net_of_discount_amount,
        orders.gift_card_amount,
        orders.tax_amount,
        orders.shipping_amount,
        orders.tip_amount,
        orders.duty_amount,
        orders.additional_fee_amount,
        orders.cash_rounding_amount,
        orders.total_amount,
        orders.refunded_amount,
        orders.cancelled_amount,
        {{ reporting_amount('orders.total_amount', 'orders.currency_code', 'fx_rates') }}
            as total_amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        fx_rates.fx_rate_key,
        orders.line_count,
        orders.refund_count,
        orders.has_cast_problem,
        greatest(
            orders.load_id,
            coalesce(customers.load_id, 0),
            coalesce(emails.load_id, 0),
            coalesce(fx_days.load_id, 0)
        ) as load_id
    from orders
    left join identities as customers
        on 'customer|' || orders.shop || '|' || orders.customer_id = customers.identity_key
    left join identities as emails
        on 'email|' || orders.shop || '|' || orders.email_token = emails.identity_key
    left join fx_rates
        on
            orders.currency_code = fx_rates.currency_code
            and orders.report_date = fx_rates.rate_date
    left join fx_days on orders.report_date = fx_days.rate_date

)

select * from converted
