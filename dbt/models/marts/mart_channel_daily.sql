{{ config(pre_hook="{{ delete_changed('report_date', ref('int_report_days_changed')) }}") }}

with

days as (

    select report_date from {{ ref('int_report_days_changed') }}

),

spend as (

    select
        platform_date as report_date,
        channel_dk,
        {{ strict_sum('spend_amount_reporting') }} as spend_amount_reporting,
        {{ strict_sum('impressions') }} as impressions,
        {{ strict_sum('clicks') }} as clicks,
        count_if(spend_amount is not null and spend_amount_reporting is null) as missing_fx_count
    from {{ ref('fact_ad_spend') }}
    where platform_date in (select report_date from days)
    group by platform_date, channel_dk

),

revenue as (

    select
        report_date,
        channel_dk,
        {{ strict_sum('amount_reporting') }} as net_revenue_amount_reporting,
        count_if(amount is not null and amount_reporting is null) as missing_fx_count
    from {{ ref('fact_attribution_value') }}
    where is_net_revenue and report_date in (select report_date from days)
    group by report_date, channel_dk

),

orders as (

    select
        report_date,
        channel_dk,
        {{ credited_count('credit_e12') }} as attributed_orders,
        {{ credited_count('new_customer_credit_e12') }} as new_customers
    from {{ ref('int_orders_credited') }}
    group by report_date, channel_dk

),

keys as (

    select
        report_date,
        channel_dk
    from spend
    union
    select
        report_date,
        channel_dk
    from revenue
    union
    select
        report_date,
        channel_dk
    from orders

),

joined as (

    -- Where there is no row there was nothing; where there is a NULL it could not be converted.
    select
        keys.report_date,
        keys.channel_dk,
        channels.channel_code,
        channels.channel_name,
        channels.channel_group,
        case when spend.channel_dk is null then 0 else spend.spend_amount_reporting end
            as spend_amount_reporting,
        case when spend.channel_dk is null then 0 else spend.impressions end as impressions,
        case when spend.channel_dk is null then 0 else spend.clicks end as clicks,
        coalesce(orders.attributed_orders, 0) as attributed_orders,
        coalesce(orders.new_customers, 0) as new_customers,
        case when revenue.channel_dk is null then 0 else revenue.net_revenue_amount_reporting end
            as net_revenue_amount_reporting,
        coalesce(spend.missing_fx_count, 0) + coalesce(revenue.missing_fx_count, 0)
            as missing_fx_count
    from keys
    inner join {{ ref('dim_channel') }} as channels on keys.channel_dk = channels.channel_dk
    left join spend
        on keys.report_date = spend.report_date and keys.channel_dk = spend.channel_dk
    left join revenue
        on keys.report_date = revenue.report_date and keys.channel_dk = revenue.channel_dk
    left join orders
        on keys.report_date = orders.report_date and keys.channel_dk = orders.channel_dk

),

typed as (

    select
        report_date,
        channel_dk,
        channel_code,
        channel_name,
        channel_group,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        cast(spend_amount_reporting as decimal(20, 6)) as spend_amount_reporting,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        attributed_orders,
        new_customers,
        cast(net_revenue_amount_reporting as decimal(20, 6)) as net_revenue_amount_reporting,
        {{ ratio_columns() | indent(4) }},
        missing_fx_count
    from joined

)

select * from typed
