{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook='{{ undo_appended() }}'
) }}

with

reported as (

    select
        platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        load_id
    from {{ ref('fact_ad_spend_hist') }}
    where load_id > {{ transformed_load_id() }}
    union all
    select
        'google_ads' as platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        load_id
    from {{ ref('stg_google_ads__click_views') }}
    where load_id > {{ transformed_load_id() }}

),

grouped as (

    select
        platform,
        account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        min(load_id) as load_id
    from reported
    group by platform, account_id, campaign_id, ad_group_id, ad_id

),

fresh as (

    select grouped.* from grouped
    {%- if is_incremental() %}
    where not exists (
        select 1 from {{ this }} as known
        where
            known.platform = grouped.platform
            and known.account_id = grouped.account_id
            and known.campaign_id is not distinct from grouped.campaign_id
            and known.ad_group_id is not distinct from grouped.ad_group_id
            and known.ad_id is not distinct from grouped.ad_id
    )
    {%- endif %}

)

select * from fresh
