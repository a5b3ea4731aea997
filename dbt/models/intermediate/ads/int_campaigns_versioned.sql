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
        {{ account_of_scope('scope') }} as account_id,
        campaign_id,
        campaign_name,
        status,
        cast(null as varchar) as channel_type,
        objective,
        {{ fit_amount('null') }} as daily_budget_amount,
        has_cast_problem,
        load_id
    from {{ ref('stg_meta_ads__campaigns') }}
    where load_id > {{ transformed_load_id() }}

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
