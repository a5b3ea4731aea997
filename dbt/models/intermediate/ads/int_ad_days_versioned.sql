{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'report_level', 'account_id', 'platform_date', 'entity_id'],
    pre_hook='{{ undo_unfinished() }}'
) }}

{%- set keys = ['platform', 'report_level', 'account_id', 'platform_date'] %}
{%- set ids = ad_day_ids() %}
{%- set measures = ad_day_measures() %}

with

batches as (

    select
        load_id,
        currency_code
    from {{ ref('stg_warehouse__batches') }}

),

report_windows as (

    select
        source as platform,
        case when stream = 'campaign_days' then 'campaign' else 'ad' end as report_level,
        scope as account_id,
        window_day as platform_date,
        window_since,
        load_id,
        loaded_at
    from {{ ref('stg_warehouse__windows') }}
    where load_id > {{ transformed_load_id() }} and {{ figure_of_stream('stream') }} = 'spend'

),

reported_rows as (

    select
        reported.platform,
        reported.report_level,
        reported.account_id,
        report_windows.platform_date,
        -- An ad's id is unique only within its ad group.
        coalesce(reported.ad_group_id || '~' || reported.ad_id, reported.campaign_id) as entity_id,
        {{ qualified('reported', ids[:3]) }},
        coalesce(reported.currency_code, batches.currency_code) as currency_code,
        {{ qualified('reported', measures) }},
        -- A row of another day than the requested one would count on the wrong day.
        (
            reported.has_cast_problem
            or reported.report_date is distinct from report_windows.platform_date
        ) as has_cast_problem,
        reported.load_id
    from {{ ref('int_ad_days_unioned') }} as reported
    inner join report_windows
        on
            reported.platform = report_windows.platform
            and reported.report_level = report_windows.report_level
            and reported.account_id = report_windows.account_id
            and reported.load_id = report_windows.load_id
            and reported.window_since = report_windows.window_since
    left join batches on reported.load_id = batches.load_id
    where reported.load_id > {{ transformed_load_id() }}

),

hashed_rows as (

    -- The hash includes every shown value; else a correction would be ignored.
    select
        *,
        {{ row_hash(ids + measures + ['has_cast_problem']) }} as row_hash
    from reported_rows

),

{{ versions_from_windows(
    rows='hashed_rows',
    windows='report_windows',
    keys=keys,
    entity='entity_id',
    columns=ids,
    measures=measures + ['has_cast_problem']
) }},

{{ keyed_ad_days('versions') }}

select * from keyed
