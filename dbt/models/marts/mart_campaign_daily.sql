{{ config(
    pre_hook="{{ delete_changed('report_date', ref('int_report_days_changed')) }}",
    meta={'publish_partition': 'report_date'}
) }}

{%- set keys = ['report_date', 'channel_dk', 'account_dk', 'campaign_dk'] %}

with

days as (

    select * from {{ ref('int_report_days_changed') }}

),

spend as (

    select
        platform_date as report_date,
        channel_dk,
        account_dk,
        campaign_dk,
        min(currency_code) as currency_code,
        {{ strict_sum('spend_amount') }} as spend_amount,
        {{ strict_sum('spend_amount_reporting') }} as spend_amount_reporting,
        {{ strict_sum('impressions') }} as impressions,
        {{ strict_sum('clicks') }} as clicks,
        {{ strict_sum('platform_conversions') }} as platform_conversions,
        {{ strict_sum('platform_conversion_value_amount') }} as platform_conversion_value_amount
    from {{ ref('fact_ad_spend') }}
    where platform_date in (select report_date from days)
    group by platform_date, channel_dk, account_dk, campaign_dk

),

revenue as (

    select
        {{ keys | join(', ') }},
        {{ strict_sum('amount_reporting') }} as net_revenue_amount_reporting
    from {{ ref('fact_attribution_value') }}
    where is_net_revenue and report_date in (select report_date from days)
    group by {{ keys | join(', ') }}

),

orders as (

    select
        {{ keys | join(', ') }},
        {{ credited_count('credit_e12') }} as attributed_orders,
        {{ credited_count('new_customer_credit_e12') }} as new_customers
    from {{ ref('int_orders_credited') }}
    group by {{ keys | join(', ') }}

),

all_keys as (

    select {{ keys | join(', ') }} from spend
    union
    select {{ keys | join(', ') }} from revenue
    union
    select {{ keys | join(', ') }} from orders

),

joined as (

    -- Where there is no row there was nothing; where there is a NULL it could not be converted.
    select
        {{ qualified('all_keys', keys) }},
        spend.currency_code,
        case when spend.campaign_dk is null then 0 else spend.spend_amount end as spend_amount,
        case when spend.campaign_dk is null then 0 else spend.spend_amount_reporting end
            as spend_amount_reporting,
        case when spend.campaign_dk is null then 0 else spend.impressions end as impressions,
        case when spend.campaign_dk is null then 0 else spend.clicks end as clicks,
        case when spend.campaign_dk is null then 0 else spend.platform_conversions end
            as platform_conversions,
        case when spend.campaign_dk is null then 0 else spend.platform_conversion_value_amount end
            as platform_conversion_value_amount,
        coalesce(orders.attributed_orders, 0) as attributed_orders,
        coalesce(orders.new_customers, 0) as new_customers,
        case
            when revenue.campaign_dk is null then 0 else revenue.net_revenue_amount_reporting
        end as net_revenue_amount_reporting,
        days.load_id
    from all_keys
    inner join days on all_keys.report_date = days.report_date
    left join spend on {{ joined_on('all_keys', 'spend', keys) }}
    left join revenue on {{ joined_on('all_keys', 'revenue', keys) }}
    left join orders on {{ joined_on('all_keys', 'orders', keys) }}

),

typed as (

    select
        {{ keys | join(',\n        ') }},
        currency_code,
        cast(spend_amount as decimal(20, 6)) as spend_amount,
        cast(spend_amount_reporting as decimal(20, 6)) as spend_amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        cast(impressions as bigint) as impressions,
        cast(clicks as bigint) as clicks,
        cast(platform_conversions as decimal(20, 6)) as platform_conversions,
        cast(platform_conversion_value_amount as decimal(20, 6))
            as platform_conversion_value_amount,
        attributed_orders,
        new_customers,
        cast(net_revenue_amount_reporting as decimal(20, 6)) as net_revenue_amount_reporting,
        {{ ratio_columns() | indent(4) }},
        load_id
    from joined

)

select * from typed
