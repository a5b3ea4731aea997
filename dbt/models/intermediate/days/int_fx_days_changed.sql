{{ config(materialized='table') }}

-- Per day the last load that may have changed or removed a rate of the day.
with

rate_versions as (

    select
        rate_date,
        greatest(load_id, coalesce(closed_load_id, 0)) as load_id
    from {{ ref('int_fx_rates_versioned') }}

),

calendar as (

    select date_day from {{ ref('dim_date') }}
    where date_day is not null

),

changed as (

    -- A rate also counts for some days after its own.
    select
        calendar.date_day as rate_date,
        max(rate_versions.load_id) as load_id
    from rate_versions
    inner join calendar
        on
            calendar.date_day >= rate_versions.rate_date
            and calendar.date_day
            <= {{ add_days('rate_versions.rate_date', var('fx_max_fill_days')) }}
    group by calendar.date_day

)

select * from changed
