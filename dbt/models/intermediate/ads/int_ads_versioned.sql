{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'account_id', 'ad_in_group'],
    pre_hook='{{ undo_unfinished() }}'
) }}

{%- set attributes = ['campaign_id', 'ad_group_id', 'ad_id', 'ad_name', 'ad_type', 'status'] %}

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
        and (source || '.' || stream) in ('google_ads.ads', 'meta_ads.ads')

),

listed as (

    select
        'google_ads' as platform,
        {{ account_of_scope('scope') }} as account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        ad_name,
        ad_type,
        status,
        has_cast_problem,
        load_id
    from {{ ref('stg_google_ads__ads') }}
    where load_id > {{ transformed_load_id() }}
    union all
    select
        'meta_ads' as platform,
        {{ account_of_scope('scope') }} as account_id,
        campaign_id,
        ad_group_id,
        ad_id,
        ad_name,
        cast(null as varchar) as ad_type,
        status,
        has_cast_problem,
        load_id
    from {{ ref('stg_meta_ads__ads') }}
    where load_id > {{ transformed_load_id() }}

),

listed_rows as (

    -- An ad's id is unique only within its ad group.
    select
        *,
        ad_group_id || '~' || ad_id as ad_in_group,
        {{ row_hash(attributes) }} as row_hash
    from listed
    where ad_group_id is not null and ad_id is not null

),

{{ versions_from_windows(
    rows='listed_rows',
    windows='snapshots',
    keys=['platform', 'account_id'],
    entity='ad_in_group',
    columns=attributes + ['has_cast_problem']
) }}

select * from versions
