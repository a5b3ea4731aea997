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

states as (

    select * from {{ ref('int_day_states') }}
    where report_date in (select report_date from days)

),

channels as (

    select * from {{ ref('dim_channel') }}

),

revenue_states as (

    {{ revenue_states('days', 'states') | indent(4) }}

),

stated as (

    -- The spend of a campaign's row was read, even if another account's was not.
    select
        {{ qualified('all_keys', keys) }},
        case
            when spend.campaign_dk is not null
                then case when states.state = 'final' then 'final' else 'provisional' end
            when states.state is not null then states.state
            when channels.is_paid then 'not_configured'
            else 'not_bought'
        end as spend_status
    from all_keys
    inner join channels on all_keys.channel_dk = channels.channel_dk
    left join spend on {{ joined_on('all_keys', 'spend', keys) }}
    left join states
        on
            channels.spend_platform = states.source
            and all_keys.report_date = states.report_date
            and states.figure = 'spend'

),

joined as (

    -- A figure is 0 if its source was read and had nothing, and NULL if it was not read.
    select
        {{ qualified('stated', keys) }},
        spend.currency_code,
        stated.spend_status,
        {%- for figure in [
            'spend_amount', 'spend_amount_reporting', 'impressions', 'clicks', 'platform_conversions',
            'platform_conversion_value_amount'
        ] %}
            {{ figure_or_zero(
                'spend.campaign_dk', 'stated.spend_status', 'spend.' ~ figure
            ) }} as {{ figure }},
        {%- endfor %}
        revenue_states.revenue_status,
        {%- for figure in ['attributed_orders', 'new_customers'] %}
            {{ figure_or_zero(
                'orders.campaign_dk', 'revenue_states.shown_status', 'orders.' ~ figure
            ) }} as {{ figure }},
        {%- endfor %}
        {{ figure_or_zero(
            'revenue.campaign_dk', 'revenue_states.shown_status',
            'revenue.net_revenue_amount_reporting'
        ) }} as net_revenue_amount_reporting,
        days.load_id
    from stated
    inner join days on stated.report_date = days.report_date
    inner join revenue_states on stated.report_date = revenue_states.report_date
    left join spend on {{ joined_on('stated', 'spend', keys) }}
    left join revenue on {{ joined_on('stated', 'revenue', keys) }}
    left join orders on {{ joined_on('stated', 'orders', keys) }}

),

typed as (

    select
        {{ keys | join(',\n        ') }},
        currency_code,
        spend_status,
        revenue_status,
        {{ fit_total('spend_amount') }} as spend_amount,
        {{ fit_total('spend_amount_reporting') }} as spend_amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        {{ fit_count('impressions') }} as impressions,
        {{ fit_count('clicks') }} as clicks,
        {{ fit_total('platform_conversions') }} as platform_conversions,
        {{ fit_total('platform_conversion_value_amount') }}
            as platform_conversion_value_amount,
        {{ fit_total('attributed_orders') }} as attributed_orders,
        {{ fit_total('new_customers') }} as new_customers,
        {{ fit_total('net_revenue_amount_reporting') }} as net_revenue_amount_reporting,
        {{ ratio_columns() | indent(4) }},
        load_id
    from joined

)

select * from typed
