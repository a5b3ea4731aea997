with

google_ad_days as (

    select * from {{ ref('stg_google_ads__ad_days') }}

),

google_campaign_days as (

    select * from {{ ref('stg_google_ads__campaign_days') }}

),

meta_ad_days as (

    select * from {{ ref('stg_meta_ads__ad_days') }}

),

unioned as (

    select
        'google_ads' as platform,
        'ad' as report_level,
        {{ account_of_scope('scope') }} as account_id,
        window_since,
        load_id,
        campaign_id,
        ad_group_id,
        ad_id,
        report_date,
        currency_code,
        spend_amount,
        impressions,
        clicks,
        clicks as clicks_all,
        platform_conversions,
        platform_conversion_value_amount,
        has_cast_problem
    from google_ad_days
    union all
    -- The total of every campaign, whether or not it has ads.
    select
        'google_ads' as platform,
        'campaign' as report_level,
        {{ account_of_scope('scope') }} as account_id,
        window_since,
        load_id,
        campaign_id,
        cast(null as varchar) as ad_group_id,
        cast(null as varchar) as ad_id,
        report_date,
        currency_code,
        spend_amount,
        impressions,
        clicks,
        clicks as clicks_all,
        platform_conversions,
        platform_conversion_value_amount,
        has_cast_problem
    from google_campaign_days
    union all
    select
        'meta_ads' as platform,
        'ad' as report_level,
        {{ account_of_scope('scope') }} as account_id,
        window_since,
        load_id,
        campaign_id,
        ad_group_id,
        ad_id,
        report_date,
        currency_code,
        spend_amount,
        impressions,
        clicks,
        clicks_all,
        platform_conversions,
        platform_conversion_value_amount,
        has_cast_problem
    from meta_ad_days

)

select * from unioned
