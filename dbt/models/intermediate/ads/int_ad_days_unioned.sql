with

google_ad_days as (

    select * from {{ ref('stg_google_ads__ad_days') }}

),

meta_ad_days as (

    select * from {{ ref('stg_meta_ads__ad_days') }}

),

unioned as (

    select
        'google_ads' as platform,
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
    select
        'meta_ads' as platform,
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
