{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'account_id', 'platform_date', 'entity_id'],
    pre_hook='{{ undo_unfinished() }}'
) }}

with

reported as (

    select
        'google_ads' as platform,
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
    from {{ ref('stg_google_ads__campaign_days') }}

),

{{ ad_day_versions('reported', stream='campaign_days', level='campaign') }}

select * from keyed
