{{ config(
    materialized='view',
    meta={'publish_partition': 'report_date', 'publish_derived': ['amount_reporting']}
) }}

with

ledger as (

    select * from {{ ref('fact_order_ledger') }}

),

credits as (

    select * from {{ ref('fact_attribution') }}

),

valued as (

    select
        {{ surrogate_key('attribution_value', [
            'credits.attribution_key', 'ledger.order_ledger_key'
        ]) }} as attribution_value_key,
        credits.attribution_key,
        ledger.order_ledger_key,
        credits.order_dk,
        credits.attribution_model_dk,
        credits.channel_dk,
        credits.channel_code,
        credits.account_dk,
        credits.campaign_dk,
        ledger.report_date,
        ledger.component,
        ledger.is_net_revenue,
        ledger.currency_code,
        {{ credited_amount(
            'ledger.amount', 'credits.credit_before_e12', '(credits.credit_before_e12 + credits.credit_e12)'
        ) }} as amount,
        {{ credited_amount(
            'ledger.amount_reporting', 'credits.credit_before_e12', '(credits.credit_before_e12 + credits.credit_e12)'
        ) }} as amount_reporting,
        ledger.reporting_currency_code,
        greatest(ledger.load_id, credits.load_id) as load_id
    from ledger
    inner join credits on ledger.order_dk = credits.order_dk

)

select * from valued
