{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'snapshot_scope', 'account_id'],
    pre_hook='{{ undo_unfinished() }}'
) }}

{%- set attributes = ['account_name', 'currency_code', 'timezone', 'status'] %}

with

snapshots as (

    select
        source as platform,
        scope as snapshot_scope,
        load_id,
        loaded_at
    from {{ ref('stg_warehouse__windows') }}
    where
        load_id > {{ transformed_load_id() }}
        and (source || '.' || stream) in ('google_ads.accounts', 'meta_ads.accounts')

),

listed as (

    select
        'google_ads' as platform,
        {{ account_of_scope('scope') }} as snapshot_scope,
        account_id,
        account_name,
        currency_code,
        timezone,
        status,
        has_cast_problem,
        load_id
    from {{ ref('stg_google_ads__accounts') }}
    where load_id > {{ transformed_load_id() }}
    union all
    select
        'meta_ads' as platform,
        {{ account_of_scope('scope') }} as snapshot_scope,
        account_id,
        account_name,
        currency_code,
        timezone,
        status,
        has_cast_problem,
        load_id
    from {{ ref('stg_meta_ads__accounts') }}
    where load_id > {{ transformed_load_id() }}

),

listed_rows as (

    select
        *,
        {{ row_hash(attributes) }} as row_hash
    from listed
    where account_id is not null

),

{{ versions_from_windows(
    rows='listed_rows',
    windows='snapshots',
    keys=['platform', 'snapshot_scope'],
    entity='account_id',
    columns=attributes + ['has_cast_problem']
) }}

select * from versions
