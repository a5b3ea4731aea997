{{ config(
    materialized='view',
    meta={'publish_partition': 'platform_date', 'publish_derived': ['spend_amount_reporting', 'fx_rate_key']}
) }}

with

current_spend as (

    select * from {{ ref('fact_ad_spend_hist') }}
    where closed_load_id is null and not is_deleted

),

fx_rates as (

    select * from {{ ref('dim_fx_rate') }}

),

channels as (

    select * from {{ ref('dim_channel') }}
    where spend_platform is not null

),

converted as (

    select
        current_spend.platform,
        current_spend.report_level,
        current_spend.platform_date,
        current_spend.account_dk,
        current_spend.campaign_dk,
        current_spend.ad_group_dk,
        current_spend.ad_dk,
        coalesce(channels.channel_dk, '-1') as channel_dk,
        current_spend.account_id,
        current_spend.campaign_id,
        current_spend.ad_group_id,
        current_spend.ad_id,
        current_spend.currency_code,
        current_spend.spend_amount,
        {{ reporting_amount(
            'current_spend.spend_amount', 'current_spend.currency_code', 'fx_rates'
        ) }} as spend_amount_reporting,
        '{{ var("reporting_currency") }}' as reporting_currency_code,
        fx_rates.fx_rate_key,
        current_spend.impressions,
        current_spend.clicks,
        current_spend.clicks_all,
        current_spend.platform_conversions,
        current_spend.platform_conversion_value_amount,
        current_spend.has_cast_problem,
        current_spend.knowledge_from,
        greatest(current_spend.load_id, coalesce(fx_rates.load_id, 0)) as load_id
    from current_spend
    left join fx_rates
        on
            current_spend.currency_code = fx_rates.currency_code
            and current_spend.platform_date = fx_rates.rate_date
    left join channels on current_spend.platform = channels.spend_platform

)

select * from converted
