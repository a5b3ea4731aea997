with

rates as (

    -- An unusable rate is unknown: it ends the rate before it.
    select
        base_currency_code,
        quote_currency_code,
        rate_date,
        case when rate > 0 then rate end as rate,
        provider,
        published_at,
        load_id
    from {{ ref('int_fx_rates_versioned') }}
    where closed_load_id is null and not is_deleted and rate_date is not null

),

to_reporting as (

    -- As the provider states it.
    select
        base_currency_code as currency_code,
        rate_date,
        rate,
        1 as preference,
        provider,
        published_at,
        load_id
    from rates
    where quote_currency_code = '{{ var("reporting_currency") }}'
    union all
    -- Inverted.
    select
        quote_currency_code as currency_code,
        rate_date,
        {{ divided_rate('1', 'rate') }} as rate,
        2 as preference,
        provider,
        published_at,
        load_id
    from rates
    where base_currency_code = '{{ var("reporting_currency") }}'
    union all
    -- Both currencies against the same third one, by the same provider on the same day.
    select
        foreign_rates.quote_currency_code as currency_code,
        foreign_rates.rate_date,
        {{ divided_rate('reporting_rates.rate', 'foreign_rates.rate') }} as rate,
        3 as preference,
        foreign_rates.provider,
        foreign_rates.published_at,
        greatest(foreign_rates.load_id, reporting_rates.load_id) as load_id
    from rates as foreign_rates
    inner join rates as reporting_rates
        on
            foreign_rates.base_currency_code = reporting_rates.base_currency_code
            and foreign_rates.rate_date = reporting_rates.rate_date
            and foreign_rates.provider is not distinct from reporting_rates.provider
            and reporting_rates.quote_currency_code = '{{ var("reporting_currency") }}'
    where foreign_rates.quote_currency_code <> '{{ var("reporting_currency") }}'

),

stated as (

    select *
    from to_reporting
    qualify row_number() over (
        partition by currency_code, rate_date
        order by preference asc, published_at desc, provider asc, rate asc
    ) = 1

),

stated_with_next as (

    select
        *,
        lead(rate_date) over (partition by currency_code order by rate_date) as next_rate_date
    from stated

),

fill_days as (

    select date_day from {{ ref('dim_date') }}
    where date_day is not null

),

filled as (

    -- Days without a rate, such as weekends, use the rate before them for a few days, then none.
    select
        stated_with_next.currency_code,
        fill_days.date_day as rate_date,
        stated_with_next.rate,
        fill_days.date_day > stated_with_next.rate_date as is_filled_forward,
        stated_with_next.rate_date as filled_from_date,
        stated_with_next.provider,
        stated_with_next.published_at,
        stated_with_next.load_id
    from stated_with_next
    inner join fill_days
        on
            fill_days.date_day >= stated_with_next.rate_date
            and fill_days.date_day
            <= {{ add_days('stated_with_next.rate_date', var('fx_max_fill_days')) }}
            and (
                fill_days.date_day < stated_with_next.next_rate_date
                or stated_with_next.next_rate_date is null
            )
    where stated_with_next.rate is not null

),

keyed as (

    select
        {{ surrogate_key('fx', [
            'currency_code', "'" ~ var('reporting_currency') ~ "'", 'cast(rate_date as varchar)'
        ]) }} as fx_rate_key,
        currency_code,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        rate_date,
        rate,
        is_filled_forward,
        filled_from_date,
        provider,
        published_at,
        load_id
    from filled

)

select * from keyed
