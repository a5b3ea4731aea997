{{ config(materialized='table') }}

{%- set position = transform_position() %}

-- Days of which any figure of a mart may have changed since the last finished run.
with

fx_days as (

    -- A rate also stands for some days after its own.
    select
        base_currency_code,
        quote_currency_code,
        rate_date as first_date,
        {{ add_days('rate_date', var('fx_max_fill_days')) }} as last_date
    from {{ ref('int_fx_rates_versioned') }}
    where load_id > {{ position }} or closed_load_id > {{ position }}

),

touched as (

    select platform_date as report_date from {{ ref('fact_ad_spend_hist') }}
    where load_id > {{ position }} or closed_load_id > {{ position }}
    union
    select report_date from {{ ref('int_ledger_days_left') }}
    union
    select report_date from {{ ref('int_order_ledger_signed') }}
    where load_id > {{ position }}
    union
    select report_date from {{ ref('fact_orders') }}
    where load_id > {{ position }}
    union
    -- An order that became the first of its customer, since the one before it went elsewhere.
    select report_date from {{ ref('fact_orders') }}
    where
        order_dk in (
            select first_order_dk from {{ ref('int_identities_first_ordered') }}
            where ranked_load_id > {{ position }}
        )
    union
    select report_date from {{ ref('int_order_ledger_signed') }}
    where
        order_dk in (
            select order_dk from {{ ref('fact_attribution') }}
            where load_id > {{ position }}
        )
    union
    select days.date_day as report_date
    from {{ ref('dim_date') }} as days
    inner join fx_days on days.date_day between fx_days.first_date and fx_days.last_date

)

select * from touched
where report_date is not null
