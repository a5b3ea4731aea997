{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['scope', 'rate_key'],
    pre_hook='{{ undo_unfinished() }}'
) }}

{%- set columns = [
    'base_currency_code', 'quote_currency_code', 'rate_date', 'rate', 'provider', 'published_at',
    'stated_rate_date', 'stated_rate', 'has_cast_problem'
] %}

with

snapshots as (

    select
        scope,
        load_id,
        loaded_at
    from {{ ref('stg_warehouse__windows') }}
    where load_id > {{ transformed_load_id() }} and source = 'fx' and stream = 'rates'

),

listed as (

    select
        {{ account_of_scope('scope') }} as scope,
        coalesce(base_currency_code, '~null~')
        || '|'
        || coalesce(quote_currency_code, '~null~')
        || '|'
        -- Unreadable days keep one row each, so that the gate can name them.
        || coalesce(cast(rate_date as varchar), stated_rate_date, '~null~') as rate_key,
        {{ columns | join(',\n        ') }},
        {{ row_hash([
            'coalesce(cast(rate as varchar), stated_rate)', 'provider', 'has_cast_problem'
        ]) }} as row_hash,
        load_id
    from {{ ref('stg_fx__rates') }}
    where load_id > {{ transformed_load_id() }}

),

{{ versions_from_windows(
    rows='listed',
    windows='snapshots',
    keys=['scope'],
    entity='rate_key',
    columns=columns
) }}

select * from versions
