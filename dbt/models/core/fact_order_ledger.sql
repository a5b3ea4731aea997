{{ config(
    materialized='view',
    meta={'publish_partition': 'report_date', 'publish_derived': ['amount_reporting', 'fx_rate_key']}
) }}

with

ledger as (

    select * from {{ ref('int_order_ledger_signed') }}

),

fx_rates as (

    select * from {{ ref('dim_fx_rate') }}

),

converted as (

    select
        ledger.order_ledger_key,
        ledger.order_dk,
        ledger.component,
        ledger.is_net_revenue,
        ledger.event_id,
        ledger.event_at,
        ledger.report_date,
        ledger.currency_code,
        ledger.amount,
        {{ reporting_amount('ledger.amount', 'ledger.currency_code', 'fx_rates') }}
            as amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        fx_rates.fx_rate_key,
        greatest(ledger.load_id, coalesce(fx_rates.load_id, 0)) as load_id
    from ledger
    left join fx_rates
        on
            ledger.currency_code = fx_rates.currency_code
            and ledger.report_date = fx_rates.rate_date

)

select * from converted
