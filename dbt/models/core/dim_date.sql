with

days as (

    {{ day_series(var('first_date'), var('last_date')) }}

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
