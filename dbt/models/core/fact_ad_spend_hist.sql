{{ config(materialized='view', meta={'publish_partition': 'platform_date'}) }}

{%- set columns = [
    'platform', 'report_level', 'account_id', 'platform_date', 'entity_id', 'account_dk', 'campaign_dk',
    'ad_group_dk', 'ad_dk'
] + ad_day_ids() + ad_day_measures() + [
    'has_cast_problem', 'row_hash', 'is_deleted', 'knowledge_from', 'knowledge_to', 'load_id',
    'closed_load_id'
] %}

with

ads as (

    select {{ columns | join(', ') }} from {{ ref('int_ad_days_versioned') }}
    where report_level = 'ad'

),

remainders as (

    select {{ columns | join(', ') }} from {{ ref('int_spend_remainders') }}

),

unioned as (

    select * from ads
    union all
    select * from remainders

)

select * from unioned
