with

dated as (

    -- Every day with a figure, a rate or a read.
    select window_day as date_day from {{ ref('stg_warehouse__windows') }}
    union all
    select cast(extracted_at as date) as date_day from {{ ref('stg_warehouse__batches') }}
    union all
    select cast(placed_at as date) as date_day from {{ ref('stg_shopify__orders') }}
    union all
    select cast(refunded_at as date) as date_day from {{ ref('stg_shopify__refunds') }}
    union all
    select rate_date as date_day from {{ ref('int_fx_rates_versioned') }}

),

bounds as (

    select
        extract(year from min(date_day)) as first_year,
        extract(year from max(date_day)) as last_year
    from dated
    where
        date_day >= cast('{{ var("first_date") }}' as date)
        and date_day <= cast('{{ var("last_date") }}' as date)

),

possible_days as (

    {{ day_series(var('first_date'), var('last_date')) }}

),

days as (

    -- Whole years, plus one before and after for zones that are ahead or behind.
    select possible_days.date_day
    from possible_days
    cross join bounds
    where
        extract(year from possible_days.date_day) >= bounds.first_year - 1
        and extract(year from possible_days.date_day) <= bounds.last_year + 1

),

described as (

    select
        {{ date_key('date_day') }} as date_key,
        date_day,
        cast(extract(year from date_day) as integer) as calendar_year,
        cast(extract(quarter from date_day) as integer) as calendar_quarter,
        cast(extract(month from date_day) as integer) as calendar_month,
        cast(extract(day from date_day) as integer) as day_of_month,
        {{ iso_week_parts('date_day') }}
    from days

),

with_unknown as (

    select * from described
    union all
    select
        -1 as date_key,
        null as date_day,
        null as calendar_year,
        null as calendar_quarter,
        null as calendar_month,
        null as day_of_month,
        null as iso_year,
        null as iso_week,
        null as iso_weekday

)

select * from with_unknown
