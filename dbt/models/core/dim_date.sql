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
    select -1, null, null, null, null, null, null, null, null

)

select * from with_unknown
