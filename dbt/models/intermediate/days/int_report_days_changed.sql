{{ config(materialized='table', meta={'bookkeeping': true}) }}

{%- set position = transform_position() %}

-- Days with a mart figure that may have changed since the last finished run.
with

touched as (

    select platform_date as report_date from {{ ref('fact_ad_spend_hist') }}
    where load_id > {{ position }} or closed_load_id > {{ position }}
    union
    select report_date from {{ ref('int_ledger_days_vacated') }}
    union
    select report_date from {{ ref('int_order_ledger_signed') }}
    where load_id > {{ position }}
    union
    select report_date from {{ ref('fact_orders') }}
    where load_id > {{ position }}
    union
    select report_date from {{ ref('int_order_ledger_signed') }}
    where
        order_dk in (
            select order_dk from {{ ref('fact_attribution') }}
            where load_id > {{ position }}
        )
    union
    select report_date from {{ ref('int_day_states') }}
    where load_id > {{ position }}
    union
    select rate_date as report_date from {{ ref('int_fx_days_changed') }}
    where load_id > {{ position }}

),

newest as (

    select max(load_id) as load_id from {{ ref('stg_warehouse__batches') }}

),

stamped as (

    select
        touched.report_date,
        newest.load_id
    from touched
    cross join newest
    -- Days before the first are incomplete: they have only rows of later changes, such as refunds.
    where touched.report_date >= cast('{{ var("start_date") }}' as date)

)

select * from stamped
