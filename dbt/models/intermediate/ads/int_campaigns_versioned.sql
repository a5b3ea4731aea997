{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'account_id', 'campaign_id'],
    pre_hook='{{ undo_unfinished() }}'
) }}

{%- set attributes = [
    'campaign_name', 'status', 'channel_type', 'objective', 'daily_budget_amount'
] %}

with

snapshots as (

    select
        source as platform,
        scope as account_id,
        load_id,
        loaded_at
    from {{ ref('stg_warehouse__windows') }}
    where
        load_id > {{ transformed_load_id() }}
        and (source || '.' || stream) in ('google_ads.campaigns', 'meta_ads.campaigns')

),

listed as (

    select
        'google_ads' as platform,
        {{ account_of_scope('scope') }} as account_id,
        campaign_id,
        campaign_name,
        status,
        channel_type,
        cast(null as varchar) as objective,
        daily_budget_amount,
        has_cast_problem,
        load_id
    from {{ ref('stg_google_ads__campaigns') }}
    where load_id > {{ transformed_load_id() }}
    union all
    select
        'meta_ads' as platform,
        {{ account_of_scope('campaigns.scope') }} as account_id,
        campaigns.campaign_id,
        campaigns.campaign_name,
        campaigns.status,
        cast(null as varchar) as channel_type,
        campaigns.objective,
        {{ meta_budget('campaigns.daily_budget_minor', 'batches.currency_code') }}
            as daily_budget_amount,
        campaigns.has_cast_problem,
        campaigns.load_id
    from {{ ref('stg_meta_ads__campaigns') }} as campaigns
    left join {{ ref('stg_warehouse__batches') }} as batches on campaigns.load_id = batches.load_id
    where campaigns.load_id > {{ transformed_load_id() }}

),

listed_rows as (

    select
        *,
        {{ row_hash(attributes) }} as row_hash
    from listed
    where campaign_id is not null

),

{{ versions_from_windows(
    rows='listed_rows',
    windows='snapshots',
    keys=['platform', 'account_id'],
    entity='campaign_id',
    columns=attributes + ['has_cast_problem']
) }}

select * from versions
