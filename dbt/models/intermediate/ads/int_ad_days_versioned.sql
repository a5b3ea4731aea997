{{ config(
    materialized='incremental',
    incremental_strategy='replace_open_versions',
    unique_key=['platform', 'account_id', 'platform_date', 'entity_id'],
    pre_hook='{{ undo_unfinished() }}'
) }}

with

reported as (

    select * from {{ ref('int_ad_days_unioned') }}

),

{{ ad_day_versions('reported', stream='ad_days', level='ad') }}

select * from keyed
