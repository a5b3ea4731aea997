{{ config(pre_hook="{{ delete_changed('report_date', ref('int_report_days_changed')) }}") }}

with

days as (

    select report_date from {{ ref('int_report_days_changed') }}

),

channels as (

    select * from {{ ref('dim_channel') }}

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

facts as (

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

states as (

    select * from {{ ref('int_day_states') }}
    where report_date in (select report_date from days)

),

unread_spend as (

    select
        states.report_date,
        channels.channel_dk,
        states.source,
        states.state
    from states
    inner join channels on states.source = channels.spend_platform
    where states.figure = 'spend' and states.state in ('never_read', 'not_read')

),

keys as (

    -- A channel with unread spend has a row on every day with any figure.
    select * from facts
    union
    select
        report_date,
        channel_dk
    from unread_spend
    where report_date in (select report_date from facts)

),

spend_states as (

    select
        keys.report_date,
        keys.channel_dk,
        case
            when states.state is not null then states.state
            when spend.channel_dk is not null then 'provisional'
            when channels.is_paid then 'not_configured'
            else 'not_bought'
        end as spend_status,
        {{ reason_of_state('states') }} as spend_reason
    from keys
    inner join channels on keys.channel_dk = channels.channel_dk
    left join spend on keys.report_date = spend.report_date and keys.channel_dk = spend.channel_dk
    left join states
        on
            channels.spend_platform = states.source
            and keys.report_date = states.report_date
            and states.figure = 'spend'

),

revenue_states as (

    {{ revenue_states('days', 'states') | indent(4) }}

),

joined as (

    -- A figure is 0 if its source was read and had nothing, and NULL if it was not read.
    select
        keys.report_date,
        keys.channel_dk,
        channels.channel_code,
        channels.channel_name,
        channels.channel_group,
        spend_states.spend_status,
        spend_states.spend_reason,
        {%- for figure in ['spend_amount_reporting', 'impressions', 'clicks'] %}
            {{ figure_or_zero(
                'spend.channel_dk', 'spend_states.spend_status', 'spend.' ~ figure
            ) }} as {{ figure }},
        {%- endfor %}
        revenue_states.revenue_status,
        revenue_states.revenue_reason,
        {%- for figure in ['attributed_orders', 'new_customers'] %}
            {{ figure_or_zero(
                'orders.channel_dk', 'revenue_states.shown_status', 'orders.' ~ figure
            ) }} as {{ figure }},
        {%- endfor %}
        {{ figure_or_zero(
            'revenue.channel_dk', 'revenue_states.shown_status',
            'revenue.net_revenue_amount_reporting'
        ) }} as net_revenue_amount_reporting,
        coalesce(spend.missing_fx_count, 0) + coalesce(revenue.missing_fx_count, 0)
            as missing_fx_count
    from keys
    inner join channels on keys.channel_dk = channels.channel_dk
    inner join spend_states
        on keys.report_date = spend_states.report_date and keys.channel_dk = spend_states.channel_dk
    inner join revenue_states on keys.report_date = revenue_states.report_date
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
        spend_status,
        spend_reason,
        revenue_status,
        revenue_reason,
        {{ fit_total('spend_amount_reporting') }} as spend_amount_reporting,
        {{ fit_count('impressions') }} as impressions,
        {{ fit_count('clicks') }} as clicks,
        {{ fit_total('attributed_orders') }} as attributed_orders,
        {{ fit_total('new_customers') }} as new_customers,
        {{ fit_total('net_revenue_amount_reporting') }} as net_revenue_amount_reporting,
        {{ ratio_columns() | indent(4) }},
        missing_fx_count
    from joined

)

select * from typed
