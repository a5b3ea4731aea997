{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'report_level', 'account_id', 'platform_date', 'entity_id'],
    pre_hook='{{ undo_unfinished() }}',
    meta={'publish_partition': 'platform_date'}
) }}

{%- set keys = ['platform', 'report_level', 'account_id', 'platform_date'] %}
{%- set ids = ['campaign_id', 'ad_group_id', 'ad_id', 'currency_code'] %}
{%- set measures = [
    'spend_amount', 'impressions', 'clicks', 'clicks_all', 'platform_conversions',
    'platform_conversion_value_amount'
] %}

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
    where
        load_id > {{ transformed_load_id() }}
        and stream in ('ad_days', 'campaign_days')

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
        -- A row that is not of the day it was asked for would be counted on the wrong one.
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

    -- Whatever a version shows belongs to its hash, or a correction of it would be ignored.
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

keyed as (

    select
        platform,
        report_level,
        account_id,
        platform_date,
        entity_id,
        {{ surrogate_key('account', ['platform', 'account_id']) }} as account_dk,
        {{ surrogate_key('campaign', ['platform', 'account_id', 'campaign_id']) }} as campaign_dk,
        case
            when ad_group_id is null then '-2'
            else {{ surrogate_key('ad_group', ['platform', 'account_id', 'ad_group_id']) }}
        end as ad_group_dk,
        case
            when ad_id is null then '-2'
            else {{ surrogate_key('ad', ['platform', 'account_id', 'ad_group_id', 'ad_id']) }}
        end as ad_dk,
        {{ ids | join(',\n        ') }},
        {{ measures | join(',\n        ') }},
        coalesce(has_cast_problem, false) as has_cast_problem,
        row_hash,
        is_deleted,
        knowledge_from,
        knowledge_to,
        load_id,
        closed_load_id
    from versions

)

select * from keyed
